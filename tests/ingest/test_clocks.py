from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import InvalidInput
from monitoring.ingest.clocks import to_utc
from monitoring.windows import from_microseconds

EPOCH = datetime(1970, 1, 1)
ZONES = ["UTC", "Europe/Paris", "America/New_York", "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu"]
LOCAL = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1))


def micros(*moments: datetime) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([(moment - EPOCH) // timedelta(microseconds=1) for moment in moments], np.int64)


@given(st.lists(LOCAL, max_size=30), st.sampled_from(ZONES))
def test_moments_agree_with_the_standard_library_one_by_one(moments: list[datetime], zone: str) -> None:
    found = to_utc(micros(*moments), zone).utc
    expected = [moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for moment in moments]
    assert [from_microseconds(int(value)) for value in found] == expected


@given(st.sampled_from(ZONES), st.integers(1971, 2030))
def test_every_quarter_of_a_year_agrees_with_the_standard_library(zone: str, year: int) -> None:
    quarters = [datetime(year, 1, 1) + timedelta(minutes=15 * i) for i in range(0, 366 * 96, 7)]
    found = to_utc(micros(*quarters), zone)
    where = ZoneInfo(zone)
    expected = [moment.replace(tzinfo=where).astimezone(UTC) for moment in quarters]
    assert [from_microseconds(int(value)) for value in found.utc] == expected


def test_skipped_and_repeated_times_are_counted() -> None:
    skipped = datetime(2025, 3, 30, 2, 30)
    repeated = datetime(2025, 10, 26, 2, 59, 59, 999_999)
    found = to_utc(micros(skipped, skipped, repeated, datetime(2025, 7, 1)), "Europe/Paris")
    assert (found.n_skipped, found.n_repeated) == (2, 1)
    assert from_microseconds(int(found.utc[0])) == datetime(2025, 3, 30, 1, 30, tzinfo=UTC)
    assert from_microseconds(int(found.utc[2])) == datetime(2025, 10, 26, 0, 59, 59, 999_999, tzinfo=UTC)


def test_a_change_at_midnight_is_seen() -> None:
    repeated = datetime(2025, 11, 2, 0, 30)
    skipped = datetime(2025, 3, 9, 0, 30)
    found = to_utc(micros(repeated, skipped), "America/Havana")
    assert (found.n_skipped, found.n_repeated) == (1, 1)


def test_no_times_are_no_moments() -> None:
    assert len(to_utc(micros(), "Europe/Paris").utc) == 0


@pytest.mark.parametrize("name", ["Europe/Pariss", "", "../etc", "x\0y"])
def test_an_unknown_zone_is_said(name: str) -> None:
    with pytest.raises(InvalidInput, match="is not a time zone"):
        to_utc(micros(EPOCH), name)
