"""Performance profiles: of the reference when a version is registered, of base windows when their truth changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from monitoring.performance.classification import BinaryProfile
from monitoring.performance.multiclass import MulticlassProfile
from monitoring.performance.records import Record
from monitoring.performance.regression import RegressionProfile
from monitoring.scope import Segment
from monitoring.store import Store, profiles, rows
from monitoring.store.connection import Cursor
from monitoring.store.names import score_columns
from monitoring.store.profiles import PerformanceRecord, ProfileKey
from monitoring.store.registry import Version
from monitoring.store.rows import Rows
from monitoring.windows import Window, microseconds

Profile = BinaryProfile | MulticlassProfile | RegressionProfile
BySegment = Mapping[Segment | None, Sequence[tuple[Window, Profile]]]

TYPES: Mapping[str, type[BinaryProfile] | type[MulticlassProfile] | type[RegressionProfile]] = {
    "binary_classification": BinaryProfile,
    "multiclass_classification": MulticlassProfile,
    "regression": RegressionProfile,
}


def has_performance(version: Version) -> bool:
    """Whether the version's task is one whose performance is known."""
    return version.spec.task in TYPES


def profile_rows(version: Version, table: pa.Table) -> Profile:
    """The performance profile of stored rows with y_true, y_pred and the scores."""
    spec = version.spec
    if spec.task == "multiclass_classification":
        scores = {label: _numbers(table, stored) for label, stored in score_columns(spec).items()}
        return MulticlassProfile.from_rows(
            table.column("y_true").to_pylist(), table.column("y_pred").to_pylist(), scores or None
        )
    y_true, y_pred = _numbers(table, "y_true"), _numbers(table, "y_pred")
    if spec.task == "regression":
        return RegressionProfile.from_rows(y_true, y_pred)
    y_score = _numbers(table, "y_score") if spec.columns.score else None
    return BinaryProfile.from_rows(y_true, y_pred, y_score)


def reference_performance(version: Version, table: pa.Table, window: Window) -> BySegment:
    """Performance profiles of reference rows, of all and of every value of the declared segments."""
    found: dict[Segment | None, Sequence[tuple[Window, Profile]]] = {
        None: [(window, profile_rows(version, table))]
    }
    for segment, part in _by_segment(version, table):
        found[segment] = [(window, profile_rows(version, part))]
    return found


def window_performance(store: Store, version: Version, windows: Sequence[Window]) -> BySegment:
    """Performance profiles of base windows, of all and of every value of the declared segments."""
    table = fetch_outcomes(store, Rows(version, periods=tuple(windows), with_truth=True))
    found: dict[Segment | None, list[tuple[Window, Profile]]] = {}
    for window, part in slices(table, windows):
        found.setdefault(None, []).append((window, profile_rows(version, part)))
        for segment, rest in _by_segment(version, part):
            found.setdefault(segment, []).append((window, profile_rows(version, rest)))
    return found


def fetch_outcomes(store: Store, source: Rows) -> pa.Table:
    """Truth, predictions, scores and declared segments of rows, by time."""
    version = source.version
    columns = dict.fromkeys(
        [
            "timestamp",
            "y_true",
            "y_pred",
            *score_columns(version.spec).values(),
            *(version.stored[name] for name in version.spec.segments),
        ]
    )
    return rows.fetch(store, source, list(columns))


def slices(table: pa.Table, windows: Sequence[Window]) -> Iterator[tuple[Window, pa.Table]]:
    """The rows of each window that has any; the table is sorted by time."""
    times = table.column("timestamp").cast(pa.int64()).to_numpy()
    for window in windows:
        first, last = np.searchsorted(times, [microseconds(window.start), microseconds(window.end)])
        if last > first:
            yield window, table.slice(first, last - first)


def write_performance(cursor: Cursor, version: Version, part: str, found: BySegment) -> None:
    """Keep performance profiles."""
    for segment, by_window in found.items():
        records = [_to_stored(window, profile.compact().to_record()) for window, profile in by_window]
        profiles.write_performance(cursor, ProfileKey(version, part, segment), records)


def read_performance(
    store: Store, key: ProfileKey, period: Window | None = None
) -> list[tuple[datetime, Profile]]:
    """Kept performance profiles with the start of their window, in order."""
    return [
        (item.window_start, _from_stored(key.version, item))
        for item in profiles.read_performance(store, key, period)
    ]


def read_by_value(
    store: Store, version: Version, part: str, column: str, period: Window | None = None
) -> dict[str, Profile]:
    """The kept profiles of a period as one, for every value of a declared segment."""
    found = profiles.read_performance_by_value(store, version, part, column, period)
    return {
        value: merged(version, [_from_stored(version, item) for item in records])
        for value, records in found.items()
    }


def merged(version: Version, parts: Sequence[Profile]) -> Profile:
    """Profiles of a version's rows as one."""
    return TYPES[version.spec.task].merge(*parts)  # type: ignore[arg-type]


def by_value(version: Version, table: pa.Table, column: str) -> dict[str, Profile]:
    """The profile of the rows of every value of a declared segment."""
    return {
        segment.value: profile_rows(version, part) for segment, part in _of_column(version, table, column)
    }


def by_hour(version: Version, table: pa.Table) -> dict[str, Profile]:
    """The profile of the rows of every hour of the day, 00 to 23, in the version's time zone."""
    zone = version.spec.columns.timezone
    hours = pc.hour(table.column("timestamp").cast(pa.timestamp("us", zone)))
    return {
        f"{hour:02d}": profile_rows(version, table.filter(pc.equal(hours, hour)))
        for hour in sorted(pc.unique(hours).to_pylist())
    }


def _by_segment(version: Version, table: pa.Table) -> Iterator[tuple[Segment, pa.Table]]:
    for name in version.spec.segments:
        yield from _of_column(version, table, name)


def _of_column(version: Version, table: pa.Table, column: str) -> Iterator[tuple[Segment, pa.Table]]:
    values = table.column(version.stored[column]).cast(pa.string())
    for value in sorted(pc.unique(values.drop_null()).to_pylist()):
        yield Segment(column, value), table.filter(pc.equal(values, value))


def _from_stored(version: Version, item: PerformanceRecord) -> Profile:
    record = Record(json.loads(item.record), item.scores, item.negatives, item.positives)
    return TYPES[version.spec.task].from_record(record)


def _numbers(table: pa.Table, name: str) -> np.ndarray:
    return table.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def _to_stored(window: Window, record: Record) -> PerformanceRecord:
    return PerformanceRecord(
        window.start, json.dumps(record.content), record.scores, record.negatives, record.positives
    )
