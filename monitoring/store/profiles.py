"""Profiles as they are kept: one row per column, window and segment, in lists that any DuckDB client can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from monitoring.scope import Segment
from monitoring.store.connection import Cursor, Store
from monitoring.store.registry import Version
from monitoring.windows import Window, from_microseconds

COLUMNS = (
    "n",
    "missing",
    "infinite",
    "bins",
    "counts",
    "sums",
    "total",
    "squares",
    "minimum",
    "maximum",
    "unseen_values",
    "unseen_counts",
)
"""Columns of a profile beside those that say what it is of."""

_WHAT = ("segment", "segment_value", '"column"', "window_start")


@dataclass(frozen=True, slots=True)
class ProfileKey:
    """What a set of profiles is of: a part of a version, and the value of a segment column (or all rows)."""

    version: Version
    part: str = "inference"
    segment: Segment | None = None

    def values(self) -> list[object]:
        """Model, version, part, segment column and segment value as parameters; no segment is the empty text."""
        segment = self.segment
        return [
            self.version.model,
            self.version.name,
            self.part,
            segment.column if segment else "",
            segment.value if segment else "",
        ]


_KEY = "model = ? and version = ? and part = ? and segment = ? and segment_value = ?"


def forget(
    cursor: Cursor, version: Version, part: str, columns: Sequence[str], starts: Sequence[datetime]
) -> None:
    """Remove the profiles of some columns in some windows, in every segment, before new ones are written."""
    cursor.execute(
        """delete from registry.profile where model = ? and version = ? and part = ?
           and "column" in (select unnest(?::varchar[])) and window_start in (select unnest(?::timestamptz[]))""",
        [version.model, version.name, part, list(columns), list(starts)],
    )


def forget_performance(cursor: Cursor, version: Version, part: str, starts: Sequence[datetime]) -> None:
    """Remove the performance profiles of some windows, in every segment, before new ones are written."""
    cursor.execute(
        """delete from registry.performance where model = ? and version = ? and part = ?
           and window_start in (select unnest(?::timestamptz[]))""",
        [version.model, version.name, part, list(starts)],
    )


@dataclass(frozen=True, slots=True)
class ProfileRows:
    """The profiles of one column of a key: a row of `table` (COLUMNS) per window start."""

    key: ProfileKey
    column: str
    starts: Sequence[datetime]
    table: pa.Table

    def stamped(self) -> pa.Table:
        """The rows that are of any window with rows, with what they are of."""
        segment = self.key.segment
        said = {
            "segment": segment.column if segment else "",
            "segment_value": segment.value if segment else "",
            "column": self.column,
        }
        table = self.table
        for name, value in said.items():
            table = table.append_column(name, pa.repeat(pa.scalar(value), table.num_rows))
        table = table.append_column("window_start", pa.array(self.starts, pa.timestamp("us", tz="UTC")))
        return table.filter(pc.greater(table.column("n"), 0))


def write(cursor: Cursor, version: Version, part: str, rows: Sequence[ProfileRows]) -> None:
    """Store profiles of many columns and segments at once; empty windows are left out."""
    if not rows:
        return
    cursor.register("incoming_profile", pa.concat_tables([item.stamped() for item in rows]))
    names = ", ".join((*_WHAT, *COLUMNS))
    cursor.execute(
        f"""insert into registry.profile (model, version, part, {names})
            select ?, ?, ?, {names} from incoming_profile""",
        [version.model, version.name, part],
    )
    cursor.unregister("incoming_profile")


def read(store: Store, key: ProfileKey, columns: Sequence[str], period: Window | None = None) -> pa.Table:
    """Profiles of some columns whose windows start within the period: COLUMNS, `column` and `window_start`."""
    where, values = _KEY + ' and "column" in (select unnest(?::varchar[]))', [*key.values(), list(columns)]
    if period is not None:
        where += " and window_start >= ? and window_start < ?"
        values += [period.start, period.end]
    with store.read() as cursor:
        return cursor.sql(
            f"""select "column", window_start, {", ".join(COLUMNS)} from registry.profile where {where}
                order by "column", window_start""",
            params=values,
        ).to_arrow_table()


def read_by_value(
    store: Store, version: Version, part: str, segment: str, column: str, period: Window | None = None
) -> pa.Table:
    """Profiles of one column for every value of a declared segment column: COLUMNS and `segment_value`."""
    where, values = _within(
        'model = ? and version = ? and part = ? and segment = ? and "column" = ?',
        [version.model, version.name, part, segment, column],
        period,
    )
    with store.read() as cursor:
        return cursor.sql(
            f"""select segment_value, {", ".join(COLUMNS)} from registry.profile where {where}
                order by segment_value, window_start""",
            params=values,
        ).to_arrow_table()


def window_sizes(store: Store, key: ProfileKey, period: Window) -> dict[datetime, int]:
    """How many rows the base windows that start within the period have, by their start."""
    where, values = _within(_KEY, key.values(), period)
    with store.read() as cursor:
        rows = cursor.execute(
            f"select window_start, max(n) from registry.profile where {where} group by window_start", values
        ).fetchall()
    return {start: int(n) for start, n in rows}


@dataclass(frozen=True, slots=True)
class PerformanceRecord:
    """The performance profile of one window: scalars as JSON, and the counts of truth by score."""

    window_start: datetime
    record: str
    scores: list[float]
    negatives: list[int]
    positives: list[int]


def write_performance(cursor: Cursor, key: ProfileKey, records: Sequence[PerformanceRecord]) -> None:
    """Store performance profiles."""
    rows = pa.table(
        {
            "window_start": pa.array([r.window_start for r in records], pa.timestamp("us", tz="UTC")),
            "record": pa.array([r.record for r in records], pa.string()),
            "scores": pa.array([r.scores for r in records], pa.list_(pa.float64())),
            "negatives": pa.array([r.negatives for r in records], pa.list_(pa.uint64())),
            "positives": pa.array([r.positives for r in records], pa.list_(pa.uint64())),
        }
    )
    cursor.register("incoming_performance", rows)
    cursor.execute(
        """insert into registry.performance (model, version, part, segment, segment_value, window_start, record, scores,
                                          negatives, positives)
           select ?, ?, ?, ?, ?, window_start, record, scores, negatives, positives from incoming_performance""",
        key.values(),
    )
    cursor.unregister("incoming_performance")


def read_performance(store: Store, key: ProfileKey, period: Window | None = None) -> list[PerformanceRecord]:
    """Performance profiles of the windows that start within the period, in order."""
    where, values = _within(_KEY, key.values(), period)
    with store.read() as cursor:
        return _records(
            cursor.sql(
                f"""select window_start, record, scores, negatives, positives from registry.performance
                    where {where} order by window_start""",
                params=values,
            ).to_arrow_table()
        )


def read_performance_by_value(
    store: Store, version: Version, part: str, column: str, period: Window | None = None
) -> dict[str, list[PerformanceRecord]]:
    """The same for every value of a segment column at once."""
    where, values = _within(
        "model = ? and version = ? and part = ? and segment = ?",
        [version.model, version.name, part, column],
        period,
    )
    with store.read() as cursor:
        table = cursor.sql(
            f"""select segment_value, window_start, record, scores, negatives, positives
                from registry.performance where {where} order by segment_value, window_start""",
            params=values,
        ).to_arrow_table()
    found: dict[str, list[PerformanceRecord]] = {}
    for value, record in zip(table.column("segment_value").to_pylist(), _records(table), strict=True):
        found.setdefault(value, []).append(record)
    return found


def _within(where: str, values: list[object], period: Window | None) -> tuple[str, list[object]]:
    if period is None:
        return where, values
    return f"{where} and window_start >= ? and window_start < ?", [*values, period.start, period.end]


def _records(table: pa.Table) -> list[PerformanceRecord]:
    starts = [
        from_microseconds(moment) for moment in table.column("window_start").cast(pa.int64()).to_pylist()
    ]
    counts = [_lists(table.column(name)) for name in ("scores", "negatives", "positives")]
    return [
        PerformanceRecord(*row)
        for row in zip(starts, table.column("record").to_pylist(), *counts, strict=True)
    ]


def _lists(column: pa.ChunkedArray) -> list[list[Any]]:
    """A column of lists. Through numpy: a list of scores item by item would take most of a report's time."""
    return [item.values.to_numpy().tolist() for item in column]
