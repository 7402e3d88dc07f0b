"""Profiling what is new: the reference when a version is registered, stale windows when it is refreshed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pyarrow as pa

from monitoring.profiling.engine import profile_batches, profile_segments
from monitoring.profiling.profile import Profiles
from monitoring.scope import Segment
from monitoring.store import Store, profiles
from monitoring.store.connection import Cursor
from monitoring.store.profiles import ProfileKey, ProfileRows
from monitoring.store.registry import Version
from monitoring.store.rows import Rows, batches
from monitoring.summaries import ALL_TIME, REFERENCE_START, Column
from monitoring.windows import Window, microseconds

BySegment = Mapping[Segment | None, Mapping[str, Profiles]]


def reference_profiles(version: Version, columns: Sequence[Column], rows: pa.Table) -> BySegment:
    """Profiles of reference rows, of all and of every value of the declared segments."""
    edges = [(microseconds(ALL_TIME.start), microseconds(ALL_TIME.end))]
    bins = {column.stored: column.bins for column in columns}
    found: dict[Segment | None, Mapping[str, Profiles]] = {
        None: profile_batches(rows.to_batches(), bins, "timestamp", edges)
    }
    for name in version.spec.segments:
        by_value = profile_segments(rows.to_batches(), bins, "timestamp", edges, version.stored[name])
        found |= {Segment(name, value): of_value for value, of_value in by_value.items()}
    return found


def write_reference_profiles(cursor: Cursor, version: Version, part: str, found: BySegment) -> None:
    """Keep the profiles of a reference."""
    _write(cursor, version, part, [REFERENCE_START], found)


def window_profiles(
    store: Store, version: Version, columns: Sequence[Column], windows: Sequence[Window]
) -> BySegment:
    """Profiles of inferences in some base windows, of all and of every value of the declared segments."""
    edges = [(microseconds(window.start), microseconds(window.end)) for window in windows]
    bins = {column.stored: column.bins for column in columns}
    segments = {name: version.stored[name] for name in version.spec.segments}
    names = list(dict.fromkeys(["timestamp", *bins, *segments.values()]))
    source = Rows(version, periods=tuple(windows), with_truth=any(c.role == "truth" for c in columns))
    found: dict[Segment | None, Mapping[str, Profiles]] = {}
    with batches(store, source, names) as stream:
        found[None] = profile_batches(stream, bins, "timestamp", edges)
    for name, stored in segments.items():
        with batches(store, source, names) as stream:
            by_value = profile_segments(stream, bins, "timestamp", edges, stored)
        found |= {Segment(name, value): of_value for value, of_value in by_value.items()}
    return found


def write_window_profiles(
    cursor: Cursor, version: Version, columns: Sequence[Column], starts: Sequence[datetime], found: BySegment
) -> None:
    """Keep the profiles of some columns in some base windows in place of what was there."""
    profiles.forget(cursor, version, "inference", [column.stored for column in columns], starts)
    _write(cursor, version, "inference", starts, found)


def _write(cursor: Cursor, version: Version, part: str, starts: Sequence[datetime], found: BySegment) -> None:
    rows = [
        ProfileRows(ProfileKey(version, part, segment), name, starts, profile.to_arrow())
        for segment, by_column in found.items()
        for name, profile in by_column.items()
    ]
    profiles.write(cursor, version, part, rows)
