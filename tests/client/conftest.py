"""A server for each test, on a store of its own."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitoring.process import held_store
from monitoring.server import lifetime
from monitoring.store import Store
from tests.server.served import Server, build_store, in_this_process


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_store(tmp_path_factory.mktemp("built"))


@pytest.fixture
def server(built: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(lifetime, "PAUSE", 3600.0)
    shutil.copy(built, os.environ["VIGIE_STORE"])
    with in_this_process() as running:
        yield running


@pytest.fixture
def store(server: Server) -> Store:
    """The store that the server holds."""
    return held_store()
