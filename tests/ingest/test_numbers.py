import math

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import InvalidInput
from monitoring.ingest.numbers import (
    NO_NUMBER,
    NO_PROBABILITY,
    NOT_FINITE,
    decimal_sign,
    read_numbers,
    read_probabilities,
    read_quantities,
)
from monitoring.ingest.tables import DecimalSign
from monitoring.ingest.typed import Typed

WRITTEN = st.sampled_from(
    [
        "1",
        "+1",
        " 2 ",
        "1.",
        ".5",
        "1e3",
        "1E-3",
        "nan",
        "-NaN",
        "+nan",
        "nan(x)",
        "inf",
        "+Infinity",
        "-INF",
        "1e400",
    ]
)


def texts(*values: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.string())])


def numbers(*values: str | None, decimal: DecimalSign = ".") -> Typed:
    return read_numbers(texts(*values), "x", decimal)


def problems(typed: Typed) -> list[tuple[list[int], str]]:
    return [(problem.positions.tolist(), problem.text) for problem in typed.problems]


@pytest.mark.parametrize("text", ["nan", "NaN", "NULL", "null", "None", "\\N", "NA", "<NA>", " ", None])
def test_spellings_of_nothing_are_missing(text: str | None) -> None:
    typed = numbers("1", text)
    assert typed.values.to_pylist() == [1.0, None]
    assert typed.problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "N/A",
        "-",
        "12abc",
        "1_000",
        "0x10",
        "0x1p3",
        "٤٢",
        "½",
        "1 000",
        "1,5",
        "1e",
        "--1",
        "1.2.3",
        "true",
        "1\n2",
    ],
)
def test_what_is_no_number_is_a_problem(text: str) -> None:
    typed = numbers("1", text)
    assert problems(typed) == [([1], NO_NUMBER)]
    assert typed.values.to_pylist() == [1.0, None]


@given(st.lists(WRITTEN, min_size=1, max_size=10))
def test_a_wrong_cell_changes_no_other(cells: list[str]) -> None:
    alone = numbers(*cells)
    beside = numbers(*cells, "wrong")
    assert beside.values.to_pylist()[:-1] == alone.values.to_pylist()
    assert problems(beside) == [([len(cells)], NO_NUMBER)]


@given(st.lists(st.floats(), max_size=20))
def test_numbers_come_back_exactly(values: list[float]) -> None:
    found = numbers(*map(repr, values)).values.to_pylist()
    assert found == [None if math.isnan(value) else value for value in values]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,5", 1.5),
        ("-0,85", -0.85),
        (",5", 0.5),
        ("44\u202f995,32", 44995.32),
        ("1\u00a0234\u00a0567", 1234567.0),
        ("1 234,5", 1234.5),
        ("1.234.567,89", 1234567.89),
        ("1,5e3", 1500.0),
        ("12", 12.0),
        ("inf", math.inf),
        ("", None),
    ],
)
def test_decimal_commas_and_thousands_are_read_where_the_file_has_them(
    text: str, value: float | None
) -> None:
    typed = numbers(text, decimal=",")
    assert typed.values.to_pylist() == [value]
    assert typed.problems == ()


@pytest.mark.parametrize("text", ["1.5", "1.234", "1 23,5", "1234 567", "1,2,3", "12 ", "x"])
def test_beside_decimal_commas_a_point_is_no_decimal_sign(text: str) -> None:
    assert problems(numbers("1,5", text, decimal=",")) == ([] if text == "12 " else [([1], NO_NUMBER)])


@pytest.mark.parametrize(
    ("cells", "sign"),
    [
        (["1", "2"], "."),
        (["1.5", "x"], "."),
        (["1,5", "7"], ","),
        (["0,123"], ","),
        (["1,234", "1,5"], ","),
        ([], "."),
    ],
)
def test_the_decimal_sign_is_what_the_numbers_prove(cells: list[str], sign: str) -> None:
    assert decimal_sign("f", [texts(*cells)]) == sign


@pytest.mark.parametrize(
    ("cells", "error"),
    [(["1,5", "2.5"], "decimal point and numbers with a comma"), (["1,234", "12"], "or for thousands")],
)
def test_a_decimal_sign_that_cannot_be_told_is_asked_for(cells: list[str], error: str) -> None:
    with pytest.raises(InvalidInput, match=error):
        decimal_sign("f", [texts(cells[0]), texts(cells[1])])


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (pa.array([1, None], pa.int8()), [1.0, None]),
        (pa.array([2**64 - 1], pa.uint64()), [float(2**64 - 1)]),
        (pa.array([0.5, math.nan, math.inf], pa.float32()), [0.5, None, math.inf]),
        (pa.array([True, False]), [1.0, 0.0]),
        (pa.nulls(2), [None, None]),
        (pa.array(["1", "2"]).dictionary_encode(), [1.0, 2.0]),
        (pa.array(["1", "2"], pa.string_view()), [1.0, 2.0]),
    ],
)
def test_columns_of_any_number_type_are_numbers(column: pa.Array, values: list[float | None]) -> None:
    typed = read_numbers(pa.chunked_array([column]), "x")
    assert typed.values.to_pylist() == values
    assert typed.values.type == pa.float64()


def test_a_column_of_another_type_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"'x' is numeric, and its type is list"):
        read_numbers(pa.chunked_array([[[1], [2]]]), "x")


def test_probabilities_lie_between_0_and_1() -> None:
    typed = read_probabilities(texts("0", "1", "-0.0", "1.0000001", "-1e-9", "inf", "nan"), "p")
    assert problems(typed) == [([3, 4, 5], NO_PROBABILITY)]


def test_quantities_are_finite() -> None:
    assert problems(read_quantities(texts("1e400", "-inf", "5", None), "y")) == [([0, 1], NOT_FINITE)]
