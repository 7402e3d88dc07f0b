import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from monitoring.errors import VigieError
from monitoring.ingest.intake import PreparedInferences, Receipt, prepare_inferences, prepare_truth
from monitoring.ingest.json_rows import read_json
from monitoring.ingest.tables import ReadOptions
from monitoring.server import writer as writer_module
from monitoring.server.failures import Overloaded
from monitoring.server.writer import Writer
from monitoring.store import Store, intake, registry
from monitoring.store.connection import Cursor
from monitoring.store.inferences import Appended, append_inferences
from monitoring.store.registry import Version
from tests.server.served import MODEL, Row, build_store, row, rows


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(build_store(tmp_path)) as opened:
        yield opened


def prepared(store: Store, sent: list[Row]) -> PreparedInferences:
    raw = read_json("x", json.dumps(sent).encode(), ReadOptions())
    return prepare_inferences(registry.version(store, MODEL), raw)


class Gate:
    """A store that is given out only once the gate is open, so that jobs wait together."""

    def __init__(self, store: Store) -> None:
        self.open = threading.Event()
        self.asked = threading.Event()
        self._store = store

    def __call__(self) -> Store:
        self.asked.set()
        assert self.open.wait(30)
        return self._store


def submit_together(store: Store, batches: list[list[Row]]) -> list[Future[Receipt]]:
    """Receipts of batches that waited together while a first one was written."""
    gate = Gate(store)
    writer = Writer(gate)
    first = writer.submit(prepared(store, rows(90_000, 1)))
    assert gate.asked.wait(30)
    found = [writer.submit(prepared(store, sent)) for sent in batches]
    gate.open.set()
    first.result(30)
    writer.close()
    return found


def test_requests_that_wait_share_a_transaction_and_have_their_own_receipts(store: Store) -> None:
    found = submit_together(
        store,
        [rows(0, 3), [row(1), row(3)], [row(4, p=7.0), row(5), row(0, distance=1.0)], [], [row(5), row(5)]],
    )
    receipts = [future.result(30) for future in found]
    assert [(r.accepted, r.duplicates, r.n_quarantined) for r in receipts] == [
        (3, 0, 0),
        (1, 1, 0),
        (1, 0, 2),
        (0, 0, 0),
        (0, 2, 0),
    ]
    assert [(line.row, line.id) for line in receipts[2].quarantined] == [(1, "f4"), (3, "f0")]
    batches = intake.batches(store)
    assert [(batch.accepted, batch.duplicates, batch.quarantined) for batch in batches] == [
        (5, 3, 2),
        (1, 0, 0),
    ]


def test_the_same_receipts_come_when_each_request_comes_alone(store: Store, tmp_path: Path) -> None:
    batches = [rows(0, 3), [row(1), row(3)], [row(4, p=7.0), row(5), row(0, distance=1.0)], [row(5), row(5)]]
    together = [future.result(30) for future in submit_together(store, batches)]
    alone = tmp_path / "alone"
    alone.mkdir()
    with Store.open(build_store(alone)) as other:
        writer = Writer(lambda: other)
        one_by_one = [writer.submit(prepared(other, sent)).result(30) for sent in batches]
        writer.close()
    assert together == one_by_one


def test_a_failing_request_harms_none_of_its_neighbours(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = append_inferences

    def failing(cursor: Cursor, version: Version, table: pa.Table, now: datetime) -> Appended:
        appended = real(cursor, version, table, now)
        if "poison" in table["id"].to_pylist():
            raise RuntimeError("too late")
        return appended

    monkeypatch.setattr("monitoring.ingest.intake.append_inferences", failing)
    found = submit_together(store, [rows(0, 2), [row(2, flight="poison")], rows(3, 2)])
    assert [found[n].result(30).accepted for n in (0, 2)] == [2, 2]
    with pytest.raises(RuntimeError, match="too late"):
        found[1].result(30)
    assert sum(batch.accepted for batch in intake.batches(store)) == 1 + 4


def test_the_writer_outlives_what_fails(store: Store) -> None:
    answers: list[Store | Exception] = [RuntimeError("no store"), VigieError("held"), store]

    def give() -> Store:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    writer = Writer(give)
    for problem in (RuntimeError, VigieError):
        with pytest.raises(problem):
            writer.submit(prepared(store, rows(0, 1))).result(30)
    assert writer.lives
    assert writer.submit(prepared(store, rows(0, 1))).result(30).accepted == 1
    writer.close()
    assert not writer.lives


def test_a_request_that_was_given_up_is_not_written(store: Store) -> None:
    gate = Gate(store)
    writer = Writer(gate)
    first = writer.submit(prepared(store, rows(0, 1)))
    assert gate.asked.wait(30)
    given_up = writer.submit(prepared(store, rows(1, 1)))
    assert given_up.cancel()
    gate.open.set()
    writer.close()
    assert first.result(30).accepted == 1
    assert sum(batch.accepted for batch in intake.batches(store)) == 1


def test_too_many_waiting_requests_are_refused_and_what_waits_is_written_at_the_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "WAITING", 2)
    gate = Gate(store)
    writer = Writer(gate)
    futures = [writer.submit(prepared(store, rows(0, 1)))]
    assert gate.asked.wait(30)
    futures += [writer.submit(prepared(store, rows(n, 1))) for n in (1, 2)]
    assert writer.waiting == 2
    with pytest.raises(Overloaded):
        writer.submit(prepared(store, rows(3, 1)))
    gate.open.set()
    writer.close()
    assert [future.result(30).accepted for future in futures] == [1, 1, 1]


def test_truth_is_written_for_itself(store: Store) -> None:
    writer = Writer(lambda: store)
    inferences = writer.submit(prepared(store, rows(0, 2)))
    raw = read_json("x", b'[{"flight": "f0", "late": 1}, {"flight": "f9", "late": 0}]', ReadOptions())
    truth = writer.submit(prepare_truth(registry.versions(store, MODEL), raw))
    assert (inferences.result(30).accepted, truth.result(30).accepted) == (2, 2)
    writer.close()
