"""Slices of time: where they start and end, and which of them a period touches.

Days, weeks (from Monday) and months begin at local midnight in the zone of the model, so that a day in Paris
has 25 hours once a year. Hours are hours of UTC. Everything that leaves this module is in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

Grain = Literal["hour", "day", "week", "month"]
GRAINS: tuple[Grain, ...] = get_args(Grain)

QUARTER = 15 * 60 * 1_000_000
"""Microseconds in a quarter of an hour."""

_HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The times t with start <= t < end, both in UTC."""

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def intersect(self, other: Window) -> Window | None:
        """The times in both windows, or None when there are none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Window(start, end) if start < end else None


MOST_WINDOWS = 100
"""A history is told in at most so many windows, unless somebody asks for more."""

_DAYS: dict[Grain, float] = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30}


def fitting_grain(period: Window, shortest: Grain) -> Grain:
    """The shortest grain from `shortest` on that tells a period in at most 100 windows, or else the longest."""
    length = (period.end - period.start) / timedelta(days=1)
    longer = GRAINS[GRAINS.index(shortest) :]
    return next((grain for grain in longer if length / _DAYS[grain] <= MOST_WINDOWS), longer[-1])


def base_grain(grain: Grain) -> Grain:
    """The grain at which profiles are kept: any longer window is a merge of these."""
    return "hour" if grain == "hour" else "day"


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    """The moment that many microseconds after 1970-01-01 UTC."""
    return _EPOCH + timedelta(microseconds=value)


def window_of(moment: datetime, grain: Grain, timezone: str = "UTC") -> Window:
    """The window of that grain which holds the moment."""
    if grain == "hour":
        start = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return Window(start, start + _HOUR)
    zone = ZoneInfo(timezone)
    first = _first_day(moment.astimezone(zone).date(), grain)
    return Window(_midnight(first, zone), _midnight(_next_first_day(first, grain), zone))


def windows_between(start: datetime, end: datetime, grain: Grain, timezone: str = "UTC") -> list[Window]:
    """All windows of that grain which share a moment with [start, end), in order."""
    found: list[Window] = []
    moment = start
    while moment < end:
        window = window_of(moment, grain, timezone)
        found.append(window)
        moment = window.end
    return found


def windows_of(moments: Iterable[datetime], grain: Grain, timezone: str = "UTC") -> list[Window]:
    """The distinct windows of that grain which hold the moments, in order."""
    return sorted({window_of(moment, grain, timezone) for moment in moments})


def windows_of_quarters(quarters: Iterable[int], grain: Grain, timezone: str = "UTC") -> list[Window]:
    """The windows that hold the given quarters of an hour, counted from 1970-01-01 UTC.

    Every zone of today is a whole number of quarters away from UTC, so no quarter lies in two windows.
    """
    return windows_of((from_microseconds(quarter * QUARTER) for quarter in quarters), grain, timezone)


def phase_before(window: Window, season: str, grain: Grain, timezone: str = "UTC") -> Window | None:
    """The window one season earlier (a day, a week or a year), or None when the model has no season."""
    if season == "none":
        return None
    zone = ZoneInfo(timezone)
    local = window.start.astimezone(zone)
    if season == "year":
        earlier_day = local.date() - timedelta(weeks=52)
    else:
        earlier_day = local.date() - timedelta(days={"day": 1, "week": 7}[season])
    earlier = datetime.combine(earlier_day, local.time(), zone)
    return window_of(earlier.astimezone(UTC), grain, timezone)


def _first_day(day: date, grain: Grain) -> date:
    if grain == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain == "month" else day


def _next_first_day(first: date, grain: Grain) -> date:
    if grain == "month":
        return (first + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=7 if grain == "week" else 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
