"""Which kind a column is, from its values, where a specification does not say."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from monitoring.spec import Kind

_NUMBER = r"^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$"
_SPECIAL = r"^(?i:nan|[+-]?inf|[+-]?infinity|null|none|na|)$"
_TIME = r"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$"
_TEXT_LENGTH = 40
"""Mean length from which values that hardly repeat are a text and no category."""


def infer_kind(values: pa.ChunkedArray) -> Kind:
    """The kind of a column.

    Numbers written as text are numeric, unless one has a leading zero: then they are codes, and categories.
    A column without any value is numeric.
    """
    if pa.types.is_boolean(values.type):
        return "boolean"
    if pa.types.is_temporal(values.type):
        return "datetime"
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        is_number = (
            pa.types.is_integer(values.type)
            or pa.types.is_floating(values.type)
            or pa.types.is_decimal(values.type)
        )
        return "numeric" if is_number or pa.types.is_null(values.type) else "categorical"
    return _kind_of_text(pc.utf8_trim_whitespace(values.drop_null()))


def _kind_of_text(values: pa.ChunkedArray) -> Kind:
    meant = values.filter(pc.invert(pc.match_substring_regex(values, _SPECIAL)))
    if len(meant) == 0 or _all(pc.match_substring_regex(meant, _NUMBER)):
        return "numeric"
    lowered = set(pc.unique(pc.utf8_lower(meant)).to_pylist()[:3])
    if lowered <= {"true", "false"}:
        return "boolean"
    if _all(pc.match_substring_regex(meant, _TIME)):
        return "datetime"
    is_long = (pc.mean(pc.utf8_length(meant)).as_py() or 0) > _TEXT_LENGTH
    return "text" if is_long and pc.count_distinct(meant).as_py() > len(meant) / 2 else "categorical"


def _all(mask: pa.ChunkedArray) -> bool:
    return bool(pc.all(mask).as_py())
