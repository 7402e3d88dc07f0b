import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from monitoring.profiling.values import as_microseconds, as_numbers, as_text

MIDNIGHT = dt.datetime(1970, 1, 2)


@pytest.mark.parametrize(
    "values",
    [
        pa.array([1, None, 3], pa.int8()),
        pa.array([1, None, 3], pa.uint64()),
        pa.array([1.0, None, 3.0], pa.float32()),
        pa.array([Decimal(1), None, Decimal(3)], pa.decimal128(5, 2)),
    ],
)
def test_numbers_of_any_type_become_floats(values: pa.Array) -> None:
    assert as_numbers(values, "numeric").to_pylist() == [1.0, None, 3.0]


def test_floats_are_not_copied() -> None:
    values = pa.array([1.0, 2.0])

    assert as_numbers(values, "numeric") is values


def test_whole_numbers_beyond_the_precision_of_floats_are_rounded() -> None:
    assert as_numbers(pa.array([2**60 + 1]), "numeric").to_pylist() == [2.0**60]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "Europe/Paris"])
def test_times_become_seconds_since_1970_in_utc(unit: str, zone: str | None) -> None:
    # Paris is an hour ahead, but Arrow's values are in UTC: only the naive ones are read as they are written.
    moment = MIDNIGHT if zone is None else MIDNIGHT.replace(tzinfo=dt.UTC)
    values = pa.array([moment, None], pa.timestamp(unit, zone))

    assert as_numbers(values, "datetime").to_pylist() == [86_400.0, None]


def test_dates_become_seconds_since_1970() -> None:
    assert as_numbers(pa.array([dt.date(1970, 1, 2), None]), "datetime").to_pylist() == [86_400.0, None]


def test_fractions_of_seconds_are_kept() -> None:
    values = pa.array([1_362_115_800_250_000], pa.timestamp("us", "UTC"))

    assert as_numbers(values, "datetime").to_pylist() == [1_362_115_800.25]


def test_text_becomes_its_number_of_characters_not_bytes() -> None:
    assert as_numbers(pa.array(["", "é€", None]), "text").to_pylist() == [0.0, 2.0, None]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (pa.array([True, False, None]), ["true", "false", None]),
        (pa.array([1, 0, None], pa.int8()), ["1", "0", None]),
        (pa.array([1.0, 2.5, None]), ["1", "2.5", None]),
        (pa.array(["a", None]).dictionary_encode(), ["a", None]),
        (pa.array(["a", None], pa.large_string()), ["a", None]),
        (pa.array([None, None], pa.null()), [None, None]),
    ],
)
def test_categories_of_any_type_become_text(values: pa.Array, text: list[str | None]) -> None:
    assert as_text(values).to_pylist() == text


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_of_any_unit_become_microseconds(unit: str) -> None:
    assert as_microseconds(pa.array([MIDNIGHT, None], pa.timestamp(unit))).to_pylist() == [
        86_400_000_000,
        None,
    ]
