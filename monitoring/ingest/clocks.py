"""Wall clocks: which moment a local time is, also where clocks are put forward or back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from monitoring.errors import InvalidInput

Microseconds = npt.NDArray[np.int64]

DAY = 86_400_000_000
_QUARTER = 900_000_000
_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Moments:
    """Microseconds since 1970 in UTC, and how many local times did not exist or existed twice."""

    utc: Microseconds
    n_skipped: int
    n_repeated: int


def zone(timezone: str) -> ZoneInfo:
    """The time zone of that name."""
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidInput(
            f"{timezone!r} is not a time zone.", "Write a name such as UTC or Europe/Paris."
        ) from error


def to_utc(local: Microseconds, timezone: str) -> Moments:
    """The moments of local times, given as microseconds since 1970 on the wall clock, for the years 1 to 9999.

    A time that a clock skipped is moved forward by what was skipped; one that it showed twice is the first of both.
    Offsets are asked once a day, and once a quarter of an hour on the days when they change.
    """
    where = zone(timezone)
    offsets = np.zeros_like(local)
    skipped = repeated = 0
    days, codes = _distinct(local // DAY)
    first = np.array([_offset(where, int(day) * DAY, 0) for day in days], np.int64)
    last = np.array([_offset(where, int(day) * DAY + DAY - 1, 1) for day in days], np.int64)
    if len(days):
        offsets = first[codes]
    on_change = np.flatnonzero((first != last)[codes]) if (first != last).any() else np.array([], np.int64)
    if len(on_change):
        quarters, codes = _distinct(local[on_change] // _QUARTER)
        before = np.array([_offset(where, int(quarter) * _QUARTER, 0) for quarter in quarters], np.int64)
        after = np.array([_offset(where, int(quarter) * _QUARTER, 1) for quarter in quarters], np.int64)
        offsets[on_change] = before[codes]
        skipped = int(np.count_nonzero((before < after)[codes]))
        repeated = int(np.count_nonzero((before > after)[codes]))
    return Moments(local - offsets, skipped, repeated)


def _distinct(values: Microseconds) -> tuple[Microseconds, Microseconds]:
    """The distinct values, and for each value its place among them."""
    encoded = pa.array(values).dictionary_encode()
    return np.asarray(encoded.dictionary), np.asarray(encoded.indices)


def _offset(where: ZoneInfo, local: int, fold: int) -> int:
    """Microseconds by which the wall clock is ahead of UTC. Of a skipped time, fold 0: as before the change."""
    moment = (_EPOCH + timedelta(microseconds=local)).replace(fold=fold)
    offset = where.utcoffset(moment)
    assert offset is not None  # a ZoneInfo always knows its offset
    return offset // _MICROSECOND
