"""Which windows have to be computed again, since rows or truth arrived in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitoring.store.connection import Cursor, Store

Part = Literal["inference", "truth"]


@dataclass(frozen=True, slots=True)
class Stale:
    """Windows (of the base grain) of a version that are stale, and the last arrival that made one so."""

    inference: tuple[datetime, ...]
    truth: tuple[datetime, ...]
    arrival: int


def mark(cursor: Cursor, model: str, version: str, part: Part, starts: Iterable[datetime]) -> None:
    """Mark windows stale: `inference` when rows came in, `truth` when only truth did."""
    cursor.execute(
        """insert into registry.stale (model, version, part, window_start)
           select ?, ?, ?, unnest(?::timestamptz[])""",
        [model, version, part, list(starts)],
    )


def stale(store: Store, model: str, version: str) -> Stale:
    """What is stale now; a window with new rows is listed under `inference` only."""
    with store.read() as cursor:
        rows = cursor.execute(
            """select window_start, bool_or(part = 'inference'), max(arrival) from registry.stale
               where model = ? and version = ? group by window_start order by window_start""",
            [model, version],
        ).fetchall()
    return Stale(
        tuple(start for start, has_rows, _ in rows if has_rows),
        tuple(start for start, has_rows, _ in rows if not has_rows),
        max((arrival for _, _, arrival in rows), default=0),
    )


def stale_models(store: Store) -> list[str]:
    """The models of which anything is stale, in the order of their names."""
    with store.read() as cursor:
        rows = cursor.execute("select distinct model from registry.stale order by model").fetchall()
    return [str(model) for (model,) in rows]


def settle(cursor: Cursor, model: str, version: str, arrival: int) -> None:
    """Forget what was stale up to that arrival; what came in later stays stale."""
    cursor.execute(
        "delete from registry.stale where model = ? and version = ? and arrival <= ?",
        [model, version, arrival],
    )
