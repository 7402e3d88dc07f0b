"""Computing again, in the background, what became stale: pages show new rows without anybody asking for a refresh."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from monitoring.jobs import refresh
from monitoring.server.metrics import REFRESHES, Counters
from monitoring.store import Store, staleness

PAUSE = 2.0
"""Seconds between two looks; rows that come in meanwhile are computed together."""
REST = 2.0
"""How many times as long as it worked it rests, so that requests and pages find the processor free."""
LONGEST_PAUSE = 60.0

_log = logging.getLogger("vigie")


class _Stopped(Exception):
    """The process ends."""


class Refresher:
    """A thread that looks for what is stale, and refreshes it."""

    def __init__(self, store: Callable[[], Store], counters: Counters, pause: float) -> None:
        self._store = store
        self._counters = counters
        self._pause = pause
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="refresher", daemon=True)
        self._thread.start()

    @property
    def lives(self) -> bool:
        """Whether anything is refreshed."""
        return self._thread.is_alive()

    def close(self, timeout: float = 30) -> None:
        """End after the step that is being computed; what is still stale is found again at the next start."""
        self._ends.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        pause = self._pause
        while not self._ends.wait(pause):
            started = time.monotonic()
            failed = self._look()
            worked = time.monotonic() - started
            pause = max(self._pause, min(LONGEST_PAUSE, LONGEST_PAUSE if failed else REST * worked))

    def _look(self) -> bool:
        """Refresh what is stale; whether anything failed."""
        try:
            models = staleness.stale_models(self._store())
        except Exception as error:  # noqa: BLE001 - the thread lives; the store may answer next time
            _log.error("Looking for what is stale failed.", exc_info=error)
            return True
        return not all([self._refresh(model) for model in models])

    def _refresh(self, model: str) -> bool:
        try:
            refresh(self._store(), model, self._go_on)
        except _Stopped:
            return True
        except Exception as error:  # noqa: BLE001 - one model that cannot be computed must not keep the others old
            _log.error("Refreshing %r failed.", model, exc_info=error)
            self._counters.add(REFRESHES, outcome="failed")
            return False
        self._counters.add(REFRESHES, outcome="done")
        return True

    def _go_on(self, progress: str) -> None:
        """Called between the steps of a refresh."""
        _log.debug(progress)
        if self._ends.is_set():
            raise _Stopped
