"""CSV: every cell as the text that stands in the file."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
from pyarrow import csv

from monitoring.errors import InvalidInput
from monitoring.ingest.decoding import to_utf8
from monitoring.ingest.dialects import Dialect, find_dialect
from monitoring.ingest.tables import Quarantined, RawTable, ReadOptions, check_size, counted, cut, raw_table

_BLOCK = 4 * 1024**2
_LARGEST_BLOCK = 2**31 - 1
_DELIMITER_NAMES = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def read_csv(name: str, data: bytes, options: ReadOptions) -> RawTable:
    """Read CSV. A row whose number of cells is not the header's is refused; its neighbours are read."""
    text, notes = to_utf8(name, data, options)
    if not text or text.isspace():
        raise InvalidInput(f"{name} is empty.", "Its first line must name the columns.")
    dialect = find_dialect(name, text, options.delimiter)
    check_size(name, 0, len(dialect.header), options)
    table, refused = _read(name, text.lstrip(b"\r\n"), dialect)
    if refused and table.num_rows == 0:
        raise InvalidInput(
            f"No row of {name} has as many cells as its header, which has {len(dialect.header)}: "
            f"row {refused[0].row} {refused[0].problem}.",
            "Quote cells that hold the delimiter, such as numbers with a decimal comma.",
        )
    if dialect.delimiter in _DELIMITER_NAMES:
        notes = (*notes, f"{name}: cells are separated by {_DELIMITER_NAMES[dialect.delimiter]}.")
    if refused:
        notes = (
            *notes,
            f"{name}: {counted(len(refused), 'row')} with another number of cells than the header.",
        )
    found = replace(options, delimiter=dialect.delimiter)
    return raw_table(name, "csv", table, found, refused=refused, notes=notes)


def _read(name: str, text: bytes, dialect: Dialect) -> tuple[pa.Table, tuple[Quarantined, ...]]:
    if b"\n" not in text and b"\r" not in text:
        return _named(
            pa.table([pa.array([], pa.string())] * len(dialect.header), _keys(dialect)), dialect
        ), ()
    table, ragged = _parse(name, text, dialect, use_threads=True)
    if ragged:  # only a single thread knows the numbers of the rows
        table, ragged = _parse(name, text, dialect, use_threads=False)
    refused = [
        Quarantined(
            row=row.number - 1,  # the header is the first row
            id=None,
            problem=f"has {counted(row.actual_columns, 'cell')} where the header has {row.expected_columns}",
            content=cut(row.text),
        )
        for row in ragged
    ]
    return _named(table, dialect), tuple(refused)


def _parse(
    name: str, text: bytes, dialect: Dialect, *, use_threads: bool
) -> tuple[pa.Table, list[csv.InvalidRow]]:
    block = _BLOCK
    while True:
        ragged: list[csv.InvalidRow] = []
        try:
            return _parse_blocks(text, dialect, ragged, block, use_threads=use_threads), ragged
        except pa.ArrowInvalid as error:  # a row that is longer than a block; any other reason stays
            if block >= min(len(text), _LARGEST_BLOCK):
                raise InvalidInput(f"{name} cannot be read as CSV: {error}.") from error
            block = min(len(text) + 1, _LARGEST_BLOCK)


def _parse_blocks(
    text: bytes, dialect: Dialect, ragged: list[csv.InvalidRow], block: int, *, use_threads: bool
) -> pa.Table:
    def put_aside(row: csv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    keys = _keys(dialect)
    return csv.read_csv(
        pa.py_buffer(text),
        read_options=csv.ReadOptions(
            column_names=keys, skip_rows_after_names=1, block_size=block, use_threads=use_threads
        ),
        parse_options=csv.ParseOptions(
            delimiter=dialect.delimiter,
            newlines_in_values=dialect.has_quotes,
            invalid_row_handler=put_aside,
        ),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(keys, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            check_utf8=False,  # it was decoded before
        ),
    )


def _keys(dialect: Dialect) -> list[str]:
    """Names that are never equal, since the file's may be."""
    return [str(i) for i in range(len(dialect.header))]


def _named(table: pa.Table, dialect: Dialect) -> pa.Table:
    return table.rename_columns(list(dialect.header))
