"""What keeps the house habitable: small modules, few front doors, documents that are complete and true."""

import ast
import importlib.metadata
import re
import subprocess
import sys
from argparse import _SubParsersAction
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from monitoring.cli import parser

CODE = ("monitoring", "pages", "tools", "tests", "benchmarks")
MODULE_LINES = 500
PAGE_LINES = 120
FUNCTION_LINES = 60

# Where a bug is caught, told to somebody and kept, because there is nobody above to do so.
FRONT_DOORS = (
    "monitoring/cli.py",
    "monitoring/jobs.py",
    "monitoring/server/",
    "monitoring/demo/first_start.py",
    "monitoring/ui/frame.py",
)

# Whoever monitors such a model has its library; nobody else needs it.
OPTIONAL = ("lightgbm", "xgboost", "catboost", "onnxruntime")

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.*])/(home|root|Users|work|mnt|opt)/\w")
OWN_INDEX = re.compile(r"--(extra-)?index(-url)?\b|--find-links|\bUV_INDEX|\bPIP_INDEX")
MARKDOWN_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def modules(checkout: Path) -> dict[str, str]:
    paths = [*checkout.glob("*.py"), *(path for folder in CODE for path in (checkout / folder).rglob("*.py"))]
    return {path.relative_to(checkout).as_posix(): path.read_text() for path in sorted(paths)}


@pytest.fixture(scope="module")
def documents(checkout: Path) -> dict[Path, str]:
    paths = [*checkout.glob("*.md"), *checkout.glob("docs/**/*.md")]
    return {path: path.read_text() for path in paths}


def nothing(found: Iterable[str]) -> None:
    """Fail with all that was found, a line each."""
    lines = sorted(found)
    assert not lines, "\n".join(lines)


def long_functions(path: str, source: str) -> Iterator[str]:
    """Functions of a module that are over the budget, docstrings not counted."""
    for node in ast.walk(ast.parse(source, path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=False)
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            lines -= len(docstring.splitlines()) if docstring else 0
            if lines > FUNCTION_LINES:
                yield f"{path}:{node.lineno} {node.name} has {lines} lines, {FUNCTION_LINES} are allowed"


def broad_excepts(path: str, source: str) -> Iterator[str]:
    """Handlers that would swallow a bug; one that ends by raising the same again does not."""
    for node in ast.walk(ast.parse(source, path)):
        if isinstance(node, ast.ExceptHandler):
            caught = set(ast.walk(node.type)) if node.type else set()
            names = {name.id for name in caught if isinstance(name, ast.Name)}
            broad = node.type is None or names & {"Exception", "BaseException"}
            passed_on = isinstance(last := node.body[-1], ast.Raise) and last.exc is None
            if broad and not passed_on:
                yield f"{path}:{node.lineno} catches whatever comes"


def prints(path: str, source: str) -> Iterator[str]:
    """Calls of print."""
    for node in ast.walk(ast.parse(source, path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield f"{path}:{node.lineno} prints"


def imported_packages(source: str) -> set[str]:
    """Top-level names that a module imports by an absolute import."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def requirements(path: Path) -> dict[str, tuple[Requirement, str]]:
    """Requirements of a file by canonical name, each with the comment behind it."""
    found: dict[str, tuple[Requirement, str]] = {}
    for line in path.read_text().splitlines():
        text, _, comment = line.partition("#")
        if text.strip():
            requirement = Requirement(text.strip())
            found[canonicalize_name(requirement.name)] = (requirement, comment.strip())
    return found


def needs_of(distribution: str) -> set[str]:
    """What an installed distribution needs on this machine, extras apart."""
    needs = map(Requirement, importlib.metadata.requires(distribution) or ())
    return {
        canonicalize_name(need.name)
        for need in needs
        if not need.marker or need.marker.evaluate({"extra": ""})
    }


def test_no_module_is_too_long_to_read(modules: dict[str, str]) -> None:
    nothing(path for path, source in modules.items() if source.count("\n") > MODULE_LINES)


def test_a_page_chooses_reads_and_draws_and_nothing_else(modules: dict[str, str]) -> None:
    pages = {path: source for path, source in modules.items() if path.startswith("pages/")}
    nothing(path for path, source in pages.items() if source.count("\n") > PAGE_LINES)


def test_no_function_is_too_long_to_read(modules: dict[str, str]) -> None:
    nothing(text for item in modules.items() for text in long_functions(*item))


def test_only_front_doors_catch_what_they_do_not_know(modules: dict[str, str]) -> None:
    inside = {path: source for path, source in modules.items() if not path.startswith(FRONT_DOORS)}
    nothing(text for item in inside.items() for text in broad_excepts(*item))


def test_output_leaves_by_the_command_line_only(modules: dict[str, str]) -> None:
    packages = ("monitoring/", "pages/", "app.py")
    inside = {path: source for path, source in modules.items() if path.startswith(packages)}
    inside = {path: source for path, source in inside.items() if not path.endswith("/__main__.py")}
    nothing(text for item in inside.items() for text in prints(*item))


def test_the_readers_of_code_find_what_they_look_for() -> None:
    body = "\n".join("    x = 1" for _ in range(FUNCTION_LINES))
    assert len(list(long_functions("a.py", f"def f():\n{body}\n"))) == 1
    assert list(long_functions("a.py", f'def f():\n    """{"x" * 9}"""\n{body[: -len("    x = 1")]}\n')) == []
    assert len(list(broad_excepts("a.py", "try:\n    f()\nexcept (ValueError, Exception):\n    pass"))) == 1
    assert len(list(broad_excepts("a.py", "try:\n    f()\nexcept:\n    pass"))) == 1
    assert list(broad_excepts("a.py", "try:\n    f()\nexcept ValueError:\n    pass")) == []
    assert list(broad_excepts("a.py", "try:\n    f()\nexcept BaseException:\n    undo()\n    raise")) == []
    assert len(list(prints("a.py", "def f():\n    print(1)"))) == 1
    assert imported_packages("import a.b\nfrom c.d import e\nfrom . import f") == {"a", "c"}


def test_nothing_is_left_for_later_and_nothing_names_one_machine(
    checkout: Path, modules: dict[str, str], documents: dict[Path, str]
) -> None:
    texts = {path: source for path, source in modules.items() if path != "tests/test_house.py"}
    texts |= {path.name: text for path, text in documents.items()}
    others = ("Makefile", "pyproject.toml", ".ci/run", "requirements.in", "requirements.txt")
    texts |= {name: (checkout / name).read_text() for name in others}
    found = [
        f"{path}: {match.group()}"
        for path, text in texts.items()
        for pattern in (UNFINISHED, MACHINE_PATH, OWN_INDEX)
        for match in pattern.finditer(text)
    ]
    nothing(found)


def test_links_between_documents_lead_somewhere(documents: dict[Path, str]) -> None:
    broken = []
    for path, text in documents.items():
        for link in MARKDOWN_LINK.finditer(FENCE.sub("", text)):
            target = (link[1] or link[2]).partition("#")[0]
            if target and "://" not in target and not (path.parent / target).exists():
                broken.append(f"{path.name}: {target}")
    nothing(broken)


def test_every_command_stands_in_the_documents(documents: dict[Path, str]) -> None:
    commands = next(action for action in parser()._actions if isinstance(action, _SubParsersAction))
    written = "\n".join(documents.values())
    missing = [name for name in commands.choices if not re.search(rf"monitoring {name}\b|`{name}\b", written)]
    nothing(missing)


def test_every_option_of_a_command_stands_in_the_documents(documents: dict[Path, str]) -> None:
    commands = next(action for action in parser()._actions if isinstance(action, _SubParsersAction))
    options = {
        option
        for command in commands.choices.values()
        for action in command._actions
        for option in action.option_strings
        if option.startswith("--")
    }
    written = "\n".join(documents.values())
    nothing(option for option in options - {"--help"} if option not in written)


def test_the_changelog_has_a_place_for_what_comes(checkout: Path) -> None:
    assert "## [Unreleased]" in (checkout / "CHANGELOG.md").read_text()


def test_what_is_required_is_imported_or_says_why(checkout: Path, modules: dict[str, str]) -> None:
    running = [
        source for path, source in modules.items() if path.startswith(("monitoring/", "pages/", "app.py"))
    ]
    packages = set().union(*map(imported_packages, running))
    provided = importlib.metadata.packages_distributions()
    used = {canonicalize_name(name) for package in packages for name in provided.get(package, ())}
    declared = requirements(checkout / "requirements.in")
    nothing({name for name, (_, why) in declared.items() if not why} - used)


def test_what_is_imported_is_required(checkout: Path, modules: dict[str, str]) -> None:
    declared = set(requirements(checkout / "requirements.in"))
    development = declared | set(requirements(checkout / "requirements-dev.in"))
    provided = importlib.metadata.packages_distributions()
    own = {"monitoring", "pages", "tools", "tests", "app", "benchmarks", *sys.stdlib_module_names, *OPTIONAL}
    undeclared = []
    for path, source in modules.items():
        allowed = development if path.startswith(("tests/", "tools/", "benchmarks/")) else declared
        for package in imported_packages(source) - own:
            names = {canonicalize_name(name) for name in provided.get(package, [package])}
            if not names & allowed:
                undeclared.append(f"{path} imports {package}")
    nothing(undeclared)


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_pins_are_exact_and_complete(checkout: Path, name: str) -> None:
    pins = {name: pin for name, (pin, _) in requirements(checkout / f"{name}.txt").items()}
    nothing(str(pin) for pin in pins.values() if [each.operator for each in pin.specifier] != ["=="])
    wanted = {each: bound for each, (bound, _) in requirements(checkout / f"{name}.in").items()}
    nothing(each for each in wanted if each not in pins)
    outside = [
        str(pins[each])
        for each, bound in wanted.items()
        if next(iter(pins[each].specifier)).version not in bound.specifier
    ]
    nothing(outside)
    nothing({need for pin in pins for need in needs_of(pin)} - set(pins))


def test_one_environment_serves_running_and_testing(checkout: Path) -> None:
    running = requirements(checkout / "requirements.txt")
    testing = requirements(checkout / "requirements-dev.txt")
    both = running.keys() & testing.keys()
    nothing(each for each in both if running[each][0].specifier != testing[each][0].specifier)


def test_the_whole_run_is_the_command_of_the_readme(checkout: Path) -> None:
    script = checkout / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().splitlines()[-1] == "make test"


@pytest.mark.parametrize("target", ["run", "demo", "test", "check", "format", "pins"])
def test_make_knows_how_to(target: str, checkout: Path) -> None:
    plan = subprocess.run(
        ["make", "--dry-run", target], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert plan.returncode == 0, plan.stderr
