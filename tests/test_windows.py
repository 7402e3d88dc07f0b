from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.windows import (
    GRAINS,
    Grain,
    Window,
    base_grain,
    from_microseconds,
    microseconds,
    phase_before,
    window_of,
    windows_between,
    windows_of_quarters,
)

MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata"])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(MOMENTS, st.sampled_from(GRAINS), ZONES)
def test_every_moment_lies_in_its_window_and_windows_touch(moment: datetime, grain: Grain, zone: str) -> None:
    window = window_of(moment, grain, zone)
    assert moment in window
    assert window_of(window.end, grain, zone).start == window.end
    assert window_of(window.end - timedelta(microseconds=1), grain, zone) == window


@given(MOMENTS, st.sampled_from(["week", "month"]), ZONES)
def test_long_windows_are_made_of_whole_base_windows(moment: datetime, grain: Grain, zone: str) -> None:
    window = window_of(moment, grain, zone)
    days = windows_between(window.start, window.end, base_grain(grain), zone)
    assert days[0].start == window.start
    assert days[-1].end == window.end


@pytest.mark.parametrize(
    ("day", "hours"), [("2025-03-30T12:00", 23), ("2025-10-26T12:00", 25), ("2025-10-27T12:00", 24)]
)
def test_a_day_in_paris_has_23_or_25_hours_when_the_clock_changes(day: str, hours: int) -> None:
    window = window_of(at(day), "day", "Europe/Paris")
    assert window.end - window.start == timedelta(hours=hours)


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    assert window_of(at("2013-04-24T12:00"), "week") == Window(at("2013-04-22"), at("2013-04-29"))
    assert window_of(at("2012-02-29T12:00"), "month") == Window(at("2012-02-01"), at("2012-03-01"))


def test_a_window_holds_its_start_and_not_its_end() -> None:
    window = Window(at("2013-01-01"), at("2013-01-02"))
    assert window.start in window
    assert window.end not in window


def test_windows_intersect_where_they_share_a_moment() -> None:
    first, second = Window(at("2013-01-01"), at("2013-01-03")), Window(at("2013-01-02"), at("2013-01-05"))
    assert first.intersect(second) == Window(at("2013-01-02"), at("2013-01-03"))
    assert first.intersect(Window(at("2013-01-03"), at("2013-01-04"))) is None


def test_no_time_has_no_windows() -> None:
    assert windows_between(at("2013-01-01"), at("2013-01-01"), "day") == []


@given(MOMENTS)
def test_microseconds_are_exact(moment: datetime) -> None:
    assert from_microseconds(microseconds(moment)) == moment


def test_quarters_of_an_hour_give_the_windows_they_lie_in() -> None:
    quarter = microseconds(at("2013-04-22T23:45")) // 900_000_000
    assert windows_of_quarters([quarter, quarter], "day") == [Window(at("2013-04-22"), at("2013-04-23"))]
    assert windows_of_quarters([quarter], "day", "Europe/Paris")[0].start == at("2013-04-22T22:00")


@pytest.mark.parametrize(
    ("season", "grain", "expected"),
    [
        ("day", "hour", "2013-04-23T05:00"),
        ("week", "day", "2013-04-17T00:00"),
        ("year", "week", "2012-04-23T00:00"),
    ],
)
def test_the_same_phase_one_season_before(season: str, grain: Grain, expected: str) -> None:
    window = window_of(at("2013-04-24T05:30"), grain)
    before = phase_before(window, season, grain)
    assert before is not None
    assert before.start == at(expected)


def test_without_a_season_there_is_no_phase_before() -> None:
    assert phase_before(window_of(at("2013-04-24"), "day"), "none", "day") is None
