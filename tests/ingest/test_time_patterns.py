from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import InvalidInput
from monitoring.ingest.time_patterns import DAY_FIRST, ISO, MONTH_FIRST, format_pattern, parse
from monitoring.windows import from_microseconds


def parsed(text: str, pattern: str) -> datetime | None:
    found = parse(pa.array([text]), pattern)
    if not found.fits[0]:
        return None
    moment = from_microseconds(int(found.micros[0]))
    return moment if found.zoned[0] else moment.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-01-31", datetime(2025, 1, 31)),
        ("2024-02-29 08", datetime(2024, 2, 29, 8)),
        (" 2025-01-31T08:05 ", datetime(2025, 1, 31, 8, 5)),
        ("2025-01-31t08:05:09z", datetime(2025, 1, 31, 8, 5, 9, tzinfo=UTC)),
        ("2025/1/5 8:05", datetime(2025, 1, 5, 8, 5)),
        ("2025-01-31 08:05:09.123456789", datetime(2025, 1, 31, 8, 5, 9, 123456)),
        ("2025-01-31 08:05:09,5", datetime(2025, 1, 31, 8, 5, 9, 500000)),
        ("2025-01-31 08:05:09 UTC", datetime(2025, 1, 31, 8, 5, 9, tzinfo=UTC)),
        ("2025-01-31T08:05:09+01:30", datetime(2025, 1, 31, 6, 35, 9, tzinfo=UTC)),
        ("2025-01-31T08:05:09-0500", datetime(2025, 1, 31, 13, 5, 9, tzinfo=UTC)),
        ("2025-01-31T08:05:09 +02", datetime(2025, 1, 31, 6, 5, 9, tzinfo=UTC)),
        ("1969-12-31T23:59:59.9Z", datetime(1969, 12, 31, 23, 59, 59, 900000, tzinfo=UTC)),
    ],
)
def test_forms_of_iso_8601(text: str, moment: datetime) -> None:
    assert parsed(text, ISO) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-29", "2025-04-31", "2025-13-01", "2025-00-10", "2025-01-00", "0000-01-01", "2025-01-01T24:00",
        "2025-01-01T10:60", "2025-01-01T10:00:60", "20250101", "2025-01", "2025-W01-1", "1736000000", "25-01-01",
        "2025-01-01T10:00+25:00", "٢٠٢٥-01-01", "",
    ],
)  # fmt: skip
def test_what_is_no_time_fits_not(text: str) -> None:
    assert parsed(text, ISO) is None


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))
def test_every_moment_is_read_as_it_is_written(moment: datetime) -> None:
    clock = moment.strftime("%H:%M:%S.%f")
    year = f"{moment.year:04}"
    assert parsed(moment.isoformat(sep=" "), ISO) == moment
    assert parsed(f"{moment.day}/{moment.month}/{year} {clock}", DAY_FIRST) == moment
    assert parsed(f"{moment.month:02}.{moment.day:02}.{year}T{clock}", MONTH_FIRST) == moment
    assert (
        parsed(f"{clock} {year}{moment.month:02}{moment.day:02}", format_pattern("%H:%M:%S.%f %Y%m%d"))
        == moment
    )


@pytest.mark.parametrize(
    ("time_format", "text", "moment"),
    [
        ("dd/mm/yyyy", "03/04/2025", datetime(2025, 4, 3)),
        ("MM-DD-YYYY", "03/04/2025 10:00", datetime(2025, 3, 4, 10)),
        ("%m/%d/%Y %I:%M %p", "3/14/2025 12:05 AM", datetime(2025, 3, 14, 0, 5)),
        ("%m/%d/%Y %I:%M %p", "3/14/2025 12:05 pm", datetime(2025, 3, 14, 12, 5)),
        ("%m/%d/%Y %I:%M %p", "3/14/2025 13:05 PM", None),
        ("%Y-%d-%m", "2025-13-01", datetime(2025, 1, 13)),
        ("%d.%m.%Y %H:%M%z", "01.02.2025 10:00+0200", datetime(2025, 2, 1, 8, tzinfo=UTC)),
        ("100%% %Y/%m/%d", "100% 2025/01/02", datetime(2025, 1, 2)),
        ("%d.%m.%Y", "01x02x2025", None),
    ],
)
def test_a_declared_format_is_obeyed(time_format: str, text: str, moment: datetime | None) -> None:
    assert parsed(text, format_pattern(time_format)) == moment


@pytest.mark.parametrize(
    "time_format", ["%Y-%m", "%Y-%m-%j", "%d/%m/%y", "iso", "", "%Y %Y %m %d", "%H %I %Y %m %d"]
)
def test_a_format_that_says_no_time_is_refused(time_format: str) -> None:
    with pytest.raises(InvalidInput, match="is no format of a time"):
        format_pattern(time_format)


def test_missing_texts_fit_nowhere() -> None:
    assert not np.any(parse(pa.array([None, "x"], pa.string()), ISO).fits)
