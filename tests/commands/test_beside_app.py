"""Commands while an app holds the store: they go to the app, and nobody can tell."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitoring import app_link
from tests.browser.conftest import running
from tests.commands.conftest import Run


@pytest.fixture
def app(checkout: Path, tmp_path: Path) -> Iterator[str]:
    """The real app, on the store that the test's commands use."""
    with running(checkout / "app.py", tmp_path / "vigie.duckdb", tmp_path / "log") as url:
        yield url


def test_commands_give_the_same_output_beside_an_app(run: Run, files: Path, tmp_path: Path, app: str) -> None:
    steps = [
        ("register", files / "spec.yaml", "--json"),
        ("log", "acme", files / "inferences.csv", "--json"),
        ("truth", "acme", files / "truth.csv", "--json"),
        ("drift", "acme", "--json"),
        ("performance", "acme", "--window", "week", "--json"),
        ("kpis", "acme"),
        ("drift", "acmee"),
    ]
    beside = [run(*step) for step in steps]
    alone = [run(*step, "--store", tmp_path / "alone.duckdb") for step in steps]
    assert [(ran.code, ran.out) for ran in beside] == [(ran.code, ran.out) for ran in alone]
    assert beside[-1].err == alone[-1].err
    assert app


def test_the_secret_is_the_owner_s_only_and_goes_with_the_app(tmp_path: Path, checkout: Path) -> None:
    store = tmp_path / "vigie.duckdb"
    with running(checkout / "app.py", store, tmp_path / "log"):
        path = app_link.path_of(store)
        assert path.stat().st_mode & 0o077 == 0
        assert app_link.read(store) is not None
    assert app_link.read(store) is None


def test_a_store_held_by_something_else_is_an_error(run: Run, tmp_path: Path) -> None:
    app_link.leave(tmp_path / "vigie.duckdb", "http://127.0.0.1:9")
    link = app_link.read(tmp_path / "vigie.duckdb")
    assert link is not None
    with pytest.raises(Exception, match="does not answer"):
        app_link.run_in_app(link, ["refresh"], print)
