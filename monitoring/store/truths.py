"""Ground truth: append-only, by inference id. The latest observation of an id wins, and every earlier one stays.

A row of the truth table is filed under the time of its inference, so that a window's truth is found without reading
the rest; truth whose inference has not come yet waits with no time. An id that inferences of several times share has
its truth under each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from monitoring.store import staleness
from monitoring.store.connection import Cursor, Store
from monitoring.store.names import table
from monitoring.store.registry import Version
from monitoring.windows import base_grain, windows_of_quarters


@dataclass(frozen=True, slots=True)
class TruthAppended:
    """What became of a batch of truth. Every row counts once: new, a correction, or a duplicate."""

    accepted: int
    corrections: int
    duplicates: int


def append_truth(
    cursor: Cursor, model: str, versions: list[Version], rows: pa.Table, now: datetime
) -> TruthAppended:
    """Store truth, and mark the windows whose truth changed as stale for every version.

    rows: id, value, observed_at (null: now) and row. Truth that is known already changes nothing; another value for
    the same id is a correction. An observation that is older than what is known is kept and does not win.
    """
    cursor.register("incoming", rows)
    _compare_with_known(cursor, model)
    counts = _count(cursor)
    _insert_new(cursor, model, now)
    quarters = cursor.execute(
        f"""select distinct i.version, epoch_us(i.timestamp) // 900000000
            from {table(model, "inference")} i semi join (select id from compared where is_new) c on c.id = i.id"""
    ).fetchall()
    cursor.unregister("incoming")
    cursor.execute("drop table compared")
    for version in versions:
        spec = version.spec
        touched = [int(quarter) for name, quarter in quarters if name == version.name]
        starts = windows_of_quarters(touched, base_grain(spec.window), spec.columns.timezone)
        if starts:
            staleness.mark(cursor, model, version.name, "truth", [window.start for window in starts])
    return counts


def file_under_new_inferences(cursor: Cursor, model: str) -> None:
    """File truth that is known already under the times of the inferences in `incoming` that were not `known`."""
    truth = table(model, "truth")
    if cursor.execute(f"select 1 from {truth} limit 1").fetchone() is None:
        return
    cursor.execute(
        f"""create or replace temp table filed as
            select distinct t.id, n.timestamp, t.value, t.observed_at, t.received_at, t.arrival
            from {truth} t join incoming n on n.id = t.id
            where n."row" not in (select "row" from known)
              and not exists (select 1 from {truth} u
                              where u.id = t.id and u.arrival = t.arrival and u.timestamp = n.timestamp)"""
    )
    cursor.execute(f"insert into {truth} select * from filed")
    cursor.execute(f"delete from {truth} where timestamp is null and id in (select id from filed)")
    cursor.execute("drop table filed")


def n_waiting(store: Store, model: str) -> int:
    """How many ids have truth and no inference."""
    with store.read() as cursor:
        row = cursor.execute(
            f"select count(distinct id) from {table(model, 'truth')} where timestamp is null"
        ).fetchone()
    return int(row[0]) if row else 0


def current_truth(model: str, where: str = "true") -> str:
    """SQL of the truth that holds: for each id and time, the value observed last."""
    return f"""(select id, timestamp, arg_max(value, (observed_at, arrival)) as y_true,
                       min(received_at) as truth_received_at
                from {table(model, "truth")} where {where} group by id, timestamp)"""


def _compare_with_known(cursor: Cursor, model: str) -> None:
    """Make the table `compared`: each incoming row, whether it says anything new, and whether it corrects.

    Without a time of observation a row is compared with the value that came before it, in the store or in the batch;
    with one, it is new unless exactly that observation is known.
    """
    cursor.execute(
        f"""create or replace temp table compared as
            with stored as (
                select id, arg_max(value, (observed_at, arrival)) as value
                from {table(model, "truth")} semi join incoming using (id) group by id),
            placed as (
                select n."row", n.id, n.value, n.observed_at,
                       coalesce(lag(n.value) over (partition by n.id order by n."row"), s.value) as before
                from incoming n left join stored s on s.id = n.id)
            select p.*,
                   p.before is not null and p.before <> p.value as corrects,
                   case when p.observed_at is null then p.before is null or p.before <> p.value
                        else not exists (select 1 from {table(model, "truth")} t
                                         where t.id = p.id and t.value = p.value and t.observed_at = p.observed_at)
                   end as is_new
            from placed p"""
    )


def _count(cursor: Cursor) -> TruthAppended:
    row = cursor.execute(
        """select count(*) filter (is_new and before is null),
                  count(*) filter (is_new and corrects),
                  count(*) filter (not is_new or (before is not null and not corrects))
           from compared"""
    ).fetchone()
    assert row is not None  # an aggregate without groups always has one row
    return TruthAppended(*map(int, row))


def _insert_new(cursor: Cursor, model: str, now: datetime) -> None:
    cursor.execute(
        f"""insert into {table(model, "truth")}
            select c.id, i.timestamp, c.value, coalesce(c.observed_at, $now), $now, c.arrival
            from (select *, nextval('registry.arrival') as arrival
                  from (select id, value, observed_at, min("row") as "row" from compared where is_new
                        group by id, value, observed_at, case when observed_at is null then "row" end
                        order by "row")) c
            left join (select distinct id, timestamp from {table(model, "inference")}
                       semi join (select id from compared where is_new) using (id)) i on i.id = c.id
            order by c."row" """,
        {"now": now},
    )
