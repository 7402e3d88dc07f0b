"""Columns of any type as the numbers or the text that profiles count."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from monitoring.spec import Kind

_PER_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}


def as_numbers(values: pa.Array, kind: Kind) -> pa.DoubleArray:
    """A numeric column as it is, a datetime column in seconds since 1970-01-01 UTC, a text column as its
    lengths.

    Nulls stay; times without a zone are in UTC; lengths are in characters.
    """
    if kind == "text":
        return pc.utf8_length(as_text(values)).cast(pa.float64())
    if pa.types.is_date(values.type):
        values = values.cast(pa.timestamp("s"))
    if pa.types.is_timestamp(values.type):
        ticks = values.cast(pa.int64()).cast(pa.float64(), safe=False)
        return pc.divide(ticks, _PER_SECOND[values.type.unit])
    return values if values.type == pa.float64() else values.cast(pa.float64(), safe=False)


def as_text(values: pa.Array) -> pa.StringArray:
    """A column as text: booleans are "true" and "false", whole numbers have no decimals. Nulls stay."""
    return values if values.type == pa.string() else values.cast(pa.string())


def as_microseconds(values: pa.Array) -> pa.Int64Array:
    """A column of times in microseconds since 1970-01-01 UTC, rounded down. Nulls stay."""
    zone = values.type.tz if pa.types.is_timestamp(values.type) else None
    return values.cast(pa.timestamp("us", zone), safe=False).cast(pa.int64())
