"""What every test shares: where the checkout is, a store of its own, and how hypothesis searches."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("vigie", deadline=None, derandomize="CI" in os.environ, print_blob=True)
settings.load_profile("vigie")


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Root of the working tree."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def small_store_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small store on real data, made once: read it, and copy it before anything is written."""
    from tests.ui.stores import build_small_store

    folder = tmp_path_factory.mktemp("small")
    return build_small_store(folder / "small.duckdb", folder / "files")


@pytest.fixture(autouse=True)
def _store_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test can reach the demo store, not even one that forgets to name a store."""
    monkeypatch.setenv("VIGIE_STORE", str(tmp_path / "vigie.duckdb"))
