"""Writing inferences: each version and id once, whatever is sent again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from monitoring.store import staleness
from monitoring.store.connection import Cursor
from monitoring.store.names import quote, table
from monitoring.store.registry import Version, column_types
from monitoring.store.truths import file_under_new_inferences
from monitoring.windows import base_grain, windows_of_quarters

ROW = "row"
"""Column of incoming tables that says which row of the source it was."""


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of a batch.

    conflicts: row and id of those that differ from what is stored under their id. known: the rows of duplicates and
    conflicts.
    """

    accepted: int
    duplicates: int
    conflicts: tuple[tuple[int, str], ...]
    known: npt.NDArray[np.int64] = field(compare=False, default_factory=lambda: np.array([], np.int64))


def append_inferences(cursor: Cursor, version: Version, rows: pa.Table, received_at: datetime) -> Appended:
    """Store rows whose id is new to the version, and mark their windows stale.

    rows: stored column names (store.registry.column_types) and `row`. What is there already stays: the same row again
    is a duplicate, the same id with another content a conflict. Within a batch the first row of an id counts.
    """
    with _registered(cursor, "incoming", rows):
        _find_known(cursor, version)
        _insert(cursor, version, received_at)
        touched = cursor.execute(
            """select distinct epoch_us(timestamp) // 900000000 from incoming
               where "row" not in (select "row" from known)"""
        ).fetchall()
        known = _known_rows(cursor)
        different = _compare_known(cursor, version) if len(known) else ()
        if touched:
            file_under_new_inferences(cursor, version.model)
        cursor.execute("drop table known")
    _mark(cursor, version, [int(quarter) for (quarter,) in touched])
    return Appended(rows.num_rows - len(known), len(known) - len(different), different, known)


def append_reference(
    cursor: Cursor, version: Version, rows: pa.Table, part: str, received_at: datetime
) -> None:
    """Store the reference rows (or the training rows, by `part`) of a version that is being registered."""
    names = [name for name in (*column_types(version), "y_true") if name in rows.column_names]
    columns = ", ".join(map(quote, names))
    with _registered(cursor, "incoming", rows):
        cursor.execute(
            f"""insert into {table(version.model, "reference")} (version, received_at, part, {columns})
                select ?, ?, ?, {columns} from incoming order by timestamp, id""",
            [version.name, received_at, part],
        )


@contextmanager
def _registered(cursor: Cursor, name: str, rows: pa.Table) -> Iterator[None]:
    cursor.register(name, rows)
    try:
        yield
    finally:
        cursor.unregister(name)


def _find_known(cursor: Cursor, version: Version) -> None:
    """Make the table `known`: incoming rows whose id is stored already, or stood earlier in the batch."""
    inference = table(version.model, "inference")
    cursor.execute(
        f"""create or replace temp table known as
            select "row" from incoming n semi join (select id from {inference} where version = ?) i on i.id = n.id""",
        [version.name],
    )
    n_rows, n_ids = _one(cursor, "select count(*), count(distinct id) from incoming")
    if n_ids < n_rows:
        cursor.execute(
            """insert into known
               select "row" from (select "row", row_number() over (partition by id order by "row") as turn from incoming
                                  where "row" not in (select "row" from known)) where turn > 1"""
        )


def _insert(cursor: Cursor, version: Version, received_at: datetime) -> None:
    columns = ", ".join(map(quote, column_types(version)))
    cursor.execute(
        f"""insert into {table(version.model, "inference")} (version, received_at, {columns})
            select ?, ?, {columns} from incoming n anti join known k on k."row" = n."row" order by timestamp, id""",
        [version.name, received_at],
    )


def _known_rows(cursor: Cursor) -> npt.NDArray[np.int64]:
    rows: npt.NDArray[np.int64] = cursor.sql('select "row" from known').to_arrow_table()["row"].to_numpy()
    return rows


def _compare_known(cursor: Cursor, version: Version) -> tuple[tuple[int, str], ...]:
    """Which of the incoming rows that were known differ from what is stored."""
    same = " and ".join(
        f"i.{quote(name)} is not distinct from n.{quote(name)}" for name in column_types(version)
    )
    rows = cursor.execute(
        f"""select n."row", n.id from incoming n semi join known k on k."row" = n."row"
            join {table(version.model, "inference")} i on i.version = ? and i.id = n.id
            where not ({same}) order by n."row" """,
        [version.name],
    ).fetchall()
    return tuple((int(row), str(name)) for row, name in rows)


def _mark(cursor: Cursor, version: Version, quarters: list[int]) -> None:
    spec = version.spec
    starts = windows_of_quarters(quarters, base_grain(spec.window), spec.columns.timezone)
    if starts:
        staleness.mark(cursor, version.model, version.name, "inference", [window.start for window in starts])


def _one(cursor: Cursor, query: str) -> tuple[int, ...]:
    row = cursor.execute(query).fetchone()
    assert row is not None  # an aggregate without groups always has one row
    return tuple(row)
