"""Reading raw rows: inferences with their truth, and the reference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from monitoring.scope import Segment
from monitoring.store.connection import Cursor, Store
from monitoring.store.names import literal, quote, table
from monitoring.store.registry import Version, column_types
from monitoring.store.truths import current_truth
from monitoring.windows import Window

BATCH_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows: a part of a version (`inference`, `reference` or `training`), periods, a segment, with truth or not.

    No periods means all times. With truth, every row has `y_true`, null where truth has not come.
    """

    version: Version
    part: str = "inference"
    periods: tuple[Window, ...] = ()
    segment: Segment | None = None
    with_truth: bool = False
    truth_received_before: datetime | None = None

    def sql(self) -> tuple[str, list[object]]:
        """The rows as a subquery with stored column names, and its parameters."""
        if self.part == "inference":
            return self._inference_sql()
        where, values = self._where("i")
        return (
            f"""(select i.* exclude (part) from {table(self.version.model, "reference")} i
                 where i.version = ? and i.part = ? and {where})""",
            [self.version.name, self.part, *values],
        )

    def _inference_sql(self) -> tuple[str, list[object]]:
        where, values = self._where("i")
        source = f"{table(self.version.model, 'inference')} i"
        if not self.with_truth:
            return f"(select i.* from {source} where i.version = ? and {where})", [self.version.name, *values]
        known, known_values = self._truth_where()
        truth = current_truth(self.version.model, known)
        return (
            f"""(select i.*, t.y_true, t.truth_received_at from {source}
                 left join {truth} t on t.id = i.id and t.timestamp = i.timestamp
                 where i.version = ? and {where})""",
            [*known_values, self.version.name, *values],
        )

    def _where(self, alias: str) -> tuple[str, list[object]]:
        clause, values = _during(self.periods, f"{alias}.timestamp")
        if self.segment is not None:
            column = quote(self.version.column(self.segment.column))
            clause += f" and cast({alias}.{column} as varchar) = ?"
            values.append(self.segment.value)
        return clause, values

    def _truth_where(self) -> tuple[str, list[object]]:
        clause, values = _during(self.periods, "timestamp")
        if self.truth_received_before is not None:
            clause += " and received_at < ?"
            values.append(self.truth_received_before)
        return clause, values


_TOKENS = re.compile(r""""(?:[^"]|"")*"|'(?:[^']|'')*'|\?""")


def readable(rows: Rows) -> str:
    """The rows as a query to read, or to run in any DuckDB client: all parameters are written out."""
    source, values = rows.sql()
    remaining = iter(values)

    def written(token: re.Match[str]) -> str:
        return _written(next(remaining)) if token.group() == "?" else token.group()

    lines = _TOKENS.sub(written, source)[1:-1].splitlines()
    return "\n".join(line.strip() for line in lines)


def readable_aggregate(formula: str, query: str) -> str:
    """A formula over the rows of a readable query, as a query to read or to run."""
    return f"select {formula}\nfrom (\n{query}\n)"


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return f"timestamptz {literal(value.isoformat(sep=' '))}"
    return literal(str(value))


def _during(periods: Sequence[Window], column: str) -> tuple[str, list[object]]:
    if not periods:
        return "true", []
    runs = _runs(periods)
    clause = " or ".join([f"({column} >= ? and {column} < ?)"] * len(runs))
    return f"({clause})", [moment for run in runs for moment in (run.start, run.end)]


def _runs(periods: Sequence[Window]) -> list[Window]:
    """The same times in as few periods as possible."""
    runs: list[Window] = []
    for period in sorted(periods):
        if runs and period.start <= runs[-1].end:
            runs[-1] = Window(runs[-1].start, max(runs[-1].end, period.end))
        else:
            runs.append(period)
    return runs


@contextmanager
def batches(store: Store, rows: Rows, columns: Sequence[str]) -> Iterator[Iterator[pa.RecordBatch]]:
    """Stream the given stored columns of the rows, in no particular order."""
    source, values = rows.sql()
    names = ", ".join(map(quote, columns))
    with store.read() as cursor:
        yield iter(cursor.sql(f"select {names} from {source}", params=values).to_arrow_reader(BATCH_ROWS))


def fetch(
    store: Store,
    rows: Rows,
    columns: Sequence[str],
    *,
    order_by: str = '"timestamp", "id"',
    limit: int | None = None,
) -> pa.Table:
    """The given stored columns of the rows as one table, by default in the order of time and id."""
    source, values = rows.sql()
    names = ", ".join(map(quote, columns))
    query = f"select {names} from {source} order by {order_by}"
    if limit is not None:
        query += f" limit {int(limit)}"
    with store.read() as cursor:
        return cursor.sql(query, params=values).to_arrow_table()


def fetch_ids(store: Store, rows: Rows) -> pa.Table:
    """Id and time of the rows."""
    return fetch(store, rows, ["id", "timestamp"])


def one(store: Store, version: Version, name: str) -> pa.Table:
    """The inference of that id, with its truth: one row, the latest where inferences share the id, or none."""
    source, values = Rows(version).sql()
    columns = ", ".join(map(quote, [*column_types(version), "y_true"]))
    with store.read() as cursor:
        # The time comes first, since truth is filed under it.
        found = cursor.execute(
            f"select max(timestamp) from {source} where id = ?", [*values, name]
        ).fetchall()
        moment = found[0][0] or datetime.min.replace(tzinfo=UTC)
        at = Window(moment, moment + timedelta(microseconds=1))
        source, values = Rows(version, periods=(at,), with_truth=True).sql()
        return cursor.sql(
            f"select {columns} from {source} where id = ?", params=[*values, name]
        ).to_arrow_table()


def period_of_data(store: Store, version: Version) -> Window | None:
    """From the first inference of a version to just after its last; None when there is none."""
    with store.read() as cursor:
        row = cursor.execute(
            f"""select min(timestamp), max(timestamp) + interval 1 microsecond
                from {table(version.model, "inference")} where version = ?""",
            [version.name],
        ).fetchone()
    return None if row is None or row[0] is None else Window(row[0], row[1])


def n_inferences(store: Store, version: Version) -> int:
    """How many inferences of a version are stored."""
    with store.read() as cursor:
        return _count(cursor, version)


def segment_values(store: Store, version: Version, column: str, limit: int = 200) -> list[str]:
    """The most frequent values of a column among the inferences and the reference of a version."""
    name = quote(version.column(column))
    with store.read() as cursor:
        rows = cursor.execute(
            f"""select value from (
                    select cast({name} as varchar) as value from {table(version.model, "inference")} where version = ?
                    union all
                    select cast({name} as varchar) from {table(version.model, "reference")} where version = ?)
                where value is not null group by value order by count(*) desc, value limit {int(limit)}""",
            [version.name, version.name],
        ).fetchall()
    return [str(value) for (value,) in rows]


def _count(cursor: Cursor, version: Version) -> int:
    row = cursor.execute(
        f"select count(*) from {table(version.model, 'inference')} where version = ?", [version.name]
    ).fetchone()
    return int(row[0]) if row else 0


def fetch_by_id(store: Store, rows: Rows, columns: Sequence[str], ids: Sequence[str]) -> pa.Table:
    """The given stored columns of the rows with these ids, in the order of time and id."""
    source, values = rows.sql()
    names = ", ".join(map(quote, columns))
    with store.read() as cursor:
        return cursor.sql(
            f"""select {names} from (select * from {source} where id in (select unnest(?::varchar[])))
                order by "timestamp", "id" """,
            params=[*values, list(ids)],
        ).to_arrow_table()
