"""The rows behind a data-quality check: those that were taken in and stand out, and those that were refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from monitoring.store.connection import Store
from monitoring.store.names import quote
from monitoring.store.registry import Version
from monitoring.store.rows import Rows
from monitoring.windows import Window

_MEASURES = {"numeric": "{}", "datetime": "epoch({})", "text": "length({})"}


@dataclass(frozen=True, slots=True)
class Missing:
    """Rows without a value."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Rows whose value is below low or above high: numbers, seconds since 1970-01-01 UTC, or characters of a text."""

    low: float
    high: float
    kind: Literal["numeric", "datetime", "text"] = "numeric"


@dataclass(frozen=True, slots=True)
class NotAmong:
    """Rows whose value is none of these."""

    values: tuple[str, ...]


Test = Missing | Outside | NotAmong


def offending(store: Store, rows: Rows, column: str, test: Test, limit: int) -> pa.Table:
    """Id, timestamp and value (as text) of rows whose stored column fails the test, the newest first."""
    source, values = rows.sql()
    where, more = _where(quote(column), test)
    with store.read() as cursor:
        return cursor.sql(
            f"""select id, timestamp, cast({quote(column)} as varchar) as value from {source} where {where}
                order by timestamp desc, id limit {int(limit)}""",
            params=[*values, *more],
        ).to_arrow_table()


def mistyped_by_window(
    store: Store, version: Version, windows: Sequence[Window]
) -> dict[str, NDArray[np.int64]]:
    """For each column of the user's, how many rows of each window were refused for what stood in it.

    A refused row whose time could not be read is in no window.
    """
    with store.read() as cursor:
        found = cursor.execute(
            """select q."column", s.slice, count(*)
               from (select * from registry.quarantine where model = ? and version = ? and "column" is not null
                     and timestamp is not null) q
               asof join (select unnest(?::timestamptz[]) as slice_start, unnest(?::timestamptz[]) as slice_end,
                                 unnest(?::bigint[]) as slice) s on q.timestamp >= s.slice_start
               where q.timestamp < s.slice_end group by all""",
            [
                version.model,
                version.name,
                [w.start for w in windows],
                [w.end for w in windows],
                list(range(len(windows))),
            ],
        ).fetchall()
    counts: dict[str, NDArray[np.int64]] = {}
    for column, index, n in found:
        counts.setdefault(column, np.zeros(len(windows), dtype=np.int64))[index] = n
    return counts


def _where(column: str, test: Test) -> tuple[str, list[object]]:
    match test:
        case Outside(low, high, kind):
            measure = _MEASURES[kind].format(column)
            # NaN is missing, and for DuckDB larger than every number.
            number = f"not isnan({measure}) and " if kind == "numeric" else ""
            return f"{number}({measure} < ? or {measure} > ?)", [low, high]
        case NotAmong(values):
            text = f"cast({column} as varchar)"
            return f"{column} is not null and {text} not in (select unnest(?::varchar[]))", [list(values)]
    return f"({column} is null or cast({column} as varchar) = 'nan')", []
