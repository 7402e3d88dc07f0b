import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitoring.ingest.intake import take_inferences
from monitoring.ingest.json_rows import table_from_rows
from monitoring.ingest.tables import ReadOptions
from monitoring.jobs import refresh
from monitoring.server import refresher as refresher_module
from monitoring.server.metrics import Counters
from monitoring.server.refresher import Refresher
from monitoring.store import Store, registry, staleness
from tests.server.served import MODEL, build_store, rows


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(build_store(tmp_path)) as opened:
        yield opened


def log(store: Store, first: int) -> None:
    raw = table_from_rows("x", rows(first, 5), ReadOptions())
    take_inferences(store, registry.version(store, MODEL), raw)


class Watched:
    """The real refresh, or a failing one; says when it was called so often."""

    def __init__(self, *fails: bool) -> None:
        self.done = threading.Semaphore(0)
        self._fails = list(fails)
        self._real = refresh

    def __call__(self, store: Store, model: str, progress: Callable[[str], None]) -> None:
        try:
            if self._fails and self._fails.pop(0):
                raise RuntimeError("cannot be computed")
            self._real(store, model, progress)
        finally:
            self.done.release()


def outcomes(counters: Counters) -> dict[str, int]:
    return {labels[0][1]: value for _, labels, value in counters.items()}


def test_what_comes_in_is_computed_by_itself(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    watched, counters = Watched(), Counters()
    monkeypatch.setattr(refresher_module, "refresh", watched)
    refresher = Refresher(lambda: store, counters, 0.01)
    for first in (0, 100):
        log(store, first)
        assert watched.done.acquire(timeout=60)
    refresher.close()
    assert not refresher.lives
    assert staleness.stale_models(store) == []
    assert outcomes(counters)["done"] >= 1


def test_a_failure_is_survived_and_tried_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    watched, counters = Watched(True, False), Counters()
    monkeypatch.setattr(refresher_module, "refresh", watched)
    monkeypatch.setattr(refresher_module, "LONGEST_PAUSE", 0.01)
    log(store, 0)
    refresher = Refresher(lambda: store, counters, 0.01)
    assert watched.done.acquire(timeout=60)
    assert watched.done.acquire(timeout=60)
    refresher.close()
    assert outcomes(counters)["failed"] == 1
    assert staleness.stale_models(store) == []


def test_it_ends_between_two_steps_and_leaves_the_rest_stale(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def slow(store: Store, model: str, progress: Callable[[str], None]) -> None:
        entered.set()
        assert go_on.wait(60)
        progress("a step")
        raise AssertionError("it went on")

    monkeypatch.setattr(refresher_module, "refresh", slow)
    log(store, 0)
    counters = Counters()
    refresher = Refresher(lambda: store, counters, 0.01)
    assert entered.wait(60)
    closing = threading.Thread(target=refresher.close)
    closing.start()
    while not refresher._ends.is_set():
        pass
    go_on.set()
    closing.join(60)
    assert not refresher.lives
    assert (staleness.stale_models(store), counters.items()) == ([MODEL], [])


def test_without_its_store_it_lives_on() -> None:
    asked = threading.Semaphore(0)

    def gone() -> Store:
        asked.release()
        raise RuntimeError("closed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refresher_module, "LONGEST_PAUSE", 0.01)
        refresher = Refresher(gone, Counters(), 0.01)
        assert asked.acquire(timeout=30)
        assert asked.acquire(timeout=30)
        assert refresher.lives
        refresher.close()
