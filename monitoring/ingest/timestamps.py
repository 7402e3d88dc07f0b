"""Times: from whatever column they come in to moments in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from monitoring.errors import InvalidInput
from monitoring.ingest.clocks import to_utc
from monitoring.ingest.numbers import is_missing_text
from monitoring.ingest.tables import counted, shown
from monitoring.ingest.texts import decoded, is_text, try_cast
from monitoring.ingest.time_patterns import (
    DAY_FIRST,
    FORMAT_HINT,
    ISO,
    MONTH_FIRST,
    NUMBER,
    Integers,
    Mask,
    Parsed,
    format_pattern,
    is_order,
    parse,
)
from monitoring.ingest.typed import Typed, problem_where, wrong_type
from monitoring.windows import microseconds

UTC_TYPE = pa.timestamp("us", tz="UTC")
LOCAL_TYPE = pa.timestamp("us")

NO_TIME = "is not a time that can be read"
TOO_OLD = "is before 1970"
TOO_NEW = "is more than one day in the future"

_TOLERANCE = timedelta(days=1)
_TICKS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
# A day less at both ends, so that no time zone leads out of it.
_CALENDAR = (microseconds(datetime(1, 1, 2, tzinfo=UTC)), microseconds(datetime(9999, 12, 31, tzinfo=UTC)))


@dataclass(frozen=True, slots=True)
class TimeRules:
    """What times mean.

    timezone: of those without one. time_format: None where the file itself must show it. decimal_comma: whether its
    numbers have one.
    """

    timezone: str = "UTC"
    time_format: str | None = None
    decimal_comma: bool = False


@dataclass(frozen=True, slots=True)
class _Times:
    """Times before zones are applied. bad: neither missing nor a time; zoned: already in UTC."""

    micros: Integers
    zoned: Mask
    missing: Mask
    bad: Mask
    notes: tuple[str, ...] = ()


def read_moments(column: pa.ChunkedArray, name: str, rules: TimeRules) -> Typed:
    """The column as microseconds in UTC.

    ISO 8601 with or without zone; dd/mm/yyyy or mm/dd/yyyy where the column proves which, or the rules say it. Raises
    InvalidInput for numbers, since they may count seconds, milliseconds or days, and for dates that can be read both
    ways.
    """
    column = decoded(column)
    kind = column.type
    if pa.types.is_timestamp(kind):
        return _from_arrow(column, name, rules)
    if pa.types.is_date(kind):
        return _from_arrow(pc.cast(column, pa.timestamp("ms")), name, rules)
    if pa.types.is_null(kind):
        return Typed(pc.cast(column, UTC_TYPE))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        raise _is_number(name, next((value for value in column.to_pylist() if value is not None), ""))
    if not is_text(kind):
        raise wrong_type(name, "a time", kind)
    return _from_text(column.cast(pa.string()), name, rules)


def read_timestamps(column: pa.ChunkedArray, name: str, rules: TimeRules, now: datetime) -> Typed:
    """The column as microseconds in UTC, with times before 1970 or after tomorrow as a problem."""
    typed = read_moments(column, name, rules)
    latest = pa.scalar(microseconds(now + _TOLERANCE), pa.int64()).cast(UTC_TYPE)
    earliest = pa.scalar(0, pa.int64()).cast(UTC_TYPE)
    extremes = pc.min_max(typed.values)
    problems = typed.problems
    if pc.less(extremes["min"], earliest).as_py():
        problems += problem_where(pc.less(typed.values, earliest), TOO_OLD)
    if pc.greater(extremes["max"], latest).as_py():
        problems += problem_where(pc.greater(typed.values, latest), TOO_NEW)
    return Typed(typed.values, problems, typed.notes)


def _from_arrow(column: pa.ChunkedArray, name: str, rules: TimeRules) -> Typed:
    column, bad = _within_calendar(column)
    if column.type.tz is not None:
        return Typed(pc.cast(column, UTC_TYPE, safe=False), problem_where(pa.array(bad), NO_TIME))
    local = pc.cast(column, LOCAL_TYPE, safe=False)
    missing = np.asarray(pc.is_null(local)) & ~bad
    micros: Integers = np.asarray(pc.fill_null(pc.cast(local, pa.int64()), 0))
    return _localised(_Times(micros, np.zeros_like(missing), missing, bad), name, rules)


def _within_calendar(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, Mask]:
    """The times in the years 1 to 9999, which is all that a calendar has, and where others stood."""
    ticks = pc.cast(column, pa.int64())
    first, last = (limit // 1_000_000 * _TICKS[column.type.unit] for limit in _CALENDAR)
    extremes = pc.min_max(ticks)
    lowest, highest = extremes["min"].as_py(), extremes["max"].as_py()
    if lowest is None or (first <= lowest and highest < last):
        return column, np.zeros(len(column), bool)
    outside = pc.fill_null(pc.or_(pc.less(ticks, first), pc.greater_equal(ticks, last)), False)
    return pc.if_else(outside, None, column), np.asarray(outside)


def _from_text(text: pa.ChunkedArray, name: str, rules: TimeRules) -> Typed:
    explicit = rules.time_format is not None and not is_order(rules.time_format)
    if not explicit:
        for kind in (UTC_TYPE, LOCAL_TYPE):  # all with a zone, or none: else each is looked at
            times = try_cast(text, kind)
            if times is not None:
                return _from_arrow(times, name, rules)
    whole = text.combine_chunks()
    return _localised(_parsed(whole, name, rules, explicit=explicit), name, rules)


def _parsed(text: pa.Array, name: str, rules: TimeRules, *, explicit: bool) -> _Times:
    missing = np.asarray(
        pc.or_(pc.is_null(text), is_missing_text(pc.utf8_trim_whitespace(pc.fill_null(text, ""))))
    )
    _refuse_numbers(text, missing, name)
    pattern = format_pattern(rules.time_format) if rules.time_format is not None else None
    first = parse(text, pattern if explicit and pattern is not None else ISO)
    fits, micros, zoned = first.fits, first.micros, first.zoned
    rest = np.flatnonzero(~fits & ~missing)
    notes: tuple[str, ...] = ()
    if len(rest) and not explicit:
        others = text.take(pa.array(rest))
        second = _in_order(others, pattern) if pattern is not None else _proven_order(others, name, rules)
        if second is not None:
            fits[rest], micros[rest], zoned[rest] = (
                second.parsed.fits,
                second.parsed.micros,
                second.parsed.zoned,
            )
            notes = (f"The dates of {shown(name)} are read as {second.order}.",)
    return _Times(micros, zoned, missing, ~fits & ~missing, notes)


@dataclass(frozen=True, slots=True)
class _Ordered:
    """Dates without an order of their own, in the order that they are read in."""

    order: str
    parsed: Parsed


def _in_order(text: pa.Array, pattern: str) -> _Ordered:
    order = "day/month/year" if pattern == DAY_FIRST else "month/day/year"
    return _Ordered(order, parse(text, pattern))


def _proven_order(text: pa.Array, name: str, rules: TimeRules) -> _Ordered | None:
    """The dates in the only order in which they can be read; None where there are no such dates.

    Beside a decimal comma the day comes first: of the 393 locales of CLDR that write one, 391 do so. Raises
    InvalidInput when both orders are possible, or each is impossible for some.
    """
    by_day, by_month = _in_order(text, DAY_FIRST), _in_order(text, MONTH_FIRST)
    day_first, month_first = by_day.parsed.fits, by_month.parsed.fits
    if not (day_first | month_first).any():
        return None
    one_way, other_way = day_first & ~month_first, month_first & ~day_first
    if one_way.any() and other_way.any():
        examples = [shown(text[int(np.flatnonzero(mask)[0])].as_py()) for mask in (one_way, other_way)]
        raise InvalidInput(
            f"The dates of {shown(name)} contradict one another: {examples[0]} begins with the day, "
            f"{examples[1]} with the month.",
            FORMAT_HINT,
        )
    if not one_way.any() and not other_way.any():
        if rules.decimal_comma:
            return by_day
        example = shown(text[int(np.flatnonzero(day_first)[0])].as_py())
        raise InvalidInput(
            f"The dates of {shown(name)}, such as {example}, can be read as day/month and as month/day.",
            FORMAT_HINT,
        )
    return by_day if one_way.any() else by_month


def _refuse_numbers(text: pa.Array, missing: Mask, name: str) -> None:
    is_number = np.asarray(pc.fill_null(pc.match_substring_regex(text, NUMBER), False))
    if is_number.any() and (is_number | missing).all():
        raise _is_number(name, text[int(np.flatnonzero(is_number)[0])].as_py())


def _is_number(name: str, example: object) -> InvalidInput:
    return InvalidInput(
        f"The column {shown(name)} holds numbers such as {shown(example)}, which may count seconds, milliseconds "
        "or days.",
        "Write times in ISO 8601, such as 2025-01-31T08:00:00Z.",
    )


def _localised(times: _Times, name: str, rules: TimeRules) -> Typed:
    """Apply the declared zone to the times that have none."""
    naive = ~times.zoned & ~times.missing & ~times.bad
    micros = times.micros
    notes = times.notes
    if rules.timezone != "UTC" and naive.any():
        moments = to_utc(micros[naive], rules.timezone)
        micros = micros.copy()
        micros[naive] = moments.utc
        notes = (*notes, *_clock_notes(name, rules.timezone, moments.n_skipped, moments.n_repeated))
    first, last = _CALENDAR
    bad = times.bad | (~times.missing & ((micros < first) | (micros >= last)))
    values = pa.chunked_array([pa.array(micros, pa.int64(), mask=times.missing | bad).cast(UTC_TYPE)])
    return Typed(values, problem_where(pa.array(bad), NO_TIME), notes)


def _clock_notes(name: str, timezone: str, n_skipped: int, n_repeated: int) -> list[str]:
    notes = []
    if n_skipped:
        notes.append(
            f"{counted(n_skipped, 'time')} of {shown(name)} in {timezone} fall where clocks are put forward, and do "
            "not exist: moved forward by as much."
        )
    if n_repeated:
        notes.append(
            f"{counted(n_repeated, 'time')} of {shown(name)} in {timezone} fall where clocks are put back, and occur "
            "twice: taken as the first of both."
        )
    return notes
