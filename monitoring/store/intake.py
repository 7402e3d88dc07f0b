"""What came in: every batch with its counts, and the rows that were refused with their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pyarrow as pa

from monitoring.store.connection import Cursor, Store
from monitoring.windows import Window

What = Literal["reference", "inference", "truth"]


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken in: its number in the source, why, and what stood there."""

    row: int
    id: str | None
    reason: str
    column: str | None = None
    value: str | None = None
    content: str | None = None
    timestamp: datetime | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of one batch of rows."""

    model: str
    version: str
    kind: str
    source: str
    received_at: datetime
    accepted: int
    duplicates: int
    corrections: int
    quarantined: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A refused row as it is shown."""

    model: str
    version: str
    kind: str
    source: str
    row: int
    id: str | None
    reason: str
    column: str | None
    value: str | None
    content: str | None
    received_at: datetime


def record(cursor: Cursor, batch: Batch, refused: Sequence[Refused]) -> None:
    """Note a batch and put its refused rows in quarantine, each once however often it is sent."""
    cursor.execute(
        """insert into registry.intake (model, version, kind, source, received_at, accepted, duplicates, corrections,
                                     quarantined, notes) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            batch.model,
            batch.version,
            batch.kind,
            batch.source,
            batch.received_at,
            batch.accepted,
            batch.duplicates,
            batch.corrections,
            batch.quarantined,
            list(batch.notes),
        ],
    )
    if not refused:
        return
    text = pa.string()
    cursor.register(
        "incoming_refused",
        pa.table(
            {
                "row": pa.array([r.row for r in refused], pa.int64()),
                "id": pa.array([r.id for r in refused], text),
                "reason": pa.array([r.reason for r in refused], text),
                "column": pa.array([r.column for r in refused], text),
                "value": pa.array([r.value for r in refused], text),
                "content": pa.array([r.content for r in refused], text),
                "timestamp": pa.array([r.timestamp for r in refused], pa.timestamp("us", tz="UTC")),
            }
        ),
    )
    cursor.execute(
        """insert into registry.quarantine (model, version, kind, source, "row", id, reason, "column", value, content,
                                         received_at, timestamp)
           select $model, $version, $kind, $source, "row", id, reason, "column", value, content, $received_at, timestamp
           from incoming_refused r
           where not exists (
               select 1 from registry.quarantine q
               where q.model = $model and q.version = $version and q.kind = $kind and q.reason = r.reason
                 and q.id is not distinct from r.id and q."column" is not distinct from r."column"
                 and q.value is not distinct from r.value and q.content is not distinct from r.content)""",
        {
            "model": batch.model,
            "version": batch.version,
            "kind": batch.kind,
            "source": batch.source,
            "received_at": batch.received_at,
        },
    )
    cursor.unregister("incoming_refused")


def batches(store: Store, model: str | None = None, limit: int = 500) -> list[Batch]:
    """The last batches that came in, the newest first."""
    with store.read() as cursor:
        rows = cursor.execute(
            """select model, version, kind, source, received_at, accepted, duplicates, corrections, quarantined, notes
               from registry.intake where ? is null or model = ? order by arrival desc limit ?""",
            [model, model, limit],
        ).fetchall()
    return [Batch(*(*row[:9], tuple(row[9] or ()))) for row in rows]


def quarantined(
    store: Store,
    model: str | None = None,
    version: str | None = None,
    period: Window | None = None,
    *,
    reason: str | None = None,
    column: str | None = None,
    limit: int = 1000,
) -> list[QuarantinedRow]:
    """The rows last put in quarantine, the newest first. Rows whose time could not be read are of every period."""
    where, values = _refused_where(model, version, period)
    for name, value in (("reason", reason), ('"column"', column)):
        if value is not None:
            where += f" and {name} = ?"
            values.append(value)
    with store.read() as cursor:
        rows = cursor.execute(
            f"""select model, version, kind, source, "row", id, reason, "column", value, content, received_at
                from registry.quarantine where {where} order by arrival desc limit ?""",
            [*values, limit],
        ).fetchall()
    return [QuarantinedRow(*row) for row in rows]


def _refused_where(model: str | None, version: str | None, period: Window | None) -> tuple[str, list[object]]:
    """Refused rows of a version; refused truth belongs to all versions of its model."""
    where, values = "true", list[object]()
    if model is not None:
        where, values = where + " and model = ?", [*values, model]
    if version is not None:
        where, values = where + " and version in (?, '')", [*values, version]
    if period is not None:
        where += " and (timestamp is null or (timestamp >= ? and timestamp < ?))"
        values = [*values, period.start, period.end]
    return where, values


@dataclass(frozen=True, slots=True)
class QuarantineCount:
    """How many rows of a version were refused for a reason in a column."""

    reason: str
    column: str | None
    rows: int


def quarantine_counts(
    store: Store, model: str, version: str, period: Window | None = None
) -> list[QuarantineCount]:
    """Refused rows by reason and column. Rows whose time could not be read count in every period."""
    where, values = _refused_where(model, version, period)
    with store.read() as cursor:
        rows = cursor.execute(
            f"""select reason, "column", count(*) from registry.quarantine where {where}
                group by reason, "column" order by count(*) desc, reason, "column" """,
            values,
        ).fetchall()
    return [QuarantineCount(*row) for row in rows]
