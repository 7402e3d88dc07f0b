from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import InvalidInput
from monitoring.ingest.cells import (
    LOST_DIGITS,
    NO_BOOLEAN,
    read_booleans,
    read_ids,
    read_labels,
    read_texts,
)

TEXT = st.text(min_size=1)


def column(values: list[object], kind: pa.DataType | None = None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, kind)])


@given(st.lists(TEXT))
def test_ids_and_categories_are_the_text_that_came(values: list[str]) -> None:
    cells = column([*values], pa.string())
    assert read_ids(cells, "id").values.to_pylist() == values
    assert read_texts(cells, "c").values.to_pylist() == values


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        (column([1, None]), ["1", None]),
        (column([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (column([1.0, -2.0, 0.5, float("nan"), float("inf")]), ["1", "-2", "0.5", None, "inf"]),
        (column([0.1], pa.float32()), ["0.1"]),
        (column([Decimal("12345678901234567890.00"), Decimal("1.50")]), ["12345678901234567890", "1.50"]),
        (column([True, False]), ["true", "false"]),
        (column([datetime(2025, 1, 1)], pa.timestamp("s")), ["2025-01-01 00:00:00"]),
        (column(["a", "", None]), ["a", None, None]),
        (column(["01", "01"]).dictionary_encode(), ["01", "01"]),
        (column([b"abc"]), ["abc"]),
        (column([None]), [None]),
    ],
)
def test_other_types_have_one_text(cells: pa.ChunkedArray, texts: list[str | None]) -> None:
    assert read_texts(cells, "c").values.to_pylist() == texts


@pytest.mark.parametrize("cells", [column([[1]]), column([{"a": 1}]), column([b"\xff"])])
def test_what_has_no_text_is_refused(cells: pa.ChunkedArray) -> None:
    with pytest.raises(InvalidInput, match=r"'c' is text, and its type is"):
        read_texts(cells, "c")


def test_an_id_that_lost_its_digits_is_a_problem() -> None:
    typed = read_ids(column([2.0**53 - 1, 2.0**53, None]), "id")
    assert typed.values.to_pylist()[0] == "9007199254740991"
    assert [(problem.positions.tolist(), problem.text) for problem in typed.problems] == [([1], LOST_DIGITS)]


def test_a_class_is_the_same_with_and_without_decimals() -> None:
    cells = column(["1.0", "1", "0.00", "10", "1.5", "v1.0", "nan", "NULL", "None", ""])
    found = read_labels(cells, "y").values.to_pylist()
    assert found == ["1", "1", "0", "10", "1.5", "v1.0", None, None, "None", None]
    assert read_labels(column([1.0, 0.0, None]), "y").values.to_pylist() == ["1", "0", None]


def test_booleans_are_true_false_1_and_0_and_nothing_else() -> None:
    typed = read_booleans(
        column(["true", "FALSE", " 1", "0", "1.0", "NULL", None, "yes", "oui", "2", "t"]), "b"
    )
    assert typed.values.to_pylist() == [True, False, True, False, True, None, None, None, None, None, None]
    assert [(problem.positions.tolist(), problem.text) for problem in typed.problems] == [
        ([7, 8, 9, 10], NO_BOOLEAN)
    ]


@pytest.mark.parametrize(
    "cells", [column([True, False, None]), column([1, 0, None]), column([1.0, 0.0, None])]
)
def test_booleans_of_other_types_are_booleans(cells: pa.ChunkedArray) -> None:
    assert read_booleans(cells, "b").values.to_pylist() == [True, False, None]
