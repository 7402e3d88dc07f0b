"""The state of every version as it was last computed, one JSON document each."""

from __future__ import annotations

from monitoring.store.connection import Cursor, Store
from monitoring.store.registry import Version


def write(cursor: Cursor, version: Version, content: str) -> None:
    """Keep the state of a version in place of what was there."""
    cursor.execute(
        "delete from registry.watch where model = ? and version = ?", [version.model, version.name]
    )
    cursor.execute("insert into registry.watch values (?, ?, ?)", [version.model, version.name, content])


def read(store: Store) -> list[str]:
    """The states of all versions, the first registered first."""
    with store.read() as cursor:
        rows = cursor.execute(
            """select w.content from registry.watch w
               join registry.version v on v.model = w.model and v.version = w.version order by v.arrival"""
        ).fetchall()
    return [str(content) for (content,) in rows]
