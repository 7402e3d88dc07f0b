"""The store that this process holds, opened once and shared by its pages and its API."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from monitoring.store import Store

DEFAULT_STORE = Path("data/vigie.duckdb")

_opening = threading.Lock()
_held: dict[Path, Store] = {}


def store_path() -> Path:
    """Where the store is: VIGIE_STORE, or data/vigie.duckdb."""
    return Path(os.environ.get("VIGIE_STORE") or DEFAULT_STORE).resolve()


def held_store() -> Store:
    """The store of this process; it is opened when it is first asked for."""
    path = store_path()
    with _opening:
        if path not in _held:
            _held[path] = Store.open(path)
        return _held[path]


def release_store() -> None:
    """Close the store, so that another process can have it."""
    with _opening:
        for store in _held.values():
            store.close()
        _held.clear()
