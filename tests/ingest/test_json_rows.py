import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import InvalidInput
from monitoring.ingest import json_rows
from monitoring.ingest.reading import RawTable, ReadOptions, read_table
from monitoring.ingest.validation import ColumnPlan, validate


def read(content: str | bytes) -> RawTable:
    data = content if isinstance(content, bytes) else content.encode()
    return read_table(data, name="f.json")


def column(*values: object) -> RawTable:
    return read(json.dumps([{"id": str(i), "v": value} for i, value in enumerate(values)]))


@pytest.mark.parametrize(
    ("values", "kind", "found"),
    [
        ([1, 2, None], "int64", [1, 2, None]),
        ([1, 2.5], "double", [1.0, 2.5]),
        ([True, None], "bool", [True, None]),
        (["a", None], "string", ["a", None]),
        ([None, None], "null", [None, None]),
        (
            [12345678901234567890, 12345678901234567891],
            "string",
            ["12345678901234567890", "12345678901234567891"],
        ),
        ([2**60, 0.5], "string", [str(2**60), "0.5"]),
        ([1, "x", True, 2.0, 0.5], "string", ["1", "x", "true", "2", "0.5"]),
        ([{"b": [1]}, ["é"]], "string", ['{"b": [1]}', '["é"]']),
    ],
)
def test_values_keep_what_they_are_or_become_text(
    values: list[object], kind: str, found: list[object]
) -> None:
    table = column(*values).table
    assert str(table["v"].type) == kind
    assert table["v"].to_pylist() == found


def test_nan_and_infinity_are_numbers() -> None:
    raw = read('[{"v": NaN}, {"v": -Infinity}, {"v": 1e400}]')
    found = validate(raw, [ColumnPlan("v", "numeric")]).table["v"].to_pylist()
    assert found == [None, float("-inf"), float("inf")]


def test_columns_are_all_that_any_row_has() -> None:
    assert read('{"a": 1}\n\n{"b": 2}\n').table.to_pydict() == {"a": [1, None], "b": [None, 2]}


def test_lines_that_are_no_objects_are_refused_by_their_number() -> None:
    raw = read('{"a": 1}\n{"a": \n[1]\n{}\n{"a": 1, "a": 2}\n{"a": 6}\n')
    assert raw.table["a"].to_pylist() == [1, 6]
    assert raw.rows.to_pylist() == [1, 6]
    assert [(row.row, row.problem) for row in raw.refused] == [
        (2, "is not valid JSON: Expecting value"),
        (3, "is no object with members"),
        (4, "is no object with members"),
        (5, "has a key twice"),
    ]
    assert raw.notes == ("f.json: 4 rows that cannot be read.",)


def test_half_a_character_refuses_its_row() -> None:
    raw = read('[{"a": "\\ud83d"}, {"a": "\\ud83d\\ude00"}]')
    assert raw.table["a"].to_pylist() == ["😀"]
    assert raw.refused[0].problem == "holds half a character (a lone surrogate)"


def test_nul_characters_are_removed_and_counted() -> None:
    raw = read('[{"a": "x\\u0000y"}]')
    assert raw.table["a"].to_pylist() == ["xy"]
    assert raw.notes == ("f.json: 1 NUL character removed.",)


def test_an_array_that_is_not_valid_names_the_line() -> None:
    with pytest.raises(InvalidInput, match=r"Line 2 of f\.json is not valid JSON"):
        read('[{"a": 1},\n {"a" 2}]')
    with pytest.raises(InvalidInput, match="cannot be read as JSON"):
        read('[{"a": ' + "[" * 100_000 + "]" * 100_000 + "}]")
    with pytest.raises(InvalidInput, match=r"Line 2 of f\.json is not utf-8"):
        read(b'[{"a": 1},\n {"a": "\xe9"}]')


def test_an_empty_array_has_no_rows_and_is_no_error() -> None:
    plan = [ColumnPlan("id", "id", True), ColumnPlan("v", "numeric")]
    found = validate(read("[]"), plan)
    assert (found.table.num_rows, found.table.column_names) == (0, ["id", "v"])


def test_utf16_is_read() -> None:
    assert read('[{"a": "é"}]'.encode("utf-16")).table["a"].to_pylist() == ["é"]


@given(st.lists(st.none() | st.integers() | st.floats() | st.text(max_size=5) | st.booleans(), max_size=30))
def test_slices_change_no_text(values: list[object]) -> None:
    options = ReadOptions()
    rows = [{"id": str(i), "v": value} for i, value in enumerate(values)]
    with pytest.MonkeyPatch.context() as patch:
        whole = json_rows.table_from_rows("f", rows, options)
        patch.setattr(json_rows, "_SLICE", 3)
        sliced = json_rows.table_from_rows("f", rows, options)
    plan = [ColumnPlan("id", "id", True), ColumnPlan("v", "categorical")]
    assert validate(sliced, plan).table.equals(validate(whole, plan).table)
    assert sliced.rows.equals(whole.rows)
