"""Parquet, and Arrow tables: what the footer says is checked before anything is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from monitoring.errors import InvalidInput
from monitoring.ingest.tables import (
    RawTable,
    ReadOptions,
    check_bytes,
    check_names,
    check_size,
    raw_table,
    shown,
)
from monitoring.ingest.texts import decoded, is_text

_BROKEN = (pa.ArrowException, OSError, UnicodeDecodeError)
_OFFSET = 4
"""Bytes that a text takes beside its characters."""


def read_parquet(name: str, source: Path | bytes, options: ReadOptions) -> RawTable:
    """Read Parquet.

    Columns of lists or structures are left out: a few bytes can stand for any number of their values. Raises
    InvalidInput when the file is damaged, or when its rows, or the bytes they take in memory, are more than the
    options allow; that is known from the footer and, for repeated texts, from their dictionaries.
    """
    opened = pa.OSFile(str(source)) if isinstance(source, Path) else pa.BufferReader(source)
    with opened:
        try:
            metadata = pq.read_metadata(opened)
            schema = metadata.schema.to_arrow_schema()
            check_names(name, schema.names)
            flat = [field for field in schema if not pa.types.is_nested(field.type)]
        except _BROKEN as error:
            raise _damaged(name, error) from error
        _check_footer(name, metadata, flat, options)
        opened.seek(0)
        try:
            table = pq.ParquetFile(
                opened,
                read_dictionary=[field.name for field in flat if is_text(field.type)],
                coerce_int96_timestamp_unit="us",
            ).read([field.name for field in flat])
        except _BROKEN as error:
            raise _damaged(name, error) from error
        raw = table_from_arrow(name, table, options, file_format="parquet")
        return replace(raw, notes=(*raw.notes, *_note_nested(name, schema)))


def table_from_arrow(
    name: str, table: pa.Table, options: ReadOptions, *, file_format: Literal["parquet", "arrow"] = "arrow"
) -> RawTable:
    """A RawTable from an Arrow table, its dictionaries decoded once their full size is known."""
    check_names(name, table.column_names)
    check_size(name, table.num_rows, table.num_columns, options)
    try:
        check_bytes(name, sum(_full_bytes(column) for column in table.columns), options)
        plain = pa.table(_plain(name, table))
    except pa.ArrowException as error:  # an index that points outside its dictionary
        raise _damaged(name, error) from error
    return raw_table(name, file_format, plain, options)


def _damaged(name: str, error: Exception) -> InvalidInput:
    return InvalidInput(f"{name} is damaged: {str(error).rstrip('.')}.", "Write or send it again.")


def _note_nested(name: str, schema: pa.Schema) -> tuple[str, ...]:
    nested = [field.name for field in schema if pa.types.is_nested(field.type)]
    if not nested:
        return ()
    return (f"{name}: columns of lists or structures left out: {', '.join(map(shown, nested[:10]))}.",)


def _check_footer(name: str, metadata: pq.FileMetaData, flat: list[pa.Field], options: ReadOptions) -> None:
    """Check what the row groups say. Their columns are not asked: where those are damaged, pyarrow ends the process."""
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    n_rows = max(metadata.num_rows, sum(group.num_rows for group in groups))
    check_size(name, n_rows, len(flat), options)
    packed = sum(group.total_byte_size for group in groups)
    check_bytes(name, max(packed, n_rows * sum(_width(field.type) for field in flat)), options)


def _width(kind: pa.DataType) -> int:
    """Bytes that a value takes at the least."""
    try:
        return max(1, int(kind.bit_width) // 8)
    except ValueError:  # a type of variable length
        return _OFFSET


def _full_bytes(column: pa.ChunkedArray) -> int:
    """What a column takes without dictionaries."""
    if not pa.types.is_dictionary(column.type) or not is_text(column.type.value_type):
        return int(column.nbytes)
    return sum(_full_text_bytes(chunk) for chunk in column.chunks)


def _full_text_bytes(chunk: pa.DictionaryArray) -> int:
    lengths = pc.cast(pc.binary_length(chunk.dictionary), pa.int64())
    return (pc.sum(lengths.take(chunk.indices)).as_py() or 0) + _OFFSET * len(chunk)


def _plain(name: str, table: pa.Table) -> dict[str, pa.ChunkedArray]:
    return {column: _plain_column(name, column, table.column(column)) for column in table.column_names}


def _plain_column(name: str, column: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    values = decoded(values)
    if not is_text(values.type):
        return values
    try:
        values.validate(full=True)
    except pa.ArrowInvalid as error:
        raise InvalidInput(f"The column {column!r} of {name} is no valid UTF-8 text.") from error
    return values.cast(pa.string())
