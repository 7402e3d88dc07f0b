"""Numbers: which texts are numbers, and which decimal sign a file uses."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from monitoring.errors import InvalidInput
from monitoring.ingest.tables import DecimalSign
from monitoring.ingest.texts import decoded, is_text, try_cast
from monitoring.ingest.typed import Typed, problem_where, wrong_type

NO_NUMBER = "is not a number"
NOT_FINITE = "is not finite"
NO_PROBABILITY = "is not a probability between 0 and 1"
MISSING_SPELLINGS = ("", "nan", "null", "none", "na", "<na>", "nat", "\\n")
"""What stands for a missing value where no text is expected, in lower case."""

_EXPONENT = r"(?:[eE][+-]?\d+)?"
_BLANK = "[ \u00a0\u202f]"
_POINT = rf"[+-]?(?:\d+\.?\d*|\.\d+){_EXPONENT}"
_COMMA = rf"[+-]?(?:\d{{1,3}}(?:{_BLANK}\d{{3}})+(?:,\d*)?|\d{{1,3}}(?:\.\d{{3}})+,\d+|\d+(?:,\d*)?|,\d+){_EXPONENT}"
_NOT_DECIMAL = r"(?i)[+-]?(?:inf|infinity|nan(?:\([^)]*\))?)"
_SHOWS_COMMA = rf"^\s*[+-]?(?:{_BLANK}|[\d.])*,\d+{_EXPONENT}\s*$"
_SHOWS_POINT = rf"^\s*[+-]?\d*\.\d+{_EXPONENT}\s*$"
_GROUPS_ONLY = r"^\s*[+-]?[1-9]\d{0,2}(?:,\d{3})+\s*$"


def read_numbers(column: pa.ChunkedArray, name: str, decimal: DecimalSign = ".") -> Typed:
    """The column as float64. Infinities stay; NaN and the spellings of nothing are missing."""
    column = decoded(column)
    kind = column.type
    if is_text(kind):
        return _from_text(column, decimal)
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return Typed(_without_nan(pc.cast(column, pa.float64(), safe=False)))
    if pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return Typed(pc.cast(pc.cast(column, pa.int8()), pa.float64()))
    raise wrong_type(name, "numeric", kind)


def read_quantities(column: pa.ChunkedArray, name: str, decimal: DecimalSign = ".") -> Typed:
    """The column as float64, with infinite values as a problem."""
    typed = read_numbers(column, name, decimal)
    infinite = problem_where(pc.is_inf(typed.values), NOT_FINITE)
    return Typed(typed.values, (*typed.problems, *infinite), typed.notes)


def read_probabilities(column: pa.ChunkedArray, name: str, decimal: DecimalSign = ".") -> Typed:
    """The column as float64, with everything outside [0, 1] as a problem."""
    typed = read_numbers(column, name, decimal)
    extremes = pc.min_max(typed.values)
    lowest, highest = extremes["min"].as_py(), extremes["max"].as_py()
    if lowest is None or (lowest >= 0 and highest <= 1):
        return typed
    outside = pc.or_(pc.less(typed.values, 0.0), pc.greater(typed.values, 1.0))
    return Typed(typed.values, (*typed.problems, *problem_where(outside, NO_PROBABILITY)), typed.notes)


def is_missing_text(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether a trimmed text stands for a missing value."""
    return pc.is_in(pc.utf8_lower(text), pa.array(MISSING_SPELLINGS))


def decimal_sign(source: str, columns: Sequence[pa.ChunkedArray]) -> DecimalSign:
    """The decimal sign of a file's numbers, from all cells that are to be numbers.

    A comma only where some number has one that no thousands separator can be, and no number has a point. Raises
    InvalidInput where the numbers allow both readings, or contradict one another.
    """
    with_comma = [column for column in columns if _any(pc.match_substring_regex(column, _SHOWS_COMMA))]
    if not with_comma:
        return "."
    if any(_any(pc.match_substring_regex(column, _SHOWS_POINT)) for column in columns):
        raise InvalidInput(f"{source} has numbers with a decimal point and numbers with a comma.", _WRITE_ONE)
    for column in with_comma:
        shows = pc.match_substring_regex(column, _SHOWS_COMMA)
        if _any(pc.and_(shows, pc.invert(pc.match_substring_regex(column, _GROUPS_ONLY)))):
            return ","
    raise InvalidInput(
        f"The commas in the numbers of {source} may stand for decimals or for thousands.", _WRITE_ONE
    )


_WRITE_ONE = "Write numbers with a decimal point and without separators, or say which decimal sign it is."


def _from_text(column: pa.ChunkedArray, decimal: DecimalSign) -> Typed:
    plain = try_cast(column, pa.float64()) if decimal == "." else None
    if plain is not None:
        return Typed(_without_nan(plain))
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    pattern = _POINT if decimal == "." else _COMMA
    is_number = pc.match_substring_regex(text, f"^(?:{pattern}|{_NOT_DECIMAL})$")
    numbers = pc.if_else(is_number, text, None)
    if decimal == ",":
        numbers = pc.replace_substring_regex(numbers, rf"{_BLANK}|\.", "")
        numbers = pc.replace_substring(numbers, ",", ".")
    bad = pc.and_not(pc.invert(is_number), is_missing_text(text))
    return Typed(_without_nan(pc.cast(numbers, pa.float64())), problem_where(bad, NO_NUMBER))


def _without_nan(numbers: pa.ChunkedArray) -> pa.ChunkedArray:
    is_nan = pc.is_nan(numbers)
    return pc.if_else(is_nan, None, numbers) if _any(is_nan) else numbers


def _any(mask: pa.ChunkedArray) -> bool:
    return bool(pc.any(mask).as_py())
