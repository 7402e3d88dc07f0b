from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import InvalidInput
from monitoring.ingest.timestamps import (
    NO_TIME,
    TOO_NEW,
    TOO_OLD,
    TimeRules,
    read_moments,
    read_timestamps,
)
from monitoring.ingest.typed import Typed

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PARIS = TimeRules("Europe/Paris")


def texts(*values: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.string())])


def moments(*values: str | None, rules: TimeRules = PARIS) -> list[datetime | None]:
    found: list[datetime | None] = read_moments(texts(*values), "t", rules).values.to_pylist()
    return found


def problems(typed: Typed) -> list[tuple[list[int], str]]:
    return [(problem.positions.tolist(), problem.text) for problem in typed.problems]


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def test_times_with_a_zone_keep_it_and_others_get_the_declared_one() -> None:
    assert moments("2025-07-01T10:00:00Z", "2025-07-01T10:00:00+05:00") == [
        utc(2025, 7, 1, 10),
        utc(2025, 7, 1, 5),
    ]
    assert moments("2025-07-01T10:00:00", "2025-01-01") == [utc(2025, 7, 1, 8), utc(2024, 12, 31, 23)]
    assert moments("2025-07-01T10:00:00", "2025-07-01T10:00:00Z") == [utc(2025, 7, 1, 8), utc(2025, 7, 1, 10)]


@given(
    st.permutations(
        ["2025-07-01", "2025-07-01T10:00Z", "2025-10-26 02:30", "2025-03-30 02:30:00.5", "x", None]
    )
)
def test_the_order_of_rows_changes_no_time(cells: list[str | None]) -> None:
    alone = {cell: moments(cell)[0] for cell in cells}
    assert moments(*cells) == [alone[cell] for cell in cells]


def test_missing_times_are_no_problem_and_wrong_ones_are() -> None:
    typed = read_moments(texts("2025-01-01", "", "NaT", "null", "tomorrow", "2025-02-30", None), "t", PARIS)
    assert problems(typed) == [([4, 5], NO_TIME)]
    assert typed.values.null_count == 6


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["03/04/2025", "13/04/2025"], utc(2025, 4, 3)),
        (["03/04/2025", "04/13/2025"], utc(2025, 3, 4)),
        (["3.4.2025 10:00", "31.12.2025"], utc(2025, 4, 3, 10)),
        (["03/04/2025", "13/04/2025", "2025-01-31"], utc(2025, 4, 3)),
    ],
)
def test_the_column_proves_the_order_of_day_and_month(cells: list[str], first: datetime) -> None:
    typed = read_moments(texts(*cells), "t", TimeRules())
    assert typed.values[0].as_py() == first
    assert "are read as" in typed.notes[0]
    assert typed.problems == ()


def test_dates_of_both_orders_contradict_one_another() -> None:
    with pytest.raises(InvalidInput, match=r"'13/01/2025' begins with the day, '01/13/2025' with the month"):
        moments("01/02/2025", "13/01/2025", "01/13/2025")


def test_an_impossible_date_proves_nothing() -> None:
    with pytest.raises(InvalidInput, match="as day/month and as month/day"):
        moments("01/02/2025", "32/13/2025")


def test_a_declared_order_leaves_iso_8601_as_it_is() -> None:
    rules = TimeRules(time_format="mm/dd/yyyy")
    assert moments("02/03/2025", "2025-02-03", rules=rules) == [utc(2025, 2, 3), utc(2025, 2, 3)]


def test_declared_directives_are_all_that_counts() -> None:
    rules = TimeRules(time_format="%Y-%d-%m")
    typed = read_moments(texts("2025-03-02", "2025-01-31"), "t", rules)
    assert typed.values.to_pylist() == [utc(2025, 2, 3), None]
    assert problems(typed) == [([1], NO_TIME)]


@pytest.mark.parametrize(
    "cells",
    [
        texts("1736000000", None, "1736000001.5"),
        pa.chunked_array([[1736000000]]),
        pa.chunked_array([[None, 45678.5]]),
    ],
)
def test_numbers_are_no_times(cells: pa.ChunkedArray) -> None:
    with pytest.raises(InvalidInput, match=r"'t' holds numbers such as '\d+.*ISO 8601"):
        read_moments(cells, "t", PARIS)


def test_another_type_is_refused() -> None:
    with pytest.raises(InvalidInput, match="'t' is a time, and its type is bool"):
        read_moments(pa.chunked_array([[True]]), "t", PARIS)


@pytest.mark.parametrize(
    ("column", "moment"),
    [
        (pa.array([utc(2025, 7, 1)], pa.timestamp("ns", "America/New_York")), utc(2025, 7, 1)),
        (pa.array([datetime(2025, 7, 1)], pa.timestamp("ns")), utc(2025, 6, 30, 22)),
        (pa.array([datetime(2025, 7, 1)], pa.timestamp("s")), utc(2025, 6, 30, 22)),
        (pa.array([date(2025, 7, 1)]), utc(2025, 6, 30, 22)),
        (pa.array([date(2025, 7, 1)], pa.date64()), utc(2025, 6, 30, 22)),
        (pa.array(["2025-07-01"]).dictionary_encode(), utc(2025, 6, 30, 22)),
        (pa.array(["2025-07-01"], pa.large_string()), utc(2025, 6, 30, 22)),
    ],
)
def test_columns_of_times_follow_the_same_rules(column: pa.Array, moment: datetime) -> None:
    empty = pa.nulls(1, column.type)
    typed = read_moments(pa.chunked_array([column, empty]), "t", PARIS)
    assert typed.values.to_pylist() == [moment, None]
    assert typed.values.type == pa.timestamp("us", tz="UTC")


def test_a_column_of_nulls_has_no_times() -> None:
    assert read_moments(pa.chunked_array([pa.nulls(2)]), "t", PARIS).values.to_pylist() == [None, None]


def test_times_before_1970_and_after_tomorrow_are_problems() -> None:
    cells = ["1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-02T00:00:01Z"]
    typed = read_timestamps(texts(*cells), "t", TimeRules(), NOW)
    assert problems(typed) == [([0], TOO_OLD), ([3], TOO_NEW)]
    assert read_moments(texts(*cells), "t", TimeRules()).problems == ()


def test_skipped_and_repeated_times_are_noted_with_their_number() -> None:
    typed = read_moments(texts("2025-03-30 02:30", "2025-10-26 02:30", "2025-10-26 02:45"), "t", PARIS)
    assert typed.values[0].as_py() == utc(2025, 3, 30, 1, 30)
    assert typed.values[2].as_py() == utc(2025, 10, 26, 0, 45)
    assert [note.split(" of ")[0] for note in typed.notes] == ["1 time", "2 times"]


@given(
    st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2020, 1, 1), timezones=st.just(UTC)), max_size=10)
)
def test_every_moment_survives_its_text(values: list[datetime]) -> None:
    cells = [value.isoformat() for value in values]
    typed = read_timestamps(texts(*cells), "t", PARIS, NOW)
    assert typed.values.to_pylist() == values
    assert typed.problems == ()


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
@pytest.mark.parametrize("zone", [None, "UTC"])
def test_times_outside_any_calendar_are_problems(unit: str, zone: str | None) -> None:
    ticks = pa.array([2**62, -(2**62), 0, None], pa.int64()).cast(pa.timestamp(unit, zone))
    typed = read_moments(pa.chunked_array([ticks]), "t", TimeRules())
    assert problems(typed) == [([0, 1], NO_TIME)]
    assert typed.values.to_pylist() == [None, None, utc(1970, 1, 1), None]


def test_no_time_zone_leads_out_of_the_calendar() -> None:
    cells = texts("9999-12-31T23:00:00-05:00", "0001-01-01T00:00:00+05:00", "9999-12-31 23:00", "2025-01-01")
    assert problems(read_moments(cells, "t", TimeRules("America/New_York"))) == [([0, 1, 2], NO_TIME)]


def test_no_rows_are_no_times() -> None:
    assert len(read_timestamps(texts(), "t", PARIS, NOW - timedelta(days=1)).values) == 0
