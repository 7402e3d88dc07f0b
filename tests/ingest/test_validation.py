from collections import Counter
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import InvalidInput
from monitoring.ingest.reading import RawTable, ReadOptions, read_table
from monitoring.ingest.tables import raw_table
from monitoring.ingest.validation import TYPES, ColumnPlan, Quarantined, Validated, validate

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PLAN = [
    ColumnPlan("id", "id", True),
    ColumnPlan("t", "timestamp", True),
    ColumnPlan("x", "numeric"),
    ColumnPlan("c", "categorical"),
    ColumnPlan("b", "boolean"),
    ColumnPlan("p", "probability", True),
    ColumnPlan("y", "label"),
]
CELLS = {
    "t": st.sampled_from(["2025-01-01", "2025-07-01T10:00Z", "2025-03-30 02:30", "never", "2125-01-01", ""]),
    "x": st.sampled_from(["1", "1.5", "nan", "inf", "1_000", "", "oops"]),
    "c": st.sampled_from(["a", "01", "", "é", "'; --"]),
    "b": st.sampled_from(["true", "0", "", "maybe"]),
    "p": st.sampled_from(["0.5", "0", "1", "1.5", "", "nan"]),
    "y": st.sampled_from(["1", "1.0", "0", ""]),
}
ROWS = st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=12)


def taken(rows: list[dict[str, str]]) -> Validated:
    lines = [",".join(rows[0]), *(",".join(row[name] for name in rows[0]) for row in rows)]
    return validate(read_table("\n".join(lines).encode()), PLAN, timezone="Europe/Paris", now=NOW)


def arrow(**columns: object) -> RawTable:
    return raw_table("rows", "arrow", pa.table(columns), ReadOptions())


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_about_any_row(rows: list[dict[str, str]], chance: object) -> None:
    named = [{"id": f"r{i}", **row} for i, row in enumerate(rows)]
    shuffled = list(named)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = taken(named), taken(shuffled)
    assert _accepted(first) == _accepted(second)
    assert {(row.id, row.reason) for row in first.quarantined} == {
        (row.id, row.reason) for row in second.quarantined
    }


@given(ROWS)
def test_every_row_is_either_accepted_or_refused_and_keeps_its_number(rows: list[dict[str, str]]) -> None:
    found = taken([{"id": f"r{i + 1}", **row} for i, row in enumerate(rows)])
    numbers = [*found.rows.to_pylist(), *(row.row for row in found.quarantined)]
    assert sorted(numbers) == list(range(1, len(rows) + 1))
    assert found.table["id"].to_pylist() == [f"r{number}" for number in found.rows.to_pylist()]
    assert all(row.id == f"r{row.row}" for row in found.quarantined)


def _accepted(found: Validated) -> Counter[tuple[object, ...]]:
    return Counter(zip(*found.table.to_pydict().values(), strict=True))


def test_the_table_has_the_plans_columns_names_order_and_types() -> None:
    found = taken([{"y": "1.0", "p": "0.5", "B": "1", "C": "x", "X": "2", "T": "2025-01-01", "ID": "a"}])
    assert found.table.schema == pa.schema([(column.name, TYPES[column.kind]) for column in PLAN])
    assert found.table.to_pylist() == [
        {
            "id": "a",
            "t": datetime(2024, 12, 31, 23, tzinfo=UTC),
            "x": 2.0,
            "c": "x",
            "b": True,
            "p": 0.5,
            "y": "1",
        }
    ]


def test_a_row_is_refused_once_for_the_first_thing_that_is_wrong_in_the_plan() -> None:
    rows = [{"id": "a", "t": "2025-01-01", "x": "oops", "c": "u", "b": "maybe", "p": "7", "y": "1"}]
    found = taken(rows)
    assert found.table.num_rows == 0
    assert found.quarantined == (
        Quarantined(
            row=1,
            id="a",
            problem="is not a number",
            column="x",
            value="oops",
            timestamp=datetime(2024, 12, 31, 23, tzinfo=UTC),
            content='{"id": "a", "t": "2025-01-01", "x": "oops", "c": "u", "b": "maybe", "p": "7", "y": "1"}',
        ),
    )


def test_what_must_be_there_is_missed_and_what_may_be_missing_is_null() -> None:
    full = {"id": "a", "t": "2025-01-01", "x": "1", "c": "u", "b": "1", "p": "0.5", "y": "1"}
    found = taken([{**full, name: ""} for name in full])
    assert [(row.row, row.reason) for row in found.quarantined] == [
        (1, "id is missing"),
        (2, "t is missing"),
        (6, "p is missing"),
    ]
    assert [column.null_count for column in found.table.columns] == [0, 0, 1, 1, 1, 0, 1]


@pytest.mark.parametrize(("kind", "required", "refused"), [
    ("label", True, 1), ("label", False, 0), ("quantity", True, 1), ("quantity", False, 0), ("numeric", True, 0),
    ("probability", False, 1), ("timestamp", False, 0), ("categorical", True, 0),
])  # fmt: skip
def test_which_kinds_need_a_value_in_every_row(kind: str, required: bool, refused: int) -> None:
    plan = [PLAN[0], ColumnPlan("v", kind, required)]  # type: ignore[arg-type]
    raw = read_table(b"id,v\na,\n")
    assert len(validate(raw, plan, now=NOW).quarantined) == refused


def test_an_infinite_quantity_is_refused() -> None:
    found = validate(read_table(b"id,v\na,inf\nb,1\n"), [PLAN[0], ColumnPlan("v", "quantity")])
    assert [row.reason for row in found.quarantined] == ["v: 'inf' is not finite"]


def test_rows_that_could_not_be_read_stand_among_the_refused_in_order() -> None:
    found = validate(read_table(b"id,x\na,1\nb\nc,oops\nd,2,3\n"), [PLAN[0], PLAN[2]])
    assert [(row.row, row.id) for row in found.quarantined] == [(2, None), (3, "c"), (4, None)]
    assert found.rows.to_pylist() == [1]


def test_long_values_are_cut_in_reasons() -> None:
    found = validate(read_table(b"id,x\na," + b"y" * 500 + b"\n"), [PLAN[0], PLAN[2]])
    assert found.quarantined[0].reason == f"x: '{'y' * 79}…' is not a number"


def test_missing_columns_are_null_and_extra_ones_left_out() -> None:
    found = validate(
        arrow(id=["a"], z=[1]), [PLAN[0], PLAN[2], PLAN[3], PLAN[4], ColumnPlan("d", "datetime")]
    )
    assert found.table.to_pylist() == [{"id": "a", "x": None, "c": None, "b": None, "d": None}]
    assert (found.missing, found.extra) == (("x", "c", "b", "d"), ("z",))


def test_ids_of_any_type_are_text_and_lost_digits_are_refused() -> None:
    assert validate(arrow(id=[1, 2**62]), PLAN[:1]).table["id"].to_pylist() == ["1", str(2**62)]
    found = validate(arrow(id=[1.0, 2.0**60]), PLAN[:1])
    assert found.table["id"].to_pylist() == ["1"]
    assert found.quarantined[0].reason.startswith(
        "id: '1.152921504606847e+18' is a floating-point number too large"
    )


def test_a_value_without_text_is_shown_as_it_prints() -> None:
    raw = arrow(id=["a"], x=[[1]])
    with pytest.raises(InvalidInput, match=r"'x' is numeric, and its type is list"):
        validate(raw, [PLAN[0], PLAN[2]])


def test_a_refused_row_with_an_impossible_time_is_kept_as_text() -> None:
    times = pa.array([2**62], pa.int64()).cast(pa.timestamp("us", "UTC"))
    found = validate(arrow(id=["a"], t=times), PLAN[:2])
    assert found.quarantined[0].problem == "is not a time that can be read"
    assert "17036-07-06" in found.quarantined[0].reason
    assert "17036-07-06" in (found.quarantined[0].content or "")


def test_a_decimal_comma_that_is_declared_is_obeyed_where_commas_separate_cells() -> None:
    raw = read_table(b'id,p\na,"0,85"\n', options=ReadOptions(decimal=","))
    assert validate(raw, [PLAN[0], PLAN[5]]).table["p"].to_pylist() == [0.85]


def test_numbers_that_contradict_one_another_are_asked_for_unless_they_are_categories() -> None:
    raw = read_table(b"id;x;c\na;1,5;2.5\n")
    with pytest.raises(InvalidInput, match="decimal point and numbers with a comma"):
        validate(raw, [PLAN[0], PLAN[2], ColumnPlan("c", "numeric")])
    assert validate(raw, [PLAN[0], PLAN[2], PLAN[3]]).table["c"].to_pylist() == ["2.5"]


def test_now_is_the_clocks_when_nobody_says_otherwise() -> None:
    raw = read_table(b"id,t\na,2024-01-01\nb,9000-01-01\n")
    assert [row.id for row in validate(raw, PLAN[:2]).quarantined] == ["b"]
