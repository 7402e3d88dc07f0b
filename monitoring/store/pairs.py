"""Reading inferences that two versions of a model have both scored, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from monitoring.store.connection import Store
from monitoring.store.names import quote, table
from monitoring.store.registry import Version
from monitoring.store.rows import Rows


@dataclass(frozen=True, slots=True)
class Side(Rows):
    """The rows of one of two versions whose ids the other has too.

    version, periods, segment: of the first version, which also gives every pair its time and its truth: a second
    version that runs in the shadow may stamp its own time. second: the second version. of_second: whether the rows
    are those of the second version instead of the first.
    """

    second: Version | None = None
    of_second: bool = False

    def sql(self) -> tuple[str, list[object]]:
        """The rows as a subquery with stored column names, and its parameters."""
        assert self.second is not None  # a side without another is no pair
        source, values = Rows.sql(self)
        other = f"select * from {table(self.version.model, 'inference')} where version = ?"
        shown = "o.* replace (r.timestamp as timestamp), r.y_true" if self.of_second else "r.*"
        return (
            f"(select {shown} from {source} r join ({other}) o on o.id = r.id)",
            [*values, self.second.name],
        )


def sides(first: Version, second: Version, rows: Rows) -> tuple[Side, Side]:
    """Both sides of the pairs among some rows of the first version."""
    one = Side(first, periods=rows.periods, segment=rows.segment, with_truth=True, second=second)
    return one, replace(one, of_second=True)


def fetch_pairs(
    store: Store, side: Side, first: Sequence[str], second: Sequence[str]
) -> tuple[pa.Table, pa.Table]:
    """Time, truth and the given stored columns of both versions, a row per pair, by time and id."""
    assert side.second is not None  # a side without another is no pair
    source, values = Rows.sql(side)
    columns = [f"r.{quote(name)} as {quote('1' + name)}" for name in first]
    columns += [f"o.{quote(name)} as {quote('2' + name)}" for name in second]
    with store.read() as cursor:
        found = cursor.sql(
            f"""select r.timestamp, r.y_true, {", ".join(columns)} from {source} r
                join (select * from {table(side.version.model, "inference")} where version = ?) o on o.id = r.id
                order by r.timestamp, r.id""",
            params=[*values, side.second.name],
        ).to_arrow_table()
    shared = ["timestamp", "y_true"]
    one, two = (
        found.select([*shared, *(mark + name for name in names)]).rename_columns([*shared, *names])
        for mark, names in (("1", first), ("2", second))
    )
    return one, two
