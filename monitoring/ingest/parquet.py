"""Parquet, and Arrow tables: what the footer says is checked before anything is read."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from monitoring.errors import InvalidInput
from monitoring.ingest.tables import RawTable, ReadOptions, check_bytes, check_names, check_size, raw_table
from monitoring.ingest.texts import decoded, is_text

_OFFSET = 4
"""Bytes that a text takes beside its characters."""

_WIDTHS = {"BOOLEAN": 1, "INT32": 4, "INT64": 8, "INT96": 8, "FLOAT": 4, "DOUBLE": 8, "BYTE_ARRAY": _OFFSET}


def read_parquet(name: str, source: Path | bytes, options: ReadOptions) -> RawTable:
    """Read Parquet.

    Raises InvalidInput when the file is damaged, or when its rows, or the bytes they take in memory, are more than
    the options allow; that is known from the footer and, for repeated texts, from their dictionaries.
    """
    opened = pa.memory_map(str(source)) if isinstance(source, Path) else pa.BufferReader(source)
    with opened:
        try:
            metadata = pq.read_metadata(opened)
            schema = metadata.schema.to_arrow_schema()
        except (pa.ArrowException, OSError) as error:
            raise _damaged(name, error) from error
        _check_footer(name, metadata, schema, options)
        opened.seek(0)
        try:
            table = pq.ParquetFile(
                opened,
                read_dictionary=[field.name for field in schema if is_text(field.type)],
                coerce_int96_timestamp_unit="us",
            ).read()
        except (pa.ArrowException, OSError) as error:
            raise _damaged(name, error) from error
        return table_from_arrow(name, table, options, file_format="parquet")


def table_from_arrow(
    name: str, table: pa.Table, options: ReadOptions, *, file_format: Literal["parquet", "arrow"] = "arrow"
) -> RawTable:
    """A RawTable from an Arrow table, its dictionaries decoded once their full size is known."""
    check_names(name, table.column_names)
    check_size(name, table.num_rows, table.num_columns, options)
    check_bytes(name, sum(_full_bytes(column) for column in table.columns), options)
    return raw_table(name, file_format, pa.table(_plain(name, table)), options)


def _damaged(name: str, error: Exception) -> InvalidInput:
    return InvalidInput(f"{name} is damaged: {str(error).rstrip('.')}.", "Write or send it again.")


def _check_footer(name: str, metadata: pq.FileMetaData, schema: pa.Schema, options: ReadOptions) -> None:
    check_names(name, schema.names)
    check_size(name, metadata.num_rows, len(schema.names), options)
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    columns = [group.column(i) for group in groups for i in range(group.num_columns)]
    expanded = sum(
        max(c.total_uncompressed_size, c.num_values * _WIDTHS.get(c.physical_type, _OFFSET)) for c in columns
    )
    check_bytes(name, expanded, options)


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
