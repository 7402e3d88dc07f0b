"""Refused rows: the first thing that is wrong with each, in the order of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from monitoring.ingest.columns import ColumnPlan
from monitoring.ingest.tables import Quarantined, RawTable, cut, json_text
from monitoring.ingest.texts import as_text
from monitoring.ingest.typed import Positions, Typed

CONTENT_LENGTH = 2_000
"""Characters of a refused row that are kept."""

_CONTENT_COLUMNS = 100


def refusals(
    raw: RawTable, plan: Sequence[ColumnPlan], typed: dict[str, Typed], found: dict[str, str]
) -> tuple[Positions, list[Quarantined]]:
    """The positions of the refused rows, in order, and what is said of each."""
    listed = [(column, problem) for column in plan for problem in typed[column.name].problems]
    if not listed:
        return np.array([], np.int64), []
    positions = np.concatenate([problem.positions for _, problem in listed])
    which = np.repeat(np.arange(len(listed)), [len(problem.positions) for _, problem in listed])
    refused, first = np.unique(positions, return_index=True)
    which = which[first]
    values: list[str | None] = [None] * len(refused)
    for i, (column, _) in enumerate(listed):
        mine = np.flatnonzero(which == i)
        for place, text in zip(mine, _texts(raw, found[column.name], refused[mine]), strict=True):
            values[place] = text
    ids = _of_kind(plan, typed, "id", refused)
    times: list[datetime | None] = _of_kind(plan, typed, "timestamp", refused)
    rows = raw.rows.take(pa.array(refused)).to_pylist()
    contents = _contents(raw.table.take(pa.array(refused)))
    return refused, [
        Quarantined(
            row=rows[place],
            id=ids[place],
            problem=listed[which[place]][1].text,
            column=listed[which[place]][0].name,
            value=values[place],
            timestamp=times[place],
            content=contents[place],
        )
        for place in range(len(refused))
    ]


def _texts(raw: RawTable, column: str, positions: Positions) -> list[str | None]:
    cells = raw.table.column(column).take(pa.array(positions))
    text = as_text(cells)
    values = cells.to_pylist() if text is None else text.to_pylist()
    return [None if value is None else cut(str(value)) for value in values]


def _of_kind(
    plan: Sequence[ColumnPlan], typed: dict[str, Typed], kind: str, positions: Positions
) -> list[Any]:
    """The first column of that kind at the positions; nothing where there is none."""
    column = next((column for column in plan if column.kind == kind), None)
    if column is None:
        return [None] * len(positions)
    return list(typed[column.name].values.take(pa.array(positions)).to_pylist())


def _contents(table: pa.Table) -> list[str]:
    columns = {name: _writable(table.column(name)) for name in table.column_names[:_CONTENT_COLUMNS]}
    return [json_text(row)[:CONTENT_LENGTH] for row in pa.table(columns).to_pylist()]


def _writable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times as text: a damaged one may lie outside any calendar."""
    text = as_text(column) if pa.types.is_temporal(column.type) else None
    return column if text is None else text
