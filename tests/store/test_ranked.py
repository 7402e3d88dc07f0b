"""Inferences in an order, on a real file."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from monitoring.errors import InvalidInput
from monitoring.scope import Segment
from monitoring.store import Store, registry, rows
from monitoring.store.ranked import Order, orders_of, ranked
from monitoring.store.rows import Rows, readable
from monitoring.windows import Window
from tests.made_store import made_store

SPEC = """
model: loans
version: "1"
task: TASK
reference: reference.parquet
columns: {id: id, timestamp: at, prediction: said, truth: was, COLUMNS}
features: [{name: x, kind: numeric}, {name: "what's \\"this\\"?", kind: categorical}]
window: day
"""
ROWS = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d", "e"],
        "at": pd.to_datetime([f"2024-05-0{day}T12:00Z" for day in (1, 2, 3, 4, 5)]),
        "x": [1.0, 2.0, 3.0, 4.0, 5.0],
        'what\'s "this"?': ["?", "it's", "?", "?", "?"],
        "said": [1, 0, 1, 0, 1],
        "p": [0.9, 0.1, 0.6, 0.4, 0.8],
        "was": pd.array([0, 1, 1, 1, None], "Int8"),
    }
)


def spec(task: str, columns: str) -> str:
    return SPEC.replace("TASK", task).replace("COLUMNS", columns)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    reference = ROWS.assign(id="r" + ROWS["id"])
    written = spec("binary_classification", "score: p, positive: 1")
    with made_store(tmp_path_factory.mktemp("loans"), written, reference, ROWS) as opened:
        yield opened


def ids(store: Store, order: Order, limit: int = 10, segment: Segment | None = None) -> list[str]:
    version = registry.version(store, "loans")
    found = ranked(store, Rows(version, segment=segment, with_truth=True), ["id"], order, limit)
    return [str(name) for name in found.column("id").to_pylist()]


# Distances of score and truth: a 0.9, b 0.9, c 0.4, d 0.6; e has no truth yet.
@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        ("errors", "abdc"),
        ("missed", "bd"),
        ("false_alarms", "a"),
        ("highest", "aecdb"),
        ("lowest", "bdcea"),
        ("newest", "edcba"),
    ],
)
def test_rows_come_in_the_order_that_was_asked_for(store: Store, order: Order, wanted: str) -> None:
    assert ids(store, order) == list(wanted)


def test_only_the_first_rows_of_a_segment_are_taken(store: Store) -> None:
    assert ids(store, "newest", 2) == ["e", "d"]
    assert ids(store, "newest", segment=Segment("x", "3.0")) == ["c"]


def test_an_order_that_the_task_does_not_have_is_refused(store: Store, tmp_path: Path) -> None:
    numbers = ROWS.assign(was=[10.0, 2.0, 3.0, 9.0, float("nan")], said=[1.0, 2.0, 9.0, 8.0, 5.0]).drop(
        columns="p"
    )
    reference = numbers.assign(id="r" + numbers["id"])
    with made_store(tmp_path, spec("regression", ""), reference, numbers) as opened:
        assert ids(opened, "errors") == ["a", "c", "d", "b"]
        assert ids(opened, "highest", 2) == ["c", "d"]
        with pytest.raises(InvalidInput, match="Inferences of a regression have no order 'missed'"):
            ids(opened, "missed")
    assert orders_of("regression") == ("errors", "highest", "lowest", "newest")
    assert orders_of("uplift") == ("newest",)


def test_mistakes_of_several_classes_are_the_newest_first(tmp_path: Path) -> None:
    classes = ROWS.assign(
        said=["red", "red", "blue", "red", "red"], was=pd.array(["red", "blue", "red", "red", None], "string")
    )
    classes = classes.drop(columns="p")
    with made_store(
        tmp_path, spec("multiclass_classification", ""), classes.assign(id="r" + classes["id"]), classes
    ) as opened:
        assert ids(opened, "errors") == ["c", "b"]


def test_the_query_that_is_shown_gives_the_same_rows(store: Store) -> None:
    version = registry.version(store, "loans")
    period = Window(datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 5, 4, tzinfo=UTC))
    shown = Rows(version, periods=(period,), segment=Segment('what\'s "this"?', "it's"), with_truth=True)

    query = readable(shown)
    assert "?" not in query.replace('"what\'s ""this""?"', "")
    with store.read() as cursor:
        assert [row[0] for row in cursor.execute(f"select id from ({query})").fetchall()] == ["b"]


def test_one_inference_comes_with_its_truth_and_the_latest_where_several_share_the_id(store: Store) -> None:
    version = registry.version(store, "loans")

    (found,) = rows.one(store, version, "b").to_pylist()
    assert (found["id"], found["y_true"], found["y_pred"], found["x"]) == ("b", 1, 0, 2.0)
    assert rows.one(store, version, "nobody").num_rows == 0
