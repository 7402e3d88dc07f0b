from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations

import pyarrow as pa
import pytest

from monitoring.store import Store, rows, staleness
from monitoring.store import truths as truth_store
from monitoring.store.inferences import append_inferences
from monitoring.store.registry import Version
from monitoring.store.rows import Rows
from monitoring.store.truths import TruthAppended, append_truth
from tests.store.conftest import NOW

Make = Callable[..., pa.Table]
EARLY, LATE = datetime(2024, 5, 10, tzinfo=UTC), datetime(2024, 5, 20, tzinfo=UTC)


def send(store: Store, version: Version, table: pa.Table, now: datetime = NOW) -> TruthAppended:
    with store.write() as cursor:
        return append_truth(cursor, version.model, [version], table, now)


def log(store: Store, version: Version, table: pa.Table) -> None:
    with store.write() as cursor:
        append_inferences(cursor, version, table, NOW)


def current(store: Store, version: Version, before: datetime | None = None) -> dict[str, int | None]:
    source = Rows(version, with_truth=True, truth_received_before=before)
    table = rows.fetch(store, source, ["id", "y_true"])
    return dict(zip(table.column("id").to_pylist(), table.column("y_true").to_pylist(), strict=True))


def test_truth_joins_its_inference(store: Store, version: Version, inferences: Make, truths: Make) -> None:
    log(store, version, inferences(["a", "b"]))
    assert send(store, version, truths([("a", 1, None)])) == TruthAppended(1, 0, 0)
    assert current(store, version) == {"a": 1, "b": None}


def test_truth_again_changes_nothing(store: Store, version: Version, inferences: Make, truths: Make) -> None:
    log(store, version, inferences(["a"]))
    send(store, version, truths([("a", 1, None)]))
    settled = staleness.stale(store, "late-flights", "1").arrival
    assert send(store, version, truths([("a", 1, None)])) == TruthAppended(0, 0, 1)
    assert staleness.stale(store, "late-flights", "1").arrival == settled


def test_another_value_is_a_correction_and_the_past_can_be_asked_for(
    store: Store, version: Version, inferences: Make, truths: Make
) -> None:
    log(store, version, inferences(["a"]))
    send(store, version, truths([("a", 1, None)]), EARLY)
    assert send(store, version, truths([("a", 0, None)]), LATE) == TruthAppended(0, 1, 0)
    assert current(store, version) == {"a": 0}
    assert current(store, version, before=LATE) == {"a": 1}
    assert current(store, version, before=EARLY) == {"a": None}


def test_truth_before_its_inference_waits_for_it(
    store: Store, version: Version, inferences: Make, truths: Make
) -> None:
    assert send(store, version, truths([("a", 1, None)])).accepted == 1
    assert truth_store.n_waiting(store, "late-flights") == 1
    log(store, version, inferences(["a"]))
    assert truth_store.n_waiting(store, "late-flights") == 0
    assert current(store, version) == {"a": 1}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_latest_observation_wins_in_whatever_order_it_comes(
    store: Store, version: Version, inferences: Make, truths: Make, order: tuple[int, ...]
) -> None:
    middle = datetime(2024, 5, 15, tzinfo=UTC)
    observations = [("a", 1, EARLY), ("a", 0, middle), ("a", 1, LATE)]
    log(store, version, inferences(["a"]))
    for index in order:
        send(store, version, truths([observations[index]]))
    assert current(store, version) == {"a": 1}
    assert current(store, version) == {"a": 1}


def test_a_batch_counts_every_row_once(
    store: Store, version: Version, inferences: Make, truths: Make
) -> None:
    log(store, version, inferences(["a", "b"]))
    batch = truths([("a", 1, None), ("a", 1, None), ("a", 0, None), ("b", 1, None)])
    assert send(store, version, batch) == TruthAppended(accepted=2, corrections=1, duplicates=1)
    assert current(store, version) == {"a": 0, "b": 1}


def test_a_value_that_comes_back_within_a_batch_is_the_last_word(
    store: Store, version: Version, inferences: Make, truths: Make
) -> None:
    log(store, version, inferences(["a"]))
    batch = truths([("a", 1, None), ("a", 0, None), ("a", 1, None)])
    assert send(store, version, batch) == TruthAppended(accepted=1, corrections=2, duplicates=0)
    assert current(store, version) == {"a": 1}


def test_truth_makes_only_its_own_window_stale(
    store: Store, version: Version, inferences: Make, truths: Make
) -> None:
    log(store, version, inferences(["a"], day=1))
    log(store, version, inferences(["b"], day=2))
    seen = staleness.stale(store, "late-flights", "1")
    with store.write() as cursor:
        staleness.settle(cursor, "late-flights", "1", seen.arrival)
    send(store, version, truths([("b", 1, None)]))
    stale = staleness.stale(store, "late-flights", "1")
    assert (stale.inference, stale.truth) == ((), (datetime(2024, 5, 2, tzinfo=UTC),))
