"""Rows against what is expected of each column: typed values, and the rows that are refused with their reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from monitoring.ingest.cells import read_booleans, read_ids, read_labels, read_texts
from monitoring.ingest.columns import ColumnKind, ColumnPlan, Matching, Renamed, match_columns, notes_on
from monitoring.ingest.numbers import (
    decimal_sign,
    read_numbers,
    read_probabilities,
    read_quantities,
)
from monitoring.ingest.refusals import refusals
from monitoring.ingest.tables import DecimalSign, Quarantined, RawTable
from monitoring.ingest.texts import is_text
from monitoring.ingest.timestamps import UTC_TYPE, TimeRules, read_moments, read_timestamps
from monitoring.ingest.typed import Typed, with_missing_refused

__all__ = ["ColumnKind", "ColumnPlan", "Quarantined", "Renamed", "Validated", "validate"]

TYPES: dict[ColumnKind, pa.DataType] = {
    "numeric": pa.float64(),
    "quantity": pa.float64(),
    "probability": pa.float64(),
    "boolean": pa.bool_(),
    "datetime": UTC_TYPE,
    "timestamp": UTC_TYPE,
    "categorical": pa.string(),
    "text": pa.string(),
    "label": pa.string(),
    "id": pa.string(),
}
_NUMBERS = ("numeric", "quantity", "probability")


@dataclass(frozen=True, slots=True)
class Validated:
    """The rows that are as expected, and what became of the others.

    table: the planned columns in the plan's order and under its names; a missing one is null. rows: each row's number
    in the source. folded: (file's name, expected name) of columns matched without case, blanks and accents.
    """

    table: pa.Table
    rows: pa.Array
    quarantined: tuple[Quarantined, ...]
    notes: tuple[str, ...]
    folded: tuple[tuple[str, str], ...]
    extra: tuple[str, ...]
    missing: tuple[str, ...]
    renamed: tuple[Renamed, ...]


@dataclass(frozen=True, slots=True)
class _Rules:
    times: TimeRules
    decimal: DecimalSign
    now: datetime


def validate(
    raw: RawTable,
    plan: Sequence[ColumnPlan],
    *,
    timezone: str = "UTC",
    now: datetime | None = None,
) -> Validated:
    """Match the columns, type their cells, and put rows with a wrong cell aside.

    timezone: of times without one. now: what is more than a day later is refused. Raises InvalidInput when the file
    as a whole cannot be taken: a required column is missing, or its dates or numbers can be read in two ways.
    """
    if raw.table.num_columns == 0:
        return _nothing(raw, plan)
    matching = match_columns(raw.name, raw.table.column_names, plan)
    columns = {
        column.name: raw.table.column(matching.found[column.name])
        for column in plan
        if column.name in matching.found
    }
    numbers = [
        columns[c.name]
        for c in plan
        if c.name in columns and c.kind in _NUMBERS and is_text(columns[c.name].type)
    ]
    sign = raw.options.decimal or _sign(raw, numbers)
    rules = _Rules(TimeRules(timezone, raw.options.time_format, sign == ","), sign, now or datetime.now(UTC))
    typed = {
        column.name: _typed(column, columns[column.name], rules)
        if column.name in columns
        else Typed(pa.chunked_array([pa.nulls(raw.table.num_rows, TYPES[column.kind])]))
        for column in plan
    }
    notes = [*raw.notes, *notes_on(raw.name, matching)]
    if sign == "," and numbers:
        notes.append(f"{raw.name}: numbers have a decimal comma.")
    notes += [f"{raw.name}: {note}" for column in typed.values() for note in column.notes]
    return _assembled(raw, plan, typed, matching, notes)


def _sign(raw: RawTable, numbers: list[pa.ChunkedArray]) -> DecimalSign:
    """Where commas separate cells, a number with a comma is no number; elsewhere the numbers tell."""
    return "." if raw.options.delimiter in (None, ",") else decimal_sign(raw.name, numbers)


def _typed(column: ColumnPlan, values: pa.ChunkedArray, rules: _Rules) -> Typed:
    typed = _READERS[column.kind](values, column.name, rules)
    must_be_filled = column.kind == "probability" or (column.required and column.kind in _FILLED)
    return with_missing_refused(typed) if must_be_filled else typed


_FILLED = ("id", "timestamp", "label", "quantity")
_READERS: dict[ColumnKind, Callable[[pa.ChunkedArray, str, _Rules], Typed]] = {
    "numeric": lambda values, name, rules: read_numbers(values, name, rules.decimal),
    "quantity": lambda values, name, rules: read_quantities(values, name, rules.decimal),
    "probability": lambda values, name, rules: read_probabilities(values, name, rules.decimal),
    "boolean": lambda values, name, _: read_booleans(values, name),
    "datetime": lambda values, name, rules: read_moments(values, name, rules.times),
    "timestamp": lambda values, name, rules: read_timestamps(values, name, rules.times, rules.now),
    "categorical": lambda values, name, _: read_texts(values, name, "categorical"),
    "text": lambda values, name, _: read_texts(values, name),
    "label": lambda values, name, _: read_labels(values, name),
    "id": lambda values, name, _: read_ids(values, name),
}


def _assembled(
    raw: RawTable, plan: Sequence[ColumnPlan], typed: dict[str, Typed], matching: Matching, notes: list[str]
) -> Validated:
    table = pa.table({name: column.values for name, column in typed.items()})
    rows = raw.rows
    positions, refused = refusals(raw, plan, typed, matching.found)
    if len(positions):
        kept = np.ones(table.num_rows, bool)
        kept[positions] = False
        table, rows = table.filter(pa.array(kept)), rows.filter(pa.array(kept))
    quarantined = sorted((*raw.refused, *refused), key=lambda row: row.row)
    return Validated(
        table,
        rows,
        tuple(quarantined),
        tuple(notes),
        matching.folded,
        matching.extra,
        matching.missing,
        matching.renamed,
    )


def _nothing(raw: RawTable, plan: Sequence[ColumnPlan]) -> Validated:
    """A JSON array without objects has no columns to look for."""
    table = pa.table({column.name: pa.array([], TYPES[column.kind]) for column in plan})
    return Validated(table, raw.rows, raw.refused, raw.notes, (), (), (), ())
