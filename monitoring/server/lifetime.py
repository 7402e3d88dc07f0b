"""While the process serves, the command line can find it: its address and a secret stand beside the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from monitoring import app_link
from monitoring.app_link import AppLink
from monitoring.process import held_store, release_store, store_path


@dataclass(slots=True)
class Serving:
    """What the API knows of its own process."""

    link: AppLink | None = None


STATE = Serving()


@contextmanager
def serving(url: str) -> Iterator[None]:
    """Hold the store and say so, for as long as the process serves at that address."""
    held_store()
    path = store_path()
    STATE.link = app_link.leave(path, url)
    try:
        yield
    finally:
        app_link.remove(path)
        STATE.link = None
        release_store()
