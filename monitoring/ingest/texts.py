"""Any column as text: whole numbers without decimals, booleans as true and false, times in ISO 8601."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_HEAD = 100
_EXACT = 2**53
"""From here on a floating-point number stands for more than one whole number."""


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type holds text as it is."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A dictionary column as its values; any other as it is."""
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def try_cast(text: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray | None:
    """The column in another type, or None when some text is nothing of that type.

    The first rows are tried alone, since Arrow writes an error for every text that fails.
    """
    try:
        pc.cast(text.slice(0, _HEAD), kind)
        return pc.cast(text, kind)
    except pa.ArrowInvalid:
        return None


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """The column as strings, or None when its type has no plain text (lists, structures, bytes that are no UTF-8)."""
    column = decoded(column)
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_floating(kind):
        return _float_text(column)
    if pa.types.is_decimal(kind):
        return without_zero_decimals(pc.cast(column, pa.string()))
    if pa.types.is_nested(kind) or isinstance(kind, pa.BaseExtensionType):
        return None
    try:
        return pc.cast(column, pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def without_zero_decimals(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers that are written 1.0 or 1.00 as 1; any other text as it is."""
    if not pc.any(pc.match_substring(text, ".0")).as_py():
        return text
    return pc.replace_substring_regex(text, r"^([+-]?\d+)\.0+$", r"\1")


def lost_digits(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether a floating-point number is too large to tell it from its neighbours."""
    return pc.fill_null(pc.greater_equal(pc.abs(column), float(_EXACT)), False)


def _float_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Numbers as text; NaN is missing."""
    numbers = pc.cast(column, pa.float64())
    numbers = pc.if_else(pc.is_nan(numbers), None, numbers)
    whole = pc.and_(pc.less(pc.abs(numbers), float(_EXACT)), pc.equal(numbers, pc.floor(numbers)))
    integers = pc.cast(pc.if_else(whole, numbers, None), pa.int64())
    text = pc.coalesce(pc.cast(integers, pa.string()), pc.cast(pc.cast(numbers, column.type), pa.string()))
    return text if isinstance(text, pa.ChunkedArray) else pa.chunked_array([text])
