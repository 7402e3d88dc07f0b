"""Numbers and dates as English and French readers write them."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.ui import format as fmt
from monitoring.ui.i18n import speaking

NBSP, THIN = "\u00a0", "\u202f"
APRIL = datetime(2013, 4, 1, tzinfo=UTC)


def french(text: str) -> str:
    """The text with plain spaces."""
    return text.replace(NBSP, " ").replace(THIN, " ").replace("\u2009", " ")


@pytest.mark.parametrize(
    ("value", "english", "in_french"),
    [
        (0.0, "0", "0"),
        (0.01234, "0.0123", "0,0123"),
        (4.567, "4.57", "4,57"),
        (999.96, "1,000", f"1{THIN}000"),
        (1234.5, "1,234", f"1{THIN}234"),
        (-3.2, "-3.2", "-3,2"),
        (1e-6, "1E-6", "1E-6"),
        (math.inf, "∞", "∞"),
        (-math.inf, "-∞", "-∞"),
        (math.nan, "–", "–"),
        (None, "–", "–"),
    ],
)
def test_numbers(value: float | None, english: str, in_french: str) -> None:
    assert fmt.number(value) == english
    with speaking("fr"):
        assert fmt.number(value) == in_french


def test_numbers_with_fixed_decimals() -> None:
    assert fmt.number(3, 2) == "3.00"
    assert fmt.number(2.5, 0) == "2"
    assert fmt.number(1e-6, 3) == "0.000"


def test_counts() -> None:
    assert fmt.integer(1_234_567) == "1,234,567"
    assert fmt.integer(None) == "–"
    with speaking("fr"):
        assert fmt.integer(1_234_567) == f"1{THIN}234{THIN}567"


def test_shares() -> None:
    assert fmt.percent(0.125) == "12.5%"
    assert fmt.percent(0.5, 0) == "50%"
    assert fmt.percent(math.nan) == "–"
    assert fmt.change(0.12) == "+12.0%"
    assert fmt.change(-0.12) == "-12.0%"
    assert fmt.change(0.0) == "0.0%"
    with speaking("fr"):
        assert french(fmt.percent(0.125)) == "12,5 %"


def test_p_values_are_never_zero() -> None:
    assert fmt.pvalue(0.0) == f"<{NBSP}0.0001"
    assert fmt.pvalue(0.00314) == "0.0031"
    assert fmt.pvalue(0.5) == "0.500"
    assert fmt.pvalue(None) == "–"


@pytest.mark.parametrize(
    ("value", "unit", "english", "in_french"),
    [
        (60_000, "USD", "$60,000", "60 000 $US"),
        (12.5, "EUR", "€12.50", "12,50 €"),
        (-1234, "EUR", "-€1,234", "-1 234 €"),
        (12.3, "mi", "12.3 mi", "12,3 mi"),
        (5, "%", "5.0%", "5,0 %"),
        (5, None, "5", "5"),
        (None, "EUR", "–", "–"),
    ],
)
def test_quantities(value: float | None, unit: str | None, english: str, in_french: str) -> None:
    assert french(fmt.quantity(value, unit)) == english
    with speaking("fr"):
        assert french(fmt.quantity(value, unit)) == in_french


def test_large_quantities_are_short_on_tiles() -> None:
    assert fmt.quantity(1_234_567, "USD", compact=True) == "$1.2M"
    assert fmt.quantity(1_234_567, compact=True) == "1.2M"
    assert fmt.quantity(99_999, "USD", compact=True) == "$99,999"
    with speaking("fr"):
        assert french(fmt.quantity(1_234_567, "EUR", compact=True)) == "1,2 M €"


@pytest.mark.parametrize(
    ("hours", "english", "in_french"),
    [
        (24 * 275, "Apr 1 – Dec 31, 2013", "1er avr. – 31 déc. 2013"),
        (24 * 30, "Apr 1 – 30, 2013", "1er–30 avr. 2013"),
        (24, "Apr 1, 2013", "1er avr. 2013"),
        (3, "Apr 1, 2013, 00:00 – 03:00", "1er avr. 2013, 00:00 – 03:00"),
        (30, "Apr 1, 2013, 00:00 – Apr 2, 2013, 06:00", "1er avr. 2013, 00:00 – 2 avr. 2013, 06:00"),
    ],
)
def test_periods_name_the_days_that_they_include(hours: int, english: str, in_french: str) -> None:
    end = APRIL + timedelta(hours=hours)
    assert french(fmt.period(APRIL, end)) == english
    with speaking("fr"):
        assert french(fmt.period(APRIL, end)) == in_french


def test_days_are_those_of_the_time_zone() -> None:
    assert fmt.day(datetime(2013, 3, 31, 23, tzinfo=UTC), "Europe/Paris") == "Apr 1, 2013"
    assert fmt.instant(datetime(2013, 3, 31, 23, tzinfo=UTC), "Europe/Paris") == "Apr 1, 2013, 01:00"


def test_the_eleventh_is_no_first() -> None:
    with speaking("fr"):
        assert fmt.day(datetime(2013, 4, 11, tzinfo=UTC)) == "11 avr. 2013"
        assert fmt.day(datetime(2001, 1, 1, tzinfo=UTC)) == "1er janv. 2001"


def test_windows_have_names() -> None:
    assert fmt.window(APRIL, "month") == "April 2013"
    assert fmt.window(APRIL, "week") == "Week of Apr 1, 2013"
    assert fmt.window(APRIL, "day") == "Apr 1, 2013"
    assert fmt.window(APRIL, "hour") == "Apr 1, 2013, 00:00"
    with speaking("fr"):
        assert fmt.window(APRIL, "month") == "avril 2013"
        assert fmt.window(APRIL, "week") == "Semaine du 1er avr. 2013"


def test_what_is_not_there_is_a_dash() -> None:
    assert {fmt.day(None), fmt.instant(None), fmt.period(None, None), fmt.duration(None)} == {"–"}


def test_durations() -> None:
    assert fmt.duration(timedelta(days=2)) == "2 days"
    with speaking("fr"):
        assert french(fmt.duration(timedelta(days=2))) == "2 jours"


def test_plotly_gets_the_reader_s_separators() -> None:
    assert fmt.separators() == ".,"
    with speaking("fr"):
        assert fmt.separators() == f",{THIN}"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_can_be_written(value: float) -> None:
    for code in ("en", "fr"):
        with speaking(code):
            assert fmt.number(value)
            assert fmt.quantity(value, "EUR", compact=True)
