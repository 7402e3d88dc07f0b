"""The one thread that writes what comes in over HTTP: many small requests share a durable transaction.

Inferences of one version that wait together are stored together, and each request has its own receipt. When a
transaction fails, what shared it is tried again one by one, so that a failing request harms none of its neighbours.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from monitoring.errors import VigieError
from monitoring.ingest.intake import (
    PreparedInferences,
    PreparedTruth,
    Receipt,
    store_prepared,
    store_truth,
)
from monitoring.server.failures import Overloaded
from monitoring.store import Store

WAITING = 512
"""Requests that may wait; another one is told to come back."""
TOGETHER = 256
"""Requests that share a transaction at most."""
ROWS_TOGETHER = 200_000
"""No further request joins a transaction that has this many rows."""

_log = logging.getLogger("vigie")


Work = PreparedInferences | PreparedTruth


@dataclass(frozen=True, slots=True)
class Job:
    """Something to write, and where its receipt is awaited."""

    work: Work
    receipt: Future[Receipt] = field(default_factory=Future)


class Writer:
    """Writes jobs in the order in which they came."""

    def __init__(self, store: Callable[[], Store]) -> None:
        self._store = store
        self._jobs: queue.Queue[Job | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> Future[Receipt]:
        """Have something written; the receipt comes once it is on disk. Raises Overloaded when too much waits."""
        job = Job(work)
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise Overloaded(
                "Too many writes wait.", "Send it again in a moment: what is known stays."
            ) from None
        return job.receipt

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return self._jobs.qsize()

    @property
    def lives(self) -> bool:
        """Whether jobs are written."""
        return self._thread.is_alive()

    def close(self, timeout: float = 30) -> None:
        """Write what waits, then end."""
        self._jobs.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        ends = False
        while not ends:
            jobs, ends = self._next()
            running = [job for job in jobs if job.receipt.set_running_or_notify_cancel()]
            for group in groups(running):
                self._write(group)

    def _next(self) -> tuple[list[Job], bool]:
        """What waits, up to what a transaction takes; and whether that was the last."""
        jobs: list[Job] = []
        rows = 0
        job = self._jobs.get()
        while job is not None:
            jobs.append(job)
            rows += job.work.raw.table.num_rows
            if len(jobs) == TOGETHER or rows >= ROWS_TOGETHER:
                return jobs, False
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return jobs, False
        return jobs, True

    def _write(self, group: Sequence[Job]) -> None:
        try:
            receipts = write_together(self._store(), [job.work for job in group])
        except Exception as error:  # noqa: BLE001 - the thread lives, and whoever waits hears of it
            if len(group) > 1:
                for job in group:
                    self._write([job])
                return
            if not isinstance(error, VigieError):
                _log.error("A write failed.", exc_info=error)
            group[0].receipt.set_exception(error)
            return
        for job, receipt in zip(group, receipts, strict=True):
            job.receipt.set_result(receipt)


def groups(jobs: Sequence[Job]) -> list[list[Job]]:
    """Jobs that can share a transaction: inferences of the same version, in their order; truth for itself."""
    found: dict[object, list[Job]] = {}
    for job in jobs:
        work = job.work
        key = (work.version.model, work.version.name) if isinstance(work, PreparedInferences) else id(job)
        found.setdefault(key, []).append(job)
    return list(found.values())


def write_together(store: Store, works: Sequence[Work]) -> list[Receipt]:
    """Write what can share a transaction."""
    first = works[0]
    if isinstance(first, PreparedTruth):
        return [store_truth(store, first)]
    return store_prepared(store, [work for work in works if isinstance(work, PreparedInferences)])
