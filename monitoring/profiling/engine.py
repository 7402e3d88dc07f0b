"""Rows in, profiles out: the engine for one machine, over Arrow batches."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa

from monitoring.errors import InvalidInput
from monitoring.profiling.binning import Bins
from monitoring.profiling.profile import Integers, Profiles
from monitoring.profiling.values import as_text

if TYPE_CHECKING:
    from monitoring.profiling.collect import Collector, Groups

Periods = Sequence[tuple[int, int]]
"""Starts and ends of windows in microseconds since 1970-01-01 UTC."""


def profile_batches(
    batches: Iterable[pa.RecordBatch], columns: Mapping[str, Bins], time_column: str, windows: Periods
) -> dict[str, Profiles]:
    """Profiles of columns over windows.

    columns: bins by column. time_column: a column of timestamps; those without a zone are in UTC. windows:
    ascending and disjoint, start <= time < end; rows in none of them, or without a time, are left out.
    Returns profiles with one group per window, in that order. Neither the order of the rows nor how they are
    cut into batches changes one bit of the answer, for up to 2^30 rows a window.
    """
    starts, ends = _edges(windows)
    with _Collectors(columns, len(windows)) as collectors:
        for batch in batches:
            collectors.add(batch, _windows(batch, time_column, starts, ends))
        return collectors.finish()


def profile_segments(
    batches: Iterable[pa.RecordBatch],
    columns: Mapping[str, Bins],
    time_column: str,
    windows: Periods,
    group_by: str,
) -> dict[str, dict[str, Profiles]]:
    """Profiles of columns over windows, apart for every value of a segment column.

    As profile_batches, by the text of the segment's value, in the order of the values; rows without one are
    left out. Memory grows with the values: about 12 kB per column, window and value while it runs.
    """
    starts, ends = _edges(windows)
    segments: dict[str, int] = {}
    with _Collectors(columns, 0) as collectors:
        for batch in batches:
            in_window = _windows(batch, time_column, starts, ends)
            segment = _segments(batch.column(group_by), segments)
            collectors.resize(len(segments) * len(windows))
            outside = (in_window < 0) | (segment < 0)
            collectors.add(batch, np.where(outside, -1, segment * len(windows) + in_window).astype(np.int32))
        found = collectors.finish()
    groups = {
        value: np.arange(len(windows)) + number * len(windows) for value, number in sorted(segments.items())
    }
    return {value: {name: found[name].take(rows) for name in columns} for value, rows in groups.items()}


class _Collectors:
    """The collectors of all columns, dealt out to as many threads as there are processors.

    While they work on one batch, the next can be fetched.
    """

    def __init__(self, columns: Mapping[str, Bins], n_groups: int) -> None:
        from monitoring.profiling.collect import collector

        self._columns = {name: collector(bins, n_groups) for name, bins in columns.items()}
        self._n = np.zeros(n_groups, dtype=np.int64)
        n_threads = os.cpu_count() or 1
        self._hands = [list(self._columns.items())[number::n_threads] for number in range(n_threads)]
        self._threads = ThreadPoolExecutor(n_threads)
        self._working: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown()

    def resize(self, n_groups: int) -> None:
        """Make room for more groups."""
        if n_groups > len(self._n):
            self._finish_batch()
            room = max(n_groups, 2 * len(self._n))
            self._n = np.pad(self._n, (0, room - len(self._n)))
            for column in self._columns.values():
                column.resize(room)

    def add(self, batch: pa.RecordBatch, groups: Groups) -> None:
        """Begin to add a batch, when the one before is done."""
        self._finish_batch()
        if batch.num_rows == 0:
            return  # Arrow may leave out its buffers
        self._n += np.bincount(groups[groups >= 0], minlength=len(self._n))
        self._working = [self._threads.submit(_add, batch, groups, hand) for hand in self._hands if hand]

    def finish(self) -> dict[str, Profiles]:
        """The profiles of all columns."""
        self._finish_batch()
        return {name: column.finish(self._n) for name, column in self._columns.items()}

    def _finish_batch(self) -> None:
        for work in self._working:
            work.result()
        self._working = []


def _add(batch: pa.RecordBatch, groups: Groups, columns: Sequence[tuple[str, Collector]]) -> None:
    for name, column in columns:
        column.add(batch.column(name), groups)


def _edges(windows: Periods) -> tuple[Integers, Integers]:
    edges = np.array(windows, dtype=np.int64).reshape(-1, 2)
    starts, ends = np.ascontiguousarray(edges[:, 0]), np.ascontiguousarray(edges[:, 1])
    if wrong := np.flatnonzero((ends < starts) | np.append(ends[:-1] > starts[1:], False)).tolist():
        raise InvalidInput(
            f"Window {windows[wrong[0]]!r} ends before it starts, or after the next one starts."
        )
    return starts, ends


def _windows(batch: pa.RecordBatch, time_column: str, starts: Integers, ends: Integers) -> Groups:
    from monitoring.profiling.collect import windows_of_rows

    return windows_of_rows(batch.column(time_column), starts, ends)


def _segments(values: pa.Array, segments: dict[str, int]) -> Integers:
    """Number of each row's segment, -1 for none; segments that are new get the next numbers."""
    encoded = as_text(values).dictionary_encode()
    numbers = [segments.setdefault(value, len(segments)) for value in encoded.dictionary.to_pylist()]
    rows: Integers = np.array([*numbers, -1])[encoded.indices.fill_null(-1).to_numpy()]
    return rows
