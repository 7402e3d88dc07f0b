"""While the process serves: the store is held, rows are written, and what becomes stale is computed again.

The command line can find the process: its address and a secret stand beside the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from monitoring import app_link
from monitoring.process import held_store, release_store, store_path
from monitoring.server.refresher import PAUSE, Refresher
from monitoring.server.state import STATE
from monitoring.server.writer import Writer


@contextmanager
def serving(url: str) -> Iterator[None]:
    """Hold the store and say so, for as long as the process serves at that address."""
    held_store()
    path = store_path()
    STATE.tokens = ()
    STATE.writer = writer = Writer(held_store)
    STATE.refresher = refresher = Refresher(held_store, STATE.counters, PAUSE)
    STATE.link = app_link.leave(path, url)
    try:
        yield
    finally:
        app_link.remove(path)
        STATE.link = STATE.writer = STATE.refresher = None
        refresher.close()
        writer.close()
        release_store()
