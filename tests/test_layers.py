"""The house has floors: each module imports only from below, and what it may import is decided here.

Imports are read from the syntax tree: those at the top, those inside functions, those for typing only, and
`import_module` with a literal name. That finds what a run would not reach; the last test asks a fresh
interpreter, which finds what third parties drag in.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

DOMAINS = ("quality", "drift", "performance", "estimation", "uplift", "explain", "kpis")
JOB_MODULES = ("job", "report")

# Floors from the ground up. A module belongs to the entry that names most of its path.
FLOORS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("nouns", ("errors", "windows", "thresholds", "spec", "scope", "palette", "traces")),
    ("pure", ("profiling", "document", *DOMAINS)),
    ("store", ("store",)),
    ("ingest", ("ingest",)),
    ("summaries", ("summaries",)),
    ("profiles", ("profiles_job",)),
    ("domain jobs", tuple(f"{domain}.{name}" for domain in DOMAINS for name in JOB_MODULES)),
    ("jobs", ("jobs", "watch", "reports", "catalog", "registration", "alerts", "incidents", "governance")),
    ("doors", ("cli", "__main__", "commands", "app_link", "process", "server", "client", "demo")),
    ("ui", ("ui",)),
)
PAGES = ("app", "pages")


@dataclass(frozen=True, slots=True)
class Import:
    """One name that a module takes from another."""

    importer: str
    imported: str
    line: int
    typing_only: bool = False

    def __str__(self) -> str:
        purpose = " (for typing only)" if self.typing_only else ""
        return f"{self.importer}:{self.line} imports {self.imported}{purpose}"


@dataclass(frozen=True, slots=True)
class Rule:
    """What no import may do, and why."""

    name: str
    why: str
    broken_by: Callable[[Import], bool]


def within(module: str, *packages: str) -> bool:
    """Whether a module is one of the packages or lies in one."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def floor(module: str) -> int | None:
    """Height of a module of the house; None for third parties and for a module that nobody placed."""
    places = [
        (len(place), height)
        for height, (_, modules) in enumerate(FLOORS)
        for place in modules
        if within(module, f"monitoring.{place}")
    ]
    if is_page(module):
        return len(FLOORS)
    return max(places)[1] if places else None


def domain(module: str) -> str | None:
    """Domain that a module belongs to, if any."""
    package, _, rest = module.partition(".")
    name = rest.partition(".")[0]
    return name if package == "monitoring" and name in DOMAINS else None


def is_page(module: str) -> bool:
    """Whether a module is the frame or a screen."""
    return within(module, *PAGES)


def _climbs(each: Import) -> bool:
    below, above = floor(each.importer), floor(each.imported)
    return below is not None and above is not None and above > below


RULES = (
    Rule(
        "imports only from below",
        "a module that knows only what is beneath it can be read, tested and replaced without what is above",
        _climbs,
    ),
    Rule(
        "only the store knows duckdb",
        "one folder holds connections, SQL and quoting, so users' text meets SQL in one place",
        lambda each: within(each.imported, "duckdb") and not within(each.importer, "monitoring.store"),
    ),
    Rule(
        "only pages and monitoring.ui know streamlit",
        "reports, jobs and the command line work without a browser session, and tests need none",
        lambda each: (
            within(each.imported, "streamlit")
            and not is_page(each.importer)
            and not within(each.importer, "monitoring.ui")
        ),
    ),
    Rule(
        "domains do not know one another",
        "a domain can be deepened or dropped alone; what two of them share goes down to a noun or a profile",
        lambda each: (
            None not in (domain(each.importer), domain(each.imported))
            and domain(each.importer) != domain(each.imported)
        ),
    ),
    Rule(
        "pages do no statistics",
        "a number on a screen must be the number of the report, so only the report computes it",
        lambda each: (
            is_page(each.importer)
            and within(each.imported, "numpy", "scipy", "sklearn", "shap", "numba", "statsmodels")
        ),
    ),
    Rule(
        "figures are drawn in charts and in monitoring.ui",
        "what is computed and how it is drawn change for different reasons",
        lambda each: (
            within(each.imported, "plotly")
            and not each.importer.endswith(".charts")
            and not within(each.importer, "monitoring.ui")
        ),
    ),
    Rule(
        "no plotly.express",
        "it takes 50 to 90 ms a figure where graph_objects take 1.5, and every page pays it on every click",
        lambda each: within(each.imported, "plotly.express"),
    ),
    Rule(
        "pickles only where their hash is checked",
        "models are data, not programs: loading a pickle runs whatever its author wrote",
        lambda each: (
            within(each.imported, "pickle", "cloudpickle", "dill", "joblib")
            and each.importer != "monitoring.explain.artifacts"
        ),
    ),
)

# What is said to a reader through gettext may well select things from a list: see TEXT_CALLS.
SQL = re.compile(
    r"\b(select\b.+\bfrom|insert\s+into|delete\s+from|update\b.+\bset|(create|drop|alter)\s+(table|view|schema))\s",
    re.IGNORECASE | re.DOTALL,
)
TEXT_CALLS = ("_", "N_", "ngettext", "gettext")


def module_name(path: str) -> str:
    """Dotted name of a file of the checkout."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports_of(path: str, source: str) -> Iterator[Import]:
    """Every import of a file, wherever it stands."""
    tree = ast.parse(source, path)
    typing_only = {
        id(node) for guard in _typing_guards(tree) for body in guard.body for node in ast.walk(body)
    }
    importer = module_name(path)
    package = importer if path.endswith("/__init__.py") else importer.rpartition(".")[0]
    for node in ast.walk(tree):
        for imported in _imported(node, package):
            yield Import(importer, imported, getattr(node, "lineno", 0), id(node) in typing_only)


def _typing_guards(tree: ast.Module) -> Iterator[ast.If]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            yield node


def _imported(node: ast.AST, package: str) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=module, names=names, level=level):
            above = package.rsplit(".", level - 1)[0] if level else ""
            origin = ".".join(part for part in (above, module) if part)
            return [f"{origin}.{alias.name}" for alias in names]
        case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]) if ast.unparse(func).endswith(
            ("import_module", "__import__")
        ):
            return [name]
    return []


def sql_in(path: str, source: str) -> Iterator[str]:
    """Literals of a file that look like SQL, leaving out docstrings and what is said to readers."""
    tree = ast.parse(source, path)
    spared = {id(part) for node in ast.walk(tree) for part in _prose(node)}
    for node in ast.walk(tree):
        found = None if id(node) in spared else SQL.search(_literal(node) + " ")
        if found:
            yield f"{module_name(path)}:{getattr(node, 'lineno', 0)} holds SQL: {found.group()!r}"


def _literal(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_literal(part) or "x" for part in parts)
    return ""


def _prose(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    if isinstance(node, ast.JoinedStr):
        yield from node.values
    if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in TEXT_CALLS:
        yield from ast.walk(node)


def violations(sources: dict[str, str]) -> list[str]:
    """What breaks the rules in files given by path, each with the reason for its rule."""
    found = []
    for path, source in sources.items():
        module = module_name(path)
        if floor(module) is None and module != "monitoring":
            found.append(f"{module} has no floor: give it one in FLOORS")
        if module.rpartition(".")[2] in JOB_MODULES and domain(module) is None:
            found.append(
                f"{module}: only a domain has a {module.rpartition('.')[2]}, others have their own names"
            )
        for each in imports_of(path, source):
            found += [f"{each}: {rule.name}, since {rule.why}" for rule in RULES if rule.broken_by(each)]
        if not within(module, "monitoring.store"):
            found += [f"{text}: SQL lives in monitoring.store" for text in sql_in(path, source)]
    return found


@pytest.fixture(scope="module")
def sources(checkout: Path) -> dict[str, str]:
    paths = [*checkout.glob("*.py"), *checkout.glob("pages/**/*.py"), *checkout.glob("monitoring/**/*.py")]
    return {path.relative_to(checkout).as_posix(): path.read_text() for path in sorted(paths)}


def test_the_house_keeps_its_floors(sources: dict[str, str]) -> None:
    found = violations(sources)
    assert not found, "\n".join(found)


def test_every_floor_that_is_named_is_inhabited(sources: dict[str, str]) -> None:
    inhabited = {floor(module_name(path)) for path in sources}
    assert [name for height, (name, _) in enumerate(FLOORS) if height not in inhabited] == []


def test_pure_modules_load_neither_streamlit_nor_duckdb_when_they_run(
    sources: dict[str, str], checkout: Path
) -> None:
    low = [module for module in map(module_name, sources) if floor(module) in (0, 1)]
    script = f"import sys, {', '.join(low)}\nprint(*({{'streamlit', 'duckdb'}} & set(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout.split()) == (0, []), run.stderr


BROKEN = {
    "a noun that reaches up": ("monitoring/windows.py", "from monitoring.store import registry"),
    "a pure module that reads the store": (
        "monitoring/drift/distances.py",
        "from monitoring.store import rows",
    ),
    "a pure module that asks its own job": (
        "monitoring/drift/distances.py",
        "from monitoring.drift import job",
    ),
    "the same by a relative import": ("monitoring/drift/distances.py", "from . import job"),
    "a store that asks the ingest": ("monitoring/store/rows.py", "from ..ingest import files"),
    "a domain job that calls the scheduler": ("monitoring/drift/job.py", "import monitoring.jobs"),
    "a command line that imports the screens": (
        "monitoring/cli.py",
        "def f():\n    import monitoring.ui.state",
    ),
    "a ui that imports a page": ("monitoring/ui/state.py", "import pages.drift"),
    "duckdb outside the store": ("monitoring/ingest/files.py", "import duckdb"),
    "duckdb by its name only": ("monitoring/ingest/files.py", "importlib.import_module('duckdb')"),
    "duckdb for typing": (
        "monitoring/jobs.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from duckdb import DuckDBPyConnection",
    ),
    "streamlit in a job": ("monitoring/jobs.py", "def f():\n    import streamlit as st"),
    "a domain that knows another": ("monitoring/kpis/job.py", "from monitoring.performance import binary"),
    "statistics in a page": ("pages/drift.py", "from scipy.stats import ks_2samp"),
    "a figure in a report": ("monitoring/drift/report.py", "import plotly.graph_objects as go"),
    "plotly.express in charts": ("monitoring/drift/charts.py", "import plotly.express as px"),
    "a pickle": ("monitoring/ingest/files.py", "import pickle"),
    "SQL in a page": ("pages/drift.py", "query = 'select count(*) from late_flights'"),
    "SQL in a job": ("monitoring/jobs.py", "run(f'DELETE FROM {table} WHERE id = 1')"),
    "SQL around a name in a job": ("monitoring/jobs.py", "run(f'select {column} from {table}')"),
    "a job outside the domains": ("monitoring/store/job.py", ""),
    "a module that nobody placed": ("monitoring/misc.py", ""),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_found(name: str) -> None:
    path, source = BROKEN[name]
    assert len(violations({path: source})) == 1


SOUND = {
    "a page that reads a report": ("pages/drift.py", "from monitoring.drift import charts, report"),
    "a job that reads the store": ("monitoring/drift/job.py", "from monitoring.store import rows"),
    "a job that uses its own maths": ("monitoring/drift/job.py", "from .distances import psi"),
    "the store itself": ("monitoring/store/rows.py", "import duckdb\nQUERY = 'select 1 from range(2)'"),
    "a sentence that selects": ("pages/drift.py", "st.info(_('Select a model from the list'))"),
    "a docstring that updates": ("pages/drift.py", '"""Update the model and set a window."""'),
    "third parties in maths": ("monitoring/drift/distances.py", "import numpy\nfrom scipy import stats"),
    "a module of the tools for pickles": ("monitoring/explain/skops_files.py", "import pickletools"),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_is_allowed_passes(name: str) -> None:
    path, source = SOUND[name]
    assert violations({path: source}) == []


def test_an_import_for_typing_is_told_apart() -> None:
    source = "from typing import TYPE_CHECKING\nimport numpy\nif TYPE_CHECKING:\n    import pandas\n"
    found = {each.imported: each.typing_only for each in imports_of("monitoring/jobs.py", source)}
    assert found == {"typing.TYPE_CHECKING": False, "numpy": False, "pandas": True}
