from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from monitoring.scope import Segment
from monitoring.store import Store, registry, rows
from monitoring.store.formula import evaluate_all
from monitoring.store.inferences import append_inferences
from monitoring.store.pairs import fetch_pairs, sides
from monitoring.store.registry import Version
from monitoring.store.rows import Rows
from monitoring.store.truths import append_truth
from monitoring.windows import Window
from tests.store.conftest import NOW, make_version

MAY = Window(datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC))


@pytest.fixture
def second(
    store: Store, version: Version, inferences: Callable[..., pa.Table], truths: Callable[..., pa.Table]
) -> Version:
    """The first version scored a to d, one a day; the second b to e, a minute later each. d has no truth yet."""
    made = make_version("2")
    with store.write() as cursor:
        registry.add_version(cursor, made, None, [])
        for day, name in enumerate("abcd", start=1):
            append_inferences(cursor, version, inferences([name], day=day), NOW)
        for day, name in enumerate("bcde", start=2):
            table = inferences([name], day=day, distance=5.0)
            later = pa.array([t + timedelta(minutes=1) for t in table.column("timestamp").to_pylist()])
            place = table.schema.get_field_index("timestamp")
            table = table.set_column(place, "timestamp", later.cast(pa.timestamp("us", tz="UTC")))
            no = table.schema.get_field_index("y_pred")
            append_inferences(cursor, made, table.set_column(no, "y_pred", pa.array([0], pa.int8())), NOW)
        append_truth(
            cursor,
            "late-flights",
            [version, made],
            truths([("a", 1, None), ("b", 1, None), ("c", 0, None)]),
            NOW,
        )
    return made


def test_only_what_both_versions_scored_is_a_pair(store: Store, version: Version, second: Version) -> None:
    for first, other in ((version, second), (second, version)):
        for side in sides(first, other, Rows(first)):
            assert rows.fetch_ids(store, side).column("id").to_pylist() == ["b", "c", "d"]


def test_a_pair_has_the_first_version_s_time_and_its_truth(
    store: Store, version: Version, second: Version
) -> None:
    one, two = fetch_pairs(
        store, sides(version, second, Rows(version))[0], ["y_pred", "distance"], ["y_pred", "distance"]
    )
    assert one.column("timestamp").to_pylist() == [
        datetime(2024, 5, day, 12, tzinfo=UTC) for day in (2, 3, 4)
    ]
    assert one.column("timestamp") == two.column("timestamp")
    assert one.column("y_true").to_pylist() == two.column("y_true").to_pylist() == [1, 0, None]
    assert one.column("y_pred").to_pylist() == [1, 1, 1]
    assert two.column("y_pred").to_pylist() == [0, 0, 0]
    assert (one.column("distance")[0].as_py(), two.column("distance")[0].as_py()) == (100.0, 5.0)


def test_period_and_segment_are_those_of_the_first_version(
    store: Store, version: Version, second: Version
) -> None:
    day = Window(datetime(2024, 5, 3, tzinfo=UTC), datetime(2024, 5, 3, 12, 0, 30, tzinfo=UTC))
    side = sides(version, second, Rows(version, periods=(day,)))[0]
    assert fetch_pairs(store, side, ["id"], ["id"])[1].column("id").to_pylist() == ["c"]
    nobody = Rows(version, periods=(MAY,), segment=Segment("carrier", "B6"))
    assert fetch_pairs(store, sides(version, second, nobody)[0], ["id"], ["id"])[0].num_rows == 0


def test_formulas_run_over_either_side(store: Store, version: Version, second: Version) -> None:
    missed = "sum(case when y_true = 1 and y_pred = 0 then 180 else 0 end)"
    found = [
        evaluate_all(store, shown, [missed, "avg(distance)"], side, [MAY])
        for shown, side in zip((version, second), sides(version, second, Rows(version)), strict=True)
    ]
    assert found == [[[0.0, 0.0], [100.0, 100.0]], [[180.0, 180.0], [5.0, 5.0]]]


def test_a_total_is_over_all_windows(store: Store, version: Version, second: Version) -> None:
    days = [
        Window(datetime(2024, 5, day, tzinfo=UTC), datetime(2024, 5, day + 1, tzinfo=UTC))
        for day in (1, 3, 9)
    ]
    found = evaluate_all(store, version, ["count(*)", "avg(y_pred)"], Rows(version, with_truth=True), days)
    assert found == [[1.0, 1.0, None, 2.0], [1.0, 1.0, None, 1.0]]


def test_no_formula_and_no_window_give_nothing(store: Store, version: Version) -> None:
    assert evaluate_all(store, version, [], Rows(version, with_truth=True), [MAY]) == []
    assert evaluate_all(store, version, ["count(*)"], Rows(version, with_truth=True), []) == [[None]]
