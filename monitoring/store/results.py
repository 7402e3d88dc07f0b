"""Results of all domains, in one long table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from monitoring.store.connection import Cursor, Store
from monitoring.store.registry import Version
from monitoring.thresholds import Status
from monitoring.windows import Window


@dataclass(frozen=True, slots=True)
class MetricValue:
    """A metric's value in a window, with its interval, its verdict and how it was computed. NaN is undefined."""

    domain: str
    metric: str
    window: Window
    value: float
    status: Status
    column: str = ""
    segment: str = ""
    lower: float = math.nan
    upper: float = math.nan
    method: str = ""


def replace(
    cursor: Cursor,
    version: Version,
    windows: Sequence[Window],
    domains: Sequence[str],
    values: Sequence[MetricValue],
    computed_at: datetime,
) -> None:
    """Write the results of some domains for some windows in place of what was there."""
    starts = {window.start for window in windows} | {value.window.start for value in values}
    cursor.execute(
        """delete from registry.result where model = ? and version = ?
           and domain in (select unnest(?::varchar[])) and window_start in (select unnest(?::timestamptz[]))""",
        [version.model, version.name, list(domains), sorted(starts)],
    )
    if not values:
        return
    moment = pa.timestamp("us", tz="UTC")
    cursor.register(
        "incoming_result",
        pa.table(
            {
                "domain": [v.domain for v in values],
                "metric": [v.metric for v in values],
                "column": [v.column for v in values],
                "segment": [v.segment for v in values],
                "window_start": pa.array([v.window.start for v in values], moment),
                "window_end": pa.array([v.window.end for v in values], moment),
                "value": pa.array([_or_null(v.value) for v in values], pa.float64()),
                "lower": pa.array([_or_null(v.lower) for v in values], pa.float64()),
                "upper": pa.array([_or_null(v.upper) for v in values], pa.float64()),
                "status": [v.status.value for v in values],
                "method": [v.method for v in values],
            }
        ),
    )
    cursor.execute(
        """insert into registry.result
           select ?, ?, domain, metric, "column", segment, window_start, window_end, value, lower, upper, status,
                  method, ? from incoming_result""",
        [version.model, version.name, computed_at],
    )
    cursor.unregister("incoming_result")


def read(
    store: Store, version: Version, domain: str, *, metric: str | None = None, period: Window | None = None
) -> list[MetricValue]:
    """Results of a domain, by window, column and metric."""
    where, values = "model = ? and version = ? and domain = ?", [version.model, version.name, domain]
    if metric is not None:
        where += " and metric = ?"
        values.append(metric)
    if period is not None:
        where += " and window_start >= ? and window_start < ?"
        values += [period.start, period.end]  # type: ignore[list-item]
    with store.read() as cursor:
        rows = cursor.execute(
            f"""select domain, metric, window_start, window_end, value, status, "column", segment, lower, upper, method
                from registry.result where {where} order by window_start, "column", metric""",
            values,
        ).fetchall()
    return [
        MetricValue(
            domain,
            metric,
            Window(start, end),
            _or_nan(value),
            Status(status),
            column,
            segment,
            _or_nan(lower),
            _or_nan(upper),
            method,
        )
        for domain, metric, start, end, value, status, column, segment, lower, upper, method in rows
    ]


def latest_by_domain(store: Store, version: Version) -> dict[str, list[MetricValue]]:
    """The results of each domain's last window."""
    with store.read() as cursor:
        rows = cursor.execute(
            """select domain, max(window_start) from registry.result where model = ? and version = ? group by domain""",
            [version.model, version.name],
        ).fetchall()
    return {
        domain: [v for v in read(store, version, domain) if v.window.start == last] for domain, last in rows
    }


def _or_null(value: float) -> float | None:
    return None if math.isnan(value) else value


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
