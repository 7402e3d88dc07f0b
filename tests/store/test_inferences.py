from collections.abc import Callable
from datetime import UTC, datetime

import pyarrow as pa

from monitoring.store import Store, registry, rows, staleness
from monitoring.store.inferences import Appended, append_inferences
from monitoring.store.registry import Version
from monitoring.store.rows import Rows
from tests.store.conftest import NOW, make_version

Make = Callable[..., pa.Table]


def append(store: Store, version: Version, table: pa.Table) -> Appended:
    with store.write() as cursor:
        return append_inferences(cursor, version, table, NOW)


def ids(store: Store, version: Version) -> list[str]:
    return list(rows.fetch_ids(store, Rows(version)).column("id").to_pylist())


def test_new_rows_are_stored_once(store: Store, version: Version, inferences: Make) -> None:
    assert append(store, version, inferences(["a", "b"])) == Appended(2, 0, ())
    assert append(store, version, inferences(["a", "b", "c"])) == Appended(1, 2, ())
    assert ids(store, version) == ["a", "b", "c"]


def test_the_same_id_with_another_content_is_a_conflict_and_the_first_stays(
    store: Store, version: Version, inferences: Make
) -> None:
    append(store, version, inferences(["a"], distance=1.0))
    assert append(store, version, inferences(["a", "b"], distance=2.0)) == Appended(1, 0, ((1, "a"),))
    stored = rows.one(store, version, "a").to_pylist()[0]
    assert stored["distance"] == 1.0


def test_within_a_batch_the_first_row_of_an_id_counts(
    store: Store, version: Version, inferences: Make
) -> None:
    batch = pa.concat_tables(
        [inferences(["a"], distance=1.0), inferences(["a"], distance=1.0), inferences(["a"], distance=3.0)]
    ).set_column(0, "row", pa.array([1, 2, 3], pa.int64()))
    assert append(store, version, batch) == Appended(1, 1, ((3, "a"),))


def test_null_equals_null_when_rows_are_compared(store: Store, version: Version, inferences: Make) -> None:
    batch = inferences(["a"]).set_column(5, "distance", pa.array([None], pa.float64()))
    append(store, version, batch)
    assert append(store, version, batch) == Appended(0, 1, ())


def test_two_versions_may_use_the_same_id(store: Store, version: Version, inferences: Make) -> None:
    second = make_version("2")
    with store.write() as cursor:
        registry.add_version(cursor, second, None, [])
    append(store, version, inferences(["a"]))
    assert append(store, second, inferences(["a"], distance=9.0)) == Appended(1, 0, ())


def test_new_rows_make_their_window_stale_and_duplicates_do_not(
    store: Store, version: Version, inferences: Make
) -> None:
    append(store, version, inferences(["a"], day=3))
    first = staleness.stale(store, "late-flights", "1")
    assert first.inference == (datetime(2024, 5, 3, tzinfo=UTC),)
    with store.write() as cursor:
        staleness.settle(cursor, "late-flights", "1", first.arrival)
    append(store, version, inferences(["a"], day=3))
    assert staleness.stale(store, "late-flights", "1").inference == ()


def test_what_arrives_while_a_window_is_computed_stays_stale(
    store: Store, version: Version, inferences: Make
) -> None:
    append(store, version, inferences(["a"], day=3))
    seen = staleness.stale(store, "late-flights", "1")
    append(store, version, inferences(["b"], day=3))
    with store.write() as cursor:
        staleness.settle(cursor, "late-flights", "1", seen.arrival)
    assert staleness.stale(store, "late-flights", "1").inference == (datetime(2024, 5, 3, tzinfo=UTC),)


def test_a_version_with_more_features_widens_the_table(
    store: Store, version: Version, inferences: Make
) -> None:
    append(store, version, inferences(["a"]))
    wider = make_version(
        "2",
        features=[{"name": "distance", "kind": "numeric"}, {"name": 'Wind "gust"; drop', "kind": "numeric"}],
        segments=[],
    )
    with store.write() as cursor:
        registry.add_version(cursor, wider, None, [])
    batch = inferences(["b"]).drop(["carrier"]).append_column('Wind "gust"; drop', pa.array([3.0]))
    assert append(store, wider, batch).accepted == 1
    assert rows.one(store, wider, "b").to_pylist()[0]['Wind "gust"; drop'] == 3.0
