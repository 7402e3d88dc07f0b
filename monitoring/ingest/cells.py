"""Cells that are no numbers and no times: ids, classes, categories, texts, booleans."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from monitoring.ingest.numbers import is_missing_text
from monitoring.ingest.texts import as_text, decoded, is_text, lost_digits, without_zero_decimals
from monitoring.ingest.typed import Typed, problem_where, wrong_type

NO_BOOLEAN = "is not true, false, 1 or 0"
LOST_DIGITS = "is a floating-point number too large to have kept all its digits"

_NO_LABEL = ("nan", "NaN", "NULL", "null", "<NA>", "\\N")
_TRUE, _FALSE = ("true", "1"), ("false", "0")


def read_texts(column: pa.ChunkedArray, name: str, kind: str = "text") -> Typed:
    """The column as text: text as it is, whole numbers without decimals. Empty text is missing."""
    text = as_text(column)
    if text is None:
        raise wrong_type(name, kind, column.type)
    return Typed(_without_empty(text))


def read_ids(column: pa.ChunkedArray, name: str) -> Typed:
    """The column as text with every character; a number that has lost digits is a problem."""
    typed = read_texts(column, name, "an id")
    plain = decoded(column)
    if not pa.types.is_floating(plain.type):
        return typed
    return Typed(typed.values, problem_where(lost_digits(plain), LOST_DIGITS))


def read_labels(column: pa.ChunkedArray, name: str) -> Typed:
    """The column as text in which 1.0 is 1, since files write the same class both ways."""
    text = read_texts(column, name, "a class").values
    if is_text(decoded(column).type):
        text = without_zero_decimals(text)
        missing = pc.is_in(text, pa.array(_NO_LABEL))
        if pc.any(missing).as_py():
            text = pc.if_else(missing, None, text)
    return Typed(text)


def read_booleans(column: pa.ChunkedArray, name: str) -> Typed:
    """The column as booleans, from true, false, 1 and 0 in any case."""
    column = decoded(column)
    if pa.types.is_boolean(column.type):
        return Typed(column)
    text = pc.utf8_trim_whitespace(without_zero_decimals(read_texts(column, name, "boolean").values))
    lowered = pc.utf8_lower(text)
    is_true = pc.is_in(lowered, pa.array(_TRUE))
    is_false = pc.is_in(lowered, pa.array(_FALSE))
    values = pc.if_else(is_true, True, pc.if_else(is_false, False, pa.scalar(None, pa.bool_())))
    known = pc.or_(pc.or_(is_true, is_false), pc.or_(is_missing_text(text), pc.is_null(text)))
    return Typed(values, problem_where(pc.invert(known), NO_BOOLEAN))


def _without_empty(text: pa.ChunkedArray) -> pa.ChunkedArray:
    empty = pc.equal(pc.binary_length(text), 0)
    return pc.if_else(empty, None, text) if pc.any(empty).as_py() else text
