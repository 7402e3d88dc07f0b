"""Performance profiles: of the reference when a version is registered, of base windows when their truth changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

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
) -> list[tuple[PerformanceRecord, Profile]]:
    """Kept performance profiles, by window."""
    kind = TYPES[key.version.spec.task]
    return [
        (item, kind.from_record(Record(json.loads(item.record), item.scores, item.negatives, item.positives)))
        for item in profiles.read_performance(store, key, period)
    ]


def _by_segment(version: Version, table: pa.Table) -> Iterator[tuple[Segment, pa.Table]]:
    for name in version.spec.segments:
        values = table.column(version.stored[name]).cast(pa.string())
        for value in sorted(pc.unique(values.drop_null()).to_pylist()):
            yield Segment(name, value), table.filter(pc.equal(values, value))


def _numbers(table: pa.Table, name: str) -> np.ndarray:
    return table.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def _to_stored(window: Window, record: Record) -> PerformanceRecord:
    return PerformanceRecord(
        window.start, json.dumps(record.content), record.scores, record.negatives, record.positives
    )
