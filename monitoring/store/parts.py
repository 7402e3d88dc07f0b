"""What a version was validated on and trained on, told in a few numbers per column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitoring.store.connection import Store
from monitoring.store.names import quote
from monitoring.store.registry import TYPES, Version
from monitoring.store.rows import Rows

TRUTH_QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """A feature in some rows. distinct: how many values it has. minimum, maximum: of numbers and times, else None."""

    missing: int
    distinct: int
    minimum: float | datetime | None
    maximum: float | datetime | None


@dataclass(frozen=True, slots=True)
class PartFacts:
    """The reference or the training rows of a version.

    first, last: the earliest and the latest time, None without any. columns: by the user's name of the feature.
    classes: rows by value of the truth as it is stored; empty for a regression. quantiles: of the truth of a
    regression, at TRUTH_QUANTILES; empty for classes.
    """

    n: int
    n_truth: int
    first: datetime | None
    last: datetime | None
    columns: Mapping[str, ColumnFacts]
    classes: Mapping[str, int]
    quantiles: tuple[float, ...]


def describe(store: Store, version: Version, part: str) -> PartFacts | None:
    """The facts of a part (`reference` or `training`); None where the version has no such rows."""
    source, values = Rows(version, part).sql()
    features = [
        (feature.name, version.stored[feature.name], feature.kind) for feature in version.spec.features or ()
    ]
    is_regression = version.spec.task == "regression"
    truth = (
        f"quantile_cont(y_true, {list(TRUTH_QUANTILES)})" if is_regression else "histogram(y_true::varchar)"
    )
    wanted = ", ".join(
        f"count({quote(stored)}), count(distinct {quote(stored)}), {_ends(stored, kind)}"
        for _, stored, kind in features
    )
    with store.read() as cursor:
        row = cursor.execute(
            f"""select count(*), count(y_true), min("timestamp"), max("timestamp"), {truth}
                {"," if wanted else ""} {wanted} from {source}""",
            values,
        ).fetchone()
    assert row is not None  # an aggregate without groups always has one row
    n, n_truth, first, last, of_truth, *rest = row
    if n == 0:
        return None
    return PartFacts(
        n,
        n_truth,
        first,
        last,
        {name: _facts(n, rest[4 * i : 4 * i + 4]) for i, (name, _, _) in enumerate(features)},
        {} if is_regression else dict(of_truth or {}),
        tuple(of_truth or ()) if is_regression else (),
    )


def _ends(stored: str, kind: str) -> str:
    """Smallest and largest value, where values have an order."""
    if TYPES[kind] in ("double", "timestamptz"):
        return f"min({quote(stored)}), max({quote(stored)})"
    return "null, null"


def _facts(n: int, found: Sequence[Any]) -> ColumnFacts:
    present, distinct, minimum, maximum = found
    return ColumnFacts(n - present, distinct, minimum, maximum)
