"""What reading a file gives: its columns as they came, the rows that could not be read, and what was found out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from monitoring.errors import InvalidInput

Format = Literal["csv", "json", "parquet", "arrow"]
DecimalSign = Literal[".", ","]

VALUE_LENGTH = 80
"""Characters of a refused value that are kept and shown."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What is known about a file, and how much of it may be read.

    max_bytes: of the file, and of what it becomes when it is unpacked. encoding, delimiter: of a CSV file.
    decimal: of numbers that are written as text. time_format: of times, as dd/mm/yyyy, mm/dd/yyyy or directives
    of strptime. None: the file itself has to show it.
    """

    max_rows: int = 20_000_000
    max_bytes: int = 4 * 1024**3
    max_columns: int = 10_000
    encoding: str | None = None
    delimiter: str | None = None
    decimal: DecimalSign | None = None
    time_format: str | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that was refused.

    row: its number in the source, from 1, without the header. problem: what is wrong, the same words for every
    value. value: the beginning of what stood in the column. content: the beginning of the whole row, as JSON.
    """

    row: int
    id: str | None
    problem: str
    column: str | None = None
    value: str | None = None
    timestamp: datetime | None = None
    content: str | None = None

    @property
    def reason(self) -> str:
        """What is wrong, with the column and the value."""
        if self.column is None:
            return f"the row {self.problem}"
        value = f": {self.value!r}" if self.value is not None else ""
        return f"{self.column}{value} {self.problem}"


@dataclass(frozen=True, slots=True)
class RawTable:
    """A file's columns before anything is expected of them.

    table: CSV cells are text, with null where a cell is empty; Parquet and JSON keep their types. rows: the row's
    number in the source. refused: rows that could not be read at all. options: what was known about the file, and
    the delimiter that was found.
    """

    name: str
    format: Format
    table: pa.Table
    rows: pa.Array
    options: ReadOptions
    refused: tuple[Quarantined, ...] = ()
    notes: tuple[str, ...] = ()


def raw_table(
    name: str,
    file_format: Format,
    table: pa.Table,
    options: ReadOptions,
    *,
    refused: tuple[Quarantined, ...] = (),
    notes: tuple[str, ...] = (),
) -> RawTable:
    """The table as a RawTable, once its names and size are checked; columns without a name are left out."""
    check_size(name, table.num_rows + len(refused), table.num_columns, options)
    table, n_unnamed = _without_unnamed(table)
    if file_format != "json" or table.num_rows:  # a JSON array without objects has no columns either
        check_names(name, table.column_names)
    if n_unnamed:
        notes = (*notes, f"{name}: {counted(n_unnamed, 'column')} without a name left out.")
    if file_format != "csv":  # there they were removed before the cells were told apart
        table, n_nul = _without_nul(table)
        if n_nul:
            notes = (*notes, f"{name}: {counted(n_nul, 'NUL character')} removed.")
    return RawTable(name, file_format, table, _row_numbers(table, refused), options, refused, notes)


def check_names(name: str, columns: list[str]) -> None:
    """Raise InvalidInput when there is no column, or a name stands twice."""
    if not columns:
        raise InvalidInput(f"{name} has no columns.", "Give it at least an id and a timestamp.")
    repeated = [column for column, count in Counter(columns).items() if count > 1]
    if repeated:
        listed = ", ".join(shown(column) for column in repeated[:5])
        raise InvalidInput(
            f"{name} has more than one column called {listed}.", "Give each column a name of its own."
        )


def check_size(name: str, n_rows: int, n_columns: int, options: ReadOptions) -> None:
    """Raise InvalidInput when there are more rows or columns than the options allow."""
    if n_rows > options.max_rows:
        raise InvalidInput(f"{name} has {n_rows:,} rows; at most {options.max_rows:,} are read.", "Split it.")
    if n_columns > options.max_columns:
        raise InvalidInput(f"{name} has {n_columns:,} columns; at most {options.max_columns:,} are read.")


def check_bytes(name: str, n_bytes: int, options: ReadOptions) -> None:
    """Raise InvalidInput when the bytes, or what they become, are more than the options allow."""
    if n_bytes > options.max_bytes:
        raise InvalidInput(
            f"{name} is too large: {n_bytes:,} bytes, where at most {options.max_bytes:,} are read.",
            "Split it.",
        )


def shown(value: object) -> str:
    """A value for an error text: quoted, and not longer than 80 characters."""
    return repr(cut(str(value)))


def cut(text: str) -> str:
    """The text, or its first 80 characters."""
    return text if len(text) <= VALUE_LENGTH else text[: VALUE_LENGTH - 1] + "…"


def counted(n: int, noun: str) -> str:
    """A number of things: 1 row, 2 rows."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def json_text(value: Mapping[str, Any] | list[Any]) -> str:
    """A JSON value as text."""
    import json

    return json.dumps(value, ensure_ascii=False, default=str)


def _without_unnamed(table: pa.Table) -> tuple[pa.Table, int]:
    kept = [i for i, name in enumerate(table.column_names) if name.strip()]
    return (table if len(kept) == table.num_columns else table.select(kept)), table.num_columns - len(kept)


def _without_nul(table: pa.Table) -> tuple[pa.Table, int]:
    """The table with its texts free of NUL characters, and how many there were."""
    removed = 0
    for i, column in enumerate(table.columns):
        if pa.types.is_string(column.type) and (n_nul := pc.sum(pc.count_substring(column, "\0")).as_py()):
            table = table.set_column(i, table.field(i), pc.replace_substring(column, "\0", ""))
            removed += n_nul
    return table, removed


def _row_numbers(table: pa.Table, refused: tuple[Quarantined, ...]) -> pa.Array:
    numbers = np.arange(1, table.num_rows + len(refused) + 1, dtype=np.int64)
    return pa.array(np.delete(numbers, [row.row - 1 for row in refused]) if refused else numbers)
