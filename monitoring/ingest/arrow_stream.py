"""Arrow's streaming format: the bytes are believed only once they are checked."""

from __future__ import annotations

import struct

import pyarrow as pa

from monitoring.errors import InvalidInput
from monitoring.ingest.parquet import table_from_arrow
from monitoring.ingest.tables import RawTable, ReadOptions

_HEADER, _DICTIONARY_DATA, _COMPRESSION = 2, 1, 3
"""Positions of fields in Arrow's Message, DictionaryBatch and RecordBatch (format/Message.fbs)."""


def read_arrow(name: str, data: bytes, options: ReadOptions) -> RawTable:
    """Read an Arrow IPC stream.

    Raises InvalidInput when it is damaged, too large, or compressed: how large a buffer becomes is known only to who
    wrote it.
    """
    try:
        for message in pa.ipc.MessageReader.open_stream(data):
            if _is_compressed(message):
                raise InvalidInput(f"{name} is a compressed Arrow stream.", "Write it without compression.")
        with pa.ipc.open_stream(data) as reader:
            table = reader.read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError, struct.error) as error:
        raise InvalidInput(
            f"{name} is no Arrow stream, or damaged: {str(error).rstrip('.')}.", "Write or send it again."
        ) from error
    return table_from_arrow(name, table, options)


def _is_compressed(message: pa.ipc.Message) -> bool:
    if message.type not in ("record batch", "dictionary"):
        return False
    content = message.metadata.to_pybytes()
    header = _table(content, _field(content, _uint(content, 0), _HEADER))
    if message.type == "dictionary":
        header = _table(content, _field(content, header, _DICTIONARY_DATA))
    return _field(content, header, _COMPRESSION) > 0


def _table(content: bytes, place: int) -> int:
    """Where the table lies that a field refers to."""
    return place + _uint(content, place)


def _field(content: bytes, table: int, position: int) -> int:
    """Where a field of a FlatBuffers table lies; 0 when it is absent."""
    (back,) = struct.unpack_from("<i", content, table)
    vtable = table - back
    (size,) = struct.unpack_from("<H", content, vtable)
    entry = 4 + 2 * position
    if entry + 2 > size:
        return 0
    (offset,) = struct.unpack_from("<H", content, vtable + entry)
    return table + offset if offset else 0


def _uint(content: bytes, place: int) -> int:
    (value,) = struct.unpack_from("<I", content, place)
    return int(value)
