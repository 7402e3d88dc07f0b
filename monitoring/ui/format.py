"""Numbers, money, dates and periods in the reader's manner.

What is not there, None or NaN, is a dash. Everything here is text for people; exact values belong in reports.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st
from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime, format_interval, format_timedelta
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    format_scientific,
    get_decimal_symbol,
    get_group_symbol,
)
from streamlit.runtime.scriptrunner import get_script_run_ctx

from monitoring.ui.i18n import _, language, nearest_language
from monitoring.windows import Grain

DASH = "–"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"

_SMALLEST_PLAIN = 1e-4
_LARGEST_PLAIN = 1e12
_SIGNIFICANT = 3
_COMPACT_FROM = 100_000
_FRENCH_FIRST = re.compile(r"(?<![\d:.,])1(?=[ –\u2009\u00a0])")


def locale() -> Locale:
    """How the reader writes numbers and dates: as their browser does, where it speaks the language shown."""
    code = language()
    browser = st.context.locale if get_script_run_ctx(suppress_warning=True) else None
    if browser and nearest_language(browser) == code:
        try:
            return Locale.parse(browser, sep="-")
        except (ValueError, UnknownLocaleError):
            pass
    return Locale(code)


def absent(value: float | None) -> bool:
    """Whether there is no value to show."""
    return value is None or math.isnan(value)


def number(value: float | None, decimals: int | None = None) -> str:
    """A number with that many decimals, or with three significant digits: 0.0123, 4.57, 1,235."""
    if value is None or math.isnan(value):
        return DASH
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    size = abs(value)
    if decimals is None and size and not _SMALLEST_PLAIN <= size < _LARGEST_PLAIN:
        return str(format_scientific(value, format="0.##E0", locale=locale()))
    if decimals is None:
        decimals = _significant_decimals(size)
        return str(format_decimal(value, format=f"#,##0.{'#' * decimals}", locale=locale()))
    return str(
        format_decimal(value, format=f"#,##0.{'0' * decimals}" if decimals else "#,##0", locale=locale())
    )


def _significant_decimals(size: float) -> int:
    if size == 0:
        return 0
    return max(0, _SIGNIFICANT - 1 - math.floor(math.log10(size)))


def integer(value: int | None) -> str:
    """A count: 1,234,567."""
    return DASH if value is None else str(format_decimal(value, format="#,##0", locale=locale()))


def percent(share: float | None, decimals: int = 1) -> str:
    """A share as a percentage: 0.125 is 12.5%, 12,5 % in French."""
    if share is None or not math.isfinite(share):
        return DASH
    suffix = f".{'0' * decimals}" if decimals else ""
    pattern = locale().percent_formats[None].pattern.split(";")[0]
    return str(format_percent(share, format=pattern.replace("0", f"0{suffix}"), locale=locale()))


def pvalue(value: float | None) -> str:
    """A p-value; below one in ten thousand only that it is."""
    if value is None or math.isnan(value):
        return DASH
    if value < _SMALLEST_PLAIN:
        return f"<{NO_BREAK_SPACE}{format_decimal(_SMALLEST_PLAIN, format='0.####', locale=locale())}"
    return number(value, 4 if value < 0.01 else 3)  # noqa: PLR2004 - digits that a reader can use


def quantity(value: float | None, unit: str | None = None, *, compact: bool = False) -> str:
    """A value in its unit: money for a currency code (USD), the unit after the value otherwise (12.3 mi).

    compact: large values as 1.2M, for tiles.
    """
    if value is None or math.isnan(value):
        return DASH
    short = compact and _COMPACT_FROM <= abs(value) < _LARGEST_PLAIN
    if unit is not None and unit in locale().currencies:
        if math.isfinite(value) and abs(value) < _LARGEST_PLAIN:
            return _money(value, unit, short=short)
        return f"{number(value)}{NO_BREAK_SPACE}{unit}"
    if unit == "%":
        return percent(value / 100)
    text = _compact(value) if short else number(value)
    return f"{text}{NO_BREAK_SPACE}{unit}" if unit else text


def _money(value: float, currency: str, *, short: bool) -> str:
    if short:
        return str(format_compact_currency(value, currency, locale=locale(), fraction_digits=1))
    whole = abs(value) >= 100  # noqa: PLR2004 - cents of a large amount are noise
    pattern = locale().currency_formats["standard"].pattern.split(";")[0]
    pattern = pattern.replace("0.00", "0") if whole else pattern
    return str(format_currency(value, currency, format=pattern, currency_digits=False, locale=locale()))


def _compact(value: float) -> str:
    return str(format_compact_decimal(value, format_type="short", locale=locale(), fraction_digits=1))


def signed(text: str, value: float | None) -> str:
    """The formatted value with a plus where it is above zero, as a change is written."""
    return f"+{text}" if value is not None and value > 0 else text


def change(share: float | None) -> str:
    """A relative change: 0.125 is +12.5%."""
    return signed(percent(share), share)


def day(moment: datetime | None, timezone: str = "UTC") -> str:
    """A date: Apr 1, 2013."""
    return DASH if moment is None else _date(_local(moment, timezone))


def instant(moment: datetime | None, timezone: str = "UTC") -> str:
    """A date with its time."""
    if moment is None:
        return DASH
    local = _local(moment, timezone)
    return f"{_date(local)}, {_clock(local)}"


def window(start: datetime, grain: Grain, timezone: str = "UTC") -> str:
    """The name of a window: its hour, its day, its week's Monday, its month."""
    local = _local(start, timezone)
    if grain == "month":
        return str(format_date(local, "LLLL y" if language() == "fr" else "MMMM y", locale=locale()))
    if grain == "week":
        return _("Week of {day}").format(day=day(start, timezone))
    return instant(start, timezone) if grain == "hour" else day(start, timezone)


def period(start: datetime | None, end: datetime | None, timezone: str = "UTC") -> str:
    """A period [start, end) as people say it, both days included: Apr 1 – 30, 2013."""
    if start is None or end is None:
        return DASH
    first, last = _local(start, timezone), _local(end, timezone)
    if _is_midnight(first) and _is_midnight(last) and first < last:
        inclusive = last - timedelta(days=1)
        if first.date() == inclusive.date():
            return day(start, timezone)
        return _first_of_month(format_interval(first.date(), inclusive.date(), "yMMMd", locale=locale()))
    if first.date() == last.date():
        hours = f"{_clock(first)}{NO_BREAK_SPACE}–{NO_BREAK_SPACE}{_clock(last)}"
        return f"{_date(first)}, {hours}"
    return f"{instant(start, timezone)} – {instant(end, timezone)}"


def duration(span: timedelta | None) -> str:
    """How long: 2 days, 3 hours."""
    return DASH if span is None else str(format_timedelta(span, threshold=1.5, locale=locale()))


def separators() -> str:
    """Decimal and thousands marks as Plotly wants them."""
    return get_decimal_symbol(locale()) + get_group_symbol(locale())


def _local(moment: datetime, timezone: str) -> datetime:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo(timezone))


def _date(local: datetime) -> str:
    return _first_of_month(format_date(local, "medium", locale=locale()))


def _first_of_month(text: str) -> str:
    """French counts the first day of a month with an ordinal, which the locale data leave out."""
    return _FRENCH_FIRST.sub("1er", text) if language() == "fr" else text


def _clock(local: datetime) -> str:
    return str(format_datetime(local, "HH:mm", locale=locale()))


def _is_midnight(local: datetime) -> bool:
    return (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)
