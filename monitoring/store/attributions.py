"""Attributions: what each feature contributed to the score of an inference, for a sample of every window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa

from monitoring.store.connection import Cursor, Store
from monitoring.store.names import table
from monitoring.store.registry import Version
from monitoring.windows import Window


def write(cursor: Cursor, version: Version, part: str, rows: pa.Table) -> None:
    """Store attributions: id, timestamp, base_value, attributions (in the order of the features), additivity_error."""
    cursor.register("incoming_attribution", rows)
    cursor.execute(
        f"""insert into {table(version.model, "attribution")}
            select ?, ?, id, timestamp, base_value, attributions, additivity_error from incoming_attribution""",
        [version.name, part],
    )
    cursor.unregister("incoming_attribution")


def forget(cursor: Cursor, version: Version, windows: Sequence[Window]) -> None:
    """Remove the attributions of the inferences of some windows, before new ones are written."""
    for window in windows:
        cursor.execute(
            f"""delete from {table(version.model, "attribution")} where version = ? and part = 'inference'
                and timestamp >= ? and timestamp < ?""",
            [version.name, window.start, window.end],
        )


def read(store: Store, version: Version, part: str, period: Window | None = None) -> pa.Table:
    """Stored attributions: id, timestamp, base_value, attributions, additivity_error, by time and id."""
    where, values = "version = ? and part = ?", [version.name, part]
    if period is not None:
        where += " and timestamp >= ? and timestamp < ?"
        values += [period.start, period.end]  # type: ignore[list-item]
    with store.read() as cursor:
        return cursor.sql(
            f"""select id, timestamp, base_value, attributions, additivity_error
                from {table(version.model, "attribution")} where {where} order by timestamp, id""",
            params=values,
        ).to_arrow_table()


def importance(store: Store, version: Version, part: str = "reference") -> dict[str, float]:
    """Each feature's share of the mean absolute attribution; empty where nothing was explained."""
    features = [feature.name for feature in version.spec.features or ()]
    with store.read() as cursor:
        rows = cursor.execute(
            f"""select position, avg(abs(attribution)) from (
                    select unnest(attributions) as attribution, generate_subscripts(attributions, 1) as position
                    from {table(version.model, "attribution")} where version = ? and part = ?)
                group by position order by position""",
            [version.name, part],
        ).fetchall()
    total = sum(mean for _, mean in rows)
    return {features[int(position) - 1]: mean / total for position, mean in rows} if total else {}


def explained(store: Store, version: Version, ids: Sequence[str]) -> dict[str, datetime]:
    """Which of the inferences are explained already."""
    with store.read() as cursor:
        rows = cursor.execute(
            f"""select id, timestamp from {table(version.model, "attribution")}
                where version = ? and part = 'inference' and id in (select unnest(?::varchar[]))""",
            [version.name, list(ids)],
        ).fetchall()
    return dict(rows)
