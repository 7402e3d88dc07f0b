"""Writes docs/methods.md and the table of methods in README.md from the tables that compute.

`python -m tools.methods`; a test fails where either says something else than the code.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from monitoring import thresholds
from monitoring.drift.methods import METHODS as DRIFT
from monitoring.drift.methods import Method as DriftMethod
from monitoring.drift.report import EFFECT
from monitoring.performance.methods import METHODS as PERFORMANCE
from monitoring.performance.methods import Method as PerformanceMethod
from monitoring.quality.checks import CHECKS, Check
from monitoring.quality.report import VOLUME

ROOT = Path(__file__).parents[1]
DOCUMENT, README = ROOT / "docs" / "methods.md", ROOT / "README.md"
_START, _END = "| domain | methods, by their names in reports |", "\n\n"


def table() -> str:
    """The names of all methods by domain."""
    named = {"Data quality": [*CHECKS, VOLUME], "Drift": DRIFT, "Performance": PERFORMANCE}
    rows = [f"| {domain} | {', '.join(f'`{name}`' for name in names)} |" for domain, names in named.items()]
    return "\n".join([_START, "|---|---|", *rows])


def with_table(readme: str) -> str:
    """README.md with the table as it should be."""
    before, found, rest = readme.partition(_START)
    if not found:
        raise ValueError(f"README.md has no table that begins with {_START!r}.")
    return before + table() + _END + rest.partition(_END)[2]


def document() -> str:
    """docs/methods.md."""
    parts = [
        "# Methods",
        "Every method by its name in reports: formula, where it applies, how it misleads, and who described it. "
        "`python -m tools.methods` writes this page from the tables that compute.",
        "## Drift",
        "p is the share of a bin in the reference, q its share in the period; the bins are ten at the reference's "
        "deciles, or its categories, then one for anything else and one for missing. "
        f"The verdict reads `{EFFECT}`, what chance explains taken off, and needs evidence besides: a false "
        f"discovery rate below {thresholds.SIGNIFICANCE:.0%} over all columns of a window.",
        *(part for method in DRIFT.values() for part in _drift(method)),
        "## Performance",
        "y is the truth, ŷ the prediction, s the score, K the classes averaged over: for two classes the positive one "
        "alone. Intervals hold the true value in 95 % of all samples.",
        *(part for method in PERFORMANCE.values() for part in _performance(method)),
        "## Data quality",
        f"Shares are held against the reference by Fisher's exact test. Besides these, `{VOLUME}` compares the rows of "
        "a window with those of earlier windows of the same phase.",
        *(part for check in CHECKS.values() for part in _check(check)),
    ]
    return "\n\n".join(parts) + "\n"


def _drift(method: DriftMethod) -> Iterator[str]:
    effect = method.effect
    facts = [
        _listed(method.kinds),
        _range(*method.bounds),
        method.unit,
        "symmetric" if method.symmetric else "not symmetric",
        f"warning from {effect.warning:g}, critical from {effect.critical:g}" if effect else "",
    ]
    yield from _entry(method.label, method.name, method.formula, facts)
    yield f"{method.trap} Reference: {method.reference}."


def _performance(method: PerformanceMethod) -> Iterator[str]:
    directions = {True: "higher is better", False: "lower is better", None: "0 is best"}
    units = {"share": "", "nats": "nats", "truth": "the truth's unit"}
    facts = [
        _listed(task.replace("_", " ") for task in method.tasks),
        _range(*method.bounds),
        units[method.unit],
        directions[method.higher_is_better],
        "needs scores" if method.needs_score else "",
    ]
    yield from _entry(method.label, method.name, method.formula, facts)
    yield f"Interval: {method.interval}. Reference: {method.reference}."


def _check(check: Check) -> Iterator[str]:
    yield from _entry(
        check.label, check.name, check.formula, [_listed(check.kinds), "columns: " + _listed(check.roles)]
    )
    yield check.trap


def _entry(label: str, name: str, formula: str, facts: Iterable[str]) -> Iterator[str]:
    yield f"### {label} (`{name}`)"
    yield f"```math\n{formula}\n```"
    yield " · ".join(filter(None, facts))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _range(lowest: float, highest: float) -> str:
    if math.isinf(lowest) and math.isinf(highest):
        return "any number"
    if math.isinf(highest):
        return f"{lowest:g} or more"
    return f"at most {highest:.4g}" if math.isinf(lowest) else f"{lowest:g} to {highest:.4g}"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8")
    README.write_text(with_table(README.read_text("utf-8")), "utf-8")
    sys.stderr.write(f"{DOCUMENT.relative_to(ROOT)} and the table of {README.name} are up to date\n")
