"""How times are written: patterns with named parts, and what the parts amount to."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from monitoring.errors import InvalidInput
from monitoring.ingest.clocks import DAY

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_ZONE = r"\s?(?:(?P<zulu>[Zz]|UTC)|(?P<sign>[+-])(?P<zhour>\d{2}):?(?P<zminute>\d{2})?)?"
_CLOCK = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?)?"
_TIME = rf"(?:[Tt ]\s*{_CLOCK})?{_ZONE}"
ISO = rf"^\s*(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}\s*$"
DAY_FIRST = rf"^\s*(?P<day>\d{{1,2}})[-/.](?P<month>\d{{1,2}})[-/.](?P<year>\d{{4}}){_TIME}\s*$"
MONTH_FIRST = rf"^\s*(?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})[-/.](?P<year>\d{{4}}){_TIME}\s*$"
NUMBER = r"^\s*[+-]?\d+(?:\.\d*)?\s*$"

_ORDERS = {"dd/mm/yyyy": DAY_FIRST, "mm/dd/yyyy": MONTH_FIRST}
_DIRECTIVES = {
    "%Y": r"(?P<year>\d{4})",
    "%m": r"(?P<month>\d{1,2})",
    "%d": r"(?P<day>\d{1,2})",
    "%H": r"(?P<hour>\d{1,2})",
    "%I": r"(?P<hour>\d{1,2})",
    "%M": r"(?P<minute>\d{1,2})",
    "%S": r"(?P<second>\d{1,2})",
    "%f": r"(?P<fraction>\d+)",
    "%p": r"(?P<half>[AaPp])[Mm]",
    "%z": r"(?:(?P<zulu>[Zz])|(?P<sign>[+-])(?P<zhour>\d{2}):?(?P<zminute>\d{2})?)",
    "%%": "%",
}
FORMAT_HINT = "Say it with --time-format: dd/mm/yyyy, mm/dd/yyyy, or directives such as '%d.%m.%Y %H:%M'."


@dataclass(frozen=True, slots=True)
class Parsed:
    """Texts as times: whether each fits the pattern and exists, its microseconds, and whether these are UTC."""

    fits: Mask
    micros: Integers
    zoned: Mask


def format_pattern(time_format: str) -> str:
    """The pattern of a format: dd/mm/yyyy, mm/dd/yyyy, or directives of strptime.

    Raises InvalidInput naming the directives that are known.
    """
    order = _ORDERS.get(re.sub(r"[-.]", "/", time_format.strip().lower()))
    if order is not None:
        return order
    pieces = re.split(r"(%.)", time_format)
    unknown = [piece for piece in pieces if piece[:1] == "%" and piece not in _DIRECTIVES]
    names = re.findall(r"\?P<(\w+)>", "".join(_DIRECTIVES.get(piece, "") for piece in pieces))
    if unknown or not {"year", "month", "day"} <= set(names) or len(names) != len(set(names)):
        wrong = f" {unknown[0]!r} is not known." if unknown else ""
        raise InvalidInput(
            f"{time_format!r} is no format of a time.{wrong}",
            f"It needs a year, a month and a day, each once; known are {' '.join(sorted(_DIRECTIVES))}, "
            "or write dd/mm/yyyy or mm/dd/yyyy.",
        )
    body = "".join(_DIRECTIVES.get(piece, re.escape(piece)) for piece in pieces)
    return rf"^\s*{body}\s*$"


def is_order(time_format: str) -> bool:
    """Whether a format only says in which order days and months stand."""
    return "%" not in time_format


def parse(text: pa.Array, pattern: str) -> Parsed:
    """The texts that fit the pattern, as microseconds since 1970."""
    parts = _Parts(pc.extract_regex(text, pattern))
    year, month, day = parts.number("year"), parts.number("month"), parts.number("day")
    hour, minute, second = parts.hour(), parts.number("minute"), parts.number("second")
    fits = parts.fits & (year >= 1) & _within(month, 1, 12) & _within(day, 1, 31)
    fits &= _within(hour, 0, 23) & _within(minute, 0, 59) & _within(second, 0, 59)
    start = _month_start(np.where(fits, year, 1970), np.where(fits, month, 1))
    days = start + day - 1
    fits &= days < _month_start(np.where(fits, year, 1970), np.where(fits, month, 1) + 1)
    micros = days * DAY + ((hour * 60 + minute) * 60 + second) * 1_000_000 + parts.fraction()
    offset = (parts.number("zhour") * 60 + parts.number("zminute")) * 60_000_000
    micros -= np.where(parts.is_text("sign", "-"), -offset, offset)
    fits &= offset < DAY
    zoned = parts.given("zulu") | parts.given("sign")
    return Parsed(fits, np.where(fits, micros, 0), zoned & fits)


class _Parts:
    """The named parts that a pattern found in each text."""

    def __init__(self, found: pa.StructArray) -> None:
        self._found = found
        self._names = {found.type.field(i).name for i in range(found.type.num_fields)}
        self._nowhere = np.zeros(len(found), bool)
        self.fits: Mask = np.asarray(pc.is_valid(found))

    def _text(self, name: str) -> pa.Array:
        return pc.fill_null(pc.struct_field(self._found, name), "")

    def given(self, name: str) -> Mask:
        return np.asarray(pc.not_equal(self._text(name), "")) if name in self._names else self._nowhere

    def is_text(self, name: str, text: str) -> Mask:
        if name not in self._names:
            return self._nowhere
        return np.asarray(pc.equal(pc.utf8_lower(self._text(name)), text))

    def number(self, name: str) -> Integers:
        """The digits as a number; 0 where there are none."""
        if name not in self._names:
            return np.zeros(len(self._found), np.int64)
        return np.asarray(pc.cast(pc.utf8_lpad(self._text(name), 1, "0"), pa.int64()))

    def hour(self) -> Integers:
        """The hour from 0 to 23; of twelve hours, 24 where there is no such hour."""
        hour = self.number("hour")
        if "half" not in self._names:
            return hour
        of_day = hour % 12 + np.where(self.is_text("half", "p"), 12, 0)
        return np.where(_within(hour, 1, 12), of_day, 24)

    def fraction(self) -> Integers:
        """Microseconds; what is finer is cut off."""
        if "fraction" not in self._names:
            return np.zeros(len(self._found), np.int64)
        digits = pc.utf8_rpad(pc.utf8_slice_codeunits(self._text("fraction"), 0, 6), 6, "0")
        return np.asarray(pc.cast(digits, pa.int64()))


def _within(values: Integers, lowest: int, highest: int) -> Mask:
    return (values >= lowest) & (values <= highest)


def _month_start(year: Integers, month: Integers) -> Integers:
    """Days from 1970-01-01 to the first of a month; month 13 is the next January."""
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)
