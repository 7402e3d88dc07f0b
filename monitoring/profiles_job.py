"""Profiling what is new: the reference when a version is registered, stale windows when it is refreshed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from monitoring.profiling.engine import profile_batches
from monitoring.profiling.profile import Profiles
from monitoring.scope import Segment
from monitoring.store import Store, profiles
from monitoring.store.connection import Cursor
from monitoring.store.profiles import ProfileKey
from monitoring.store.registry import Version
from monitoring.store.rows import Rows, batches, segment_values
from monitoring.summaries import ALL_TIME, REFERENCE_START, Column
from monitoring.windows import Window, microseconds

MAX_SEGMENT_VALUES = 200
"""How many values of a declared segment column have profiles of their own: the most frequent ones."""

BySegment = Mapping[Segment | None, Mapping[str, Profiles]]


def reference_profiles(version: Version, columns: Sequence[Column], rows: pa.Table) -> BySegment:
    """Profiles of reference rows, of all and of every value of the declared segments."""
    found: dict[Segment | None, Mapping[str, Profiles]] = {None: _profile(columns, rows)}
    for name in version.spec.segments:
        values = rows.column(version.stored[name]).cast(pa.string())
        counts = pc.value_counts(values.drop_null())
        ranked = sorted(counts.to_pylist(), key=lambda pair: (-pair["counts"], pair["values"]))
        for item in ranked[:MAX_SEGMENT_VALUES]:
            found[Segment(name, item["values"])] = _profile(columns, rows.filter(pc.equal(values, item["values"])))
    return found


def _profile(columns: Sequence[Column], rows: pa.Table) -> Mapping[str, Profiles]:
    edges = [(microseconds(ALL_TIME.start), microseconds(ALL_TIME.end))]
    names = ["timestamp", *(column.stored for column in columns)]
    return profile_batches(
        rows.select(names).to_batches(), {c.stored: c.bins for c in columns}, "timestamp", edges
    )


def write_reference_profiles(cursor: Cursor, version: Version, part: str, found: BySegment) -> None:
    """Keep the profiles of a reference."""
    for segment, by_column in found.items():
        _write(cursor, ProfileKey(version, part, segment), [REFERENCE_START], by_column)


def window_profiles(
    store: Store, version: Version, columns: Sequence[Column], windows: Sequence[Window]
) -> BySegment:
    """Profiles of inferences in some base windows, of all and of every value of the declared segments."""
    edges = [(microseconds(window.start), microseconds(window.end)) for window in windows]
    bins = {column.stored: column.bins for column in columns}
    names = ["timestamp", *bins]
    segments: list[Segment | None] = [None]
    for name in version.spec.segments:
        segments += [Segment(name, value) for value in segment_values(store, version, name, MAX_SEGMENT_VALUES)]
    found: dict[Segment | None, Mapping[str, Profiles]] = {}
    for segment in segments:
        with batches(store, Rows(version, periods=tuple(windows), segment=segment, with_truth=True), names) as stream:
            found[segment] = profile_batches(stream, bins, "timestamp", edges)
    return found


def write_window_profiles(
    cursor: Cursor, version: Version, columns: Sequence[Column], starts: Sequence[datetime], found: BySegment
) -> None:
    """Keep the profiles of some columns in some base windows in place of what was there."""
    profiles.forget(cursor, version, "inference", [column.stored for column in columns], starts)
    for segment, by_column in found.items():
        _write(cursor, ProfileKey(version, "inference", segment), starts, by_column)


def _write(
    cursor: Cursor, key: ProfileKey, starts: Sequence[datetime], by_column: Mapping[str, Profiles]
) -> None:
    for name, profile in by_column.items():
        profiles.write(cursor, key, name, starts, profile.to_arrow())
