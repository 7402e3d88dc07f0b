"""A number that changes whenever what a report says could change."""

from __future__ import annotations

from monitoring.store.connection import Store


def revision(store: Store) -> tuple[int, int, str]:
    """The last batch that came in, the number of versions, and when results were last computed."""
    with store.read() as cursor:
        row = cursor.execute(
            """select (select coalesce(max(arrival), 0) from registry.intake),
                      (select count(*) from registry.version),
                      (select coalesce(max(computed_at)::varchar, '') from registry.result)"""
        ).fetchone()
    assert row is not None  # a select without a table has one row
    return int(row[0]), int(row[1]), str(row[2])
