"""Collecting what a profile needs, batch by batch; importing this module loads numba."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from monitoring.profiling import kernel
from monitoring.profiling.binning import Bins, CategoryBins, NumericBins
from monitoring.profiling.lookup import make_lookup
from monitoring.profiling.profile import MAX_UNSEEN, Integers, Profiles, Unseen
from monitoring.profiling.values import as_microseconds, as_numbers, as_text

Groups = NDArray[np.int32]
"""The group of each row of a batch, -1 for rows that are in none."""

_MAX_PENDING = 200_000
"""Counts of unseen values that may wait before equal ones are added up."""


class Collector(Protocol):
    """Collects the rows of one column."""

    def resize(self, n_groups: int) -> None:
        """Make room for more groups."""

    def add(self, values: pa.Array, groups: Groups) -> None:
        """Add the rows of a batch."""

    def finish(self, n: Integers) -> Profiles:
        """The profiles of all groups; n is the number of rows in each. To be called once."""


def collector(bins: Bins, n_groups: int) -> Collector:
    """What collects a column with these bins."""
    return (
        NumericCollector(bins, n_groups)
        if isinstance(bins, NumericBins)
        else CategoryCollector(bins, n_groups)
    )


def windows_of_rows(times: pa.Array, starts: Integers, ends: Integers) -> Groups:
    """The number of the window that each time is in."""
    found = np.full(len(times), -1, dtype=np.int32)
    if len(times) and len(starts):
        kernel.windows_of_rows(*_buffers(as_microseconds(times), np.int64), starts, ends, found)
    return found


class NumericCollector:
    """Collects numbers."""

    def __init__(self, bins: NumericBins, n_groups: int) -> None:
        self._bins = bins
        self._lookup = make_lookup(bins)
        self._sums = kernel.no_sums(n_groups, bins.n_bins)

    def resize(self, n_groups: int) -> None:
        """Make room for more groups."""
        more = kernel.no_sums(n_groups - len(self._sums.missing), self._bins.n_bins)
        both: list[Any] = [np.concatenate(pair) for pair in zip(self._sums, more, strict=True)]
        self._sums = kernel.Sums(*both)

    def add(self, values: pa.Array, groups: Groups) -> None:
        """Add the rows of a batch."""
        numbers = as_numbers(values, self._bins.kind)
        kernel.add_numbers(*_buffers(numbers, np.float64), groups, self._lookup, self._sums)

    def finish(self, n: Integers) -> Profiles:
        """The profiles of all groups; n is the number of rows in each. To be called once."""
        shape = (len(n), self._bins.n_bins)
        counts, bin_sums, moments = np.empty(shape, dtype=np.int64), np.empty(shape), np.empty((len(n), 2))
        kernel.finish(self._sums, self._lookup, counts, bin_sums, moments)
        extremes = np.where(np.isfinite(self._sums.extremes), self._sums.extremes, np.nan)
        return Profiles(
            n=n,
            missing=self._sums.missing,
            infinite=self._sums.infinite,
            counts=counts,
            sums=bin_sums,
            total=moments[:, 0],
            squares=moments[:, 1],
            minimum=extremes[:, 0],
            maximum=extremes[:, 1],
            unseen=({},) * len(n),
        )


class CategoryCollector:
    """Collects categories."""

    def __init__(self, bins: CategoryBins, n_groups: int) -> None:
        self._categories = pa.array(bins.categories, pa.string())
        self._missing = np.zeros(n_groups, dtype=np.int64)
        self._counts = np.zeros((n_groups, bins.n_bins), dtype=np.int64)
        self._unseen: list[pa.Table] = []
        self._max_pending = _MAX_PENDING

    def resize(self, n_groups: int) -> None:
        """Make room for more groups."""
        more = n_groups - len(self._missing)
        self._missing = np.pad(self._missing, (0, more))
        self._counts = np.pad(self._counts, ((0, more), (0, 0)))

    def add(self, values: pa.Array, groups: Groups) -> None:
        """Add the rows of a batch."""
        text = as_text(values)
        found = pc.index_in(text, value_set=self._categories)
        codes = found.fill_null(-1).to_numpy()
        if found.null_count > text.null_count:
            unknown = pc.and_(found.is_null(), text.is_valid()).to_numpy(zero_copy_only=False)
            codes = np.where(unknown, np.int32(len(self._categories)), codes)
            self._note(text, unknown & (groups >= 0), groups)
        kernel.add_codes(_frozen(codes), groups, self._missing, self._counts)

    def _note(self, text: pa.StringArray, which: NDArray[np.bool_], groups: Groups) -> None:
        rows = pa.table({"group": groups[which], "value": text.filter(pa.array(which))})
        self._unseen.append(rows.append_column("count", pa.repeat(1, len(rows))))
        if sum(map(len, self._unseen)) > self._max_pending:
            self._unseen = [_added_up(self._unseen)]
            # If most of them are different, the next time comes when there are twice as many.
            self._max_pending = max(_MAX_PENDING, 2 * len(self._unseen[0]))

    def finish(self, n: Integers) -> Profiles:
        """The profiles of all groups; n is the number of rows in each. To be called once."""
        return Profiles(
            n=n,
            missing=self._missing,
            infinite=np.zeros(len(n), dtype=np.int64),
            counts=self._counts,
            sums=np.zeros((len(n), 0)),
            total=np.zeros(len(n)),
            squares=np.zeros(len(n)),
            minimum=np.full(len(n), np.nan),
            maximum=np.full(len(n), np.nan),
            unseen=self._most_frequent(len(n)),
        )

    def _most_frequent(self, n_groups: int) -> tuple[Unseen, ...]:
        if not self._unseen:
            return ({},) * n_groups
        order = [("group", "ascending"), ("count", "descending"), ("value", "ascending")]
        counted = _added_up(self._unseen).sort_by(order)
        first = np.searchsorted(counted.column("group").to_numpy(), np.arange(n_groups + 1)).tolist()
        return tuple(
            _as_mapping(counted.slice(start, min(end - start, MAX_UNSEEN))) for start, end in pairwise(first)
        )


def _as_mapping(counted: pa.Table) -> Unseen:
    return dict(zip(counted.column("value").to_pylist(), counted.column("count").to_pylist(), strict=True))


def _added_up(parts: list[pa.Table]) -> pa.Table:
    added = pa.concat_tables(parts).group_by(["group", "value"]).aggregate([("count", "sum")])
    return added.rename_columns({"count_sum": "count"})


def _buffers(values: pa.Array, dtype: type[np.generic]) -> tuple[NDArray[Any], NDArray[np.uint8], int]:
    """The values of an Arrow array without a copy, its validity bits (none where all are valid), and the
    first bit.
    """
    bits, data = values.buffers()
    valid = np.frombuffer(bits if values.null_count else b"", dtype=np.uint8)
    end = values.offset + len(values)
    return _frozen(np.frombuffer(data, dtype=dtype)[values.offset : end]), _frozen(valid), values.offset


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    """The array, not writable: the kernels are compiled for that."""
    view = array.view()
    view.flags.writeable = False
    return view
