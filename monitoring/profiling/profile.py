"""Profiles of a column: what its values were in each window, in a form that adds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from monitoring.errors import InvalidInput
from monitoring.profiling.binning import Bins, Floats, NumericBins

Integers = NDArray[np.int64]
Unseen = Mapping[str, int]

MAX_UNSEEN = 100
"""Unseen values that are kept by name in each group; the others are only counted."""

SCHEMA = pa.schema(
    [
        *((name, pa.int64()) for name in ("n", "missing", "infinite")),
        ("bins", pa.list_(pa.uint16())),
        ("counts", pa.list_(pa.uint64())),
        ("sums", pa.list_(pa.float64())),
        *((name, pa.float64()) for name in ("total", "squares", "minimum", "maximum")),
        ("unseen_values", pa.list_(pa.string())),
        ("unseen_counts", pa.list_(pa.uint64())),
    ]
)
"""Profiles as they are stored: bins with rows only.

Sums have 64 bits although that doubles their size: 32 bits are 7 digits, so a time of day would be lost in
seconds since 1970, and the mean of a bin could leave the bin.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """A column over W groups of rows (windows) and the K bins of its reference.

    Every array has the groups as its first axis. n, missing, infinite: rows, and those without a value or
    with an infinite one, shape (W,). counts: rows per bin, shape (W, K); a categorical column's last bin
    counts all values that are not a category. sums: sum of the values per bin, shape (W, K), or (W, 0) for a
    categorical column. total, squares: sum of the values, and of their squared distances from the reference's
    mean, shape (W,); 0 for a categorical column. minimum, maximum: smallest and largest finite value, NaN
    where there is none. unseen: per group, values that are not a category and their counts, the most frequent
    first, MAX_UNSEEN at most.
    """

    n: Integers
    missing: Integers
    infinite: Integers
    counts: Integers
    sums: Floats
    total: Floats
    squares: Floats
    minimum: Floats
    maximum: Floats
    unseen: tuple[Unseen, ...]

    @classmethod
    def empty(cls, bins: Bins, n_groups: int) -> Profiles:
        """Profiles of no rows."""
        return cls(
            n=np.zeros(n_groups, dtype=np.int64),
            missing=np.zeros(n_groups, dtype=np.int64),
            infinite=np.zeros(n_groups, dtype=np.int64),
            counts=np.zeros((n_groups, bins.n_bins), dtype=np.int64),
            sums=np.zeros((n_groups, bins.n_bins if isinstance(bins, NumericBins) else 0)),
            total=np.zeros(n_groups),
            squares=np.zeros(n_groups),
            minimum=np.full(n_groups, np.nan),
            maximum=np.full(n_groups, np.nan),
            unseen=({},) * n_groups,
        )

    @property
    def n_groups(self) -> int:
        """Number of groups, W."""
        return len(self.n)

    @property
    def is_numeric(self) -> bool:
        """Whether the values are numbers."""
        return bool(self.sums.shape[1])

    @property
    def n_values(self) -> Integers:
        """Rows with a value, infinite ones left out: the sum of the counts; shape (W,)."""
        return self.n - self.missing - self.infinite

    @property
    def missing_share(self) -> Floats:
        """Share of rows without a value, shape (W,), in [0, 1]; NaN where there are no rows."""
        return _ratio(self.missing, self.n)

    @property
    def outside(self) -> Integers:
        """Rows whose value the reference never had, shape (W,).

        Numbers below its minimum or above its maximum, or infinite; texts that are not a category. For a
        reference without any value that is every value.
        """
        if not self.is_numeric:
            return self.counts[:, -1]
        if self.counts.shape[1] == 1:
            return self.counts[:, 0] + self.infinite
        return self.counts[:, 0] + self.counts[:, -1] + self.infinite

    @property
    def mean(self) -> Floats:
        """Mean of the finite values, shape (W,), in the column's unit; NaN where there are none, and for
        categories.
        """
        return _ratio(self.total, self.n_values if self.is_numeric else np.zeros_like(self.n))

    def variance(self, bins: NumericBins) -> Floats:
        """Population variance of the finite values, shape (W,), in the column's unit squared; NaN where there
        are none.

        squares / n - (mean - c)^2, with c the mean of the reference.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            spread = _ratio(self.squares, self.n_values) - (self.mean - bins.center) ** 2
        return np.maximum(spread, 0.0)

    def coarse_counts(self, bins: Bins) -> Integers:
        """Rows per decile bin or category, then other, then missing; shape (W, n_coarse + 2).

        Other is an infinite number, or a text that is not a category.
        """
        if not isinstance(bins, NumericBins):
            return np.column_stack((self.counts, self.missing))
        first = np.searchsorted(bins.coarse, np.arange(bins.n_coarse))
        return np.column_stack((np.add.reduceat(self.counts, first, axis=1), self.infinite, self.missing))

    def take(self, groups: Integers) -> Profiles:
        """Some of the groups, in the order asked for."""
        arrays = {name: getattr(self, name)[groups] for name in (*_ADDED, *_EXTREMES)}
        return Profiles(**arrays, unseen=tuple(self.unseen[group] for group in groups))

    def merge(self, groups: Integers, n_groups: int) -> Profiles:
        """Add groups up: group w becomes part of group groups[w] of the result, 0 to n_groups - 1.

        Of the unseen values, those that are not among the most frequent any more are counted without their
        names.
        """
        if len(groups) != self.n_groups:
            raise InvalidInput(
                f"There are {len(groups)} target groups for {self.n_groups} groups; each needs one."
            )
        order = np.argsort(groups, kind="stable")
        present, first = np.unique(groups[order], return_index=True)

        def reduced(name: str) -> NDArray[Any]:
            values = getattr(self, name)[order]
            combine, start = _EXTREMES.get(name, (np.add, 0))
            result = np.full((n_groups, *values.shape[1:]), start, dtype=values.dtype)
            if len(present):
                result[present] = combine.reduceat(values, first, axis=0)
            return result

        with np.errstate(over="ignore", invalid="ignore"):
            arrays = {name: reduced(name) for name in (*_ADDED, *_EXTREMES)}
        return Profiles(
            **arrays, unseen=_merged_unseen(zip(groups.tolist(), self.unseen, strict=True), n_groups)
        )

    def __add__(self, other: Profiles) -> Profiles:
        """Both sets of rows together, group by group."""
        arrays = {
            name: np.concatenate((getattr(self, name), getattr(other, name)))
            for name in (*_ADDED, *_EXTREMES)
        }
        both = Profiles(**arrays, unseen=self.unseen + other.unseen)
        return both.merge(
            np.concatenate((np.arange(self.n_groups), np.arange(other.n_groups))), self.n_groups
        )

    def to_arrow(self) -> pa.Table:
        """The profiles in the form in which they are stored (SCHEMA), one row per group."""
        group, place = np.nonzero(self.counts)
        offsets = np.concatenate(([0], np.cumsum(np.bincount(group, minlength=self.n_groups)))).astype(
            np.int32
        )
        nothing = np.full(self.n_groups, not self.is_numeric)
        return pa.table(
            {
                **{name: getattr(self, name) for name in ("n", "missing", "infinite")},
                "bins": _lists(offsets, place.astype(np.uint16)),
                "counts": _lists(offsets, self.counts[group, place].astype(np.uint64)),
                "sums": _lists(offsets, self.sums[group, place]) if self.is_numeric else [[]] * self.n_groups,
                **{name: pa.array(getattr(self, name), mask=nothing) for name in ("total", "squares")},
                **{name: pa.array(getattr(self, name), from_pandas=True) for name in _EXTREMES},
                "unseen_values": [list(values) for values in self.unseen],
                "unseen_counts": [list(values.values()) for values in self.unseen],
            },
            SCHEMA,
        )

    @classmethod
    def from_arrow(cls, table: pa.Table, bins: Bins, group_of_row: Integers, n_groups: int) -> Profiles:
        """Profiles from the form in which they are stored, merged: row i becomes part of group
        group_of_row[i].
        """
        stored = {name: table.column(name).to_numpy() for name in (*_SCALARS, *_EXTREMES)}
        lists = {name: table.column(name).combine_chunks() for name in ("bins", "counts", "sums")}
        rows = np.repeat(group_of_row, lists["bins"].value_lengths().to_numpy())
        cells = rows * bins.n_bins + lists["bins"].flatten().to_numpy()
        shape = (n_groups, bins.n_bins)

        # Without any entry bincount forgets that its weights are floats.
        def per_cell(name: str, dtype: type[np.generic]) -> NDArray[Any]:
            values = lists[name].flatten().to_numpy()
            added = np.bincount(cells, weights=values, minlength=shape[0] * shape[1])
            return added.astype(dtype).reshape(shape)

        def per_group(name: str, dtype: type[np.generic]) -> NDArray[Any]:
            return np.bincount(group_of_row, weights=stored[name], minlength=n_groups).astype(dtype)

        numeric = isinstance(bins, NumericBins)
        return cls(
            n=per_group("n", np.int64),
            missing=per_group("missing", np.int64),
            infinite=per_group("infinite", np.int64),
            counts=per_cell("counts", np.int64),
            sums=per_cell("sums", np.float64) if numeric else np.zeros((n_groups, 0)),
            total=per_group("total", np.float64) if numeric else np.zeros(n_groups),
            squares=per_group("squares", np.float64) if numeric else np.zeros(n_groups),
            minimum=_extreme("minimum", stored, group_of_row, n_groups),
            maximum=_extreme("maximum", stored, group_of_row, n_groups),
            unseen=_stored_unseen(table, group_of_row, n_groups),
        )


_SCALARS = ("n", "missing", "infinite", "total", "squares")
_ADDED = (*_SCALARS, "counts", "sums")
_EXTREMES = {"minimum": (np.fmin, np.nan), "maximum": (np.fmax, np.nan)}


def most_frequent(counts: Mapping[str, int]) -> Unseen:
    """The MAX_UNSEEN largest counts, the largest first and equals by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_UNSEEN])


def _merged_unseen(parts: Iterable[tuple[int, Unseen]], n_groups: int) -> tuple[Unseen, ...]:
    merged: list[Counter[str]] = [Counter() for _ in range(n_groups)]
    for group, unseen in parts:
        merged[group].update(unseen)
    return tuple(most_frequent(counts) for counts in merged)


def _stored_unseen(table: pa.Table, group_of_row: Integers, n_groups: int) -> tuple[Unseen, ...]:
    names, counts = (table.column(name).to_pylist() for name in ("unseen_values", "unseen_counts"))
    found = (
        (group, dict(zip(of_row, numbers, strict=True)))
        for group, of_row, numbers in zip(group_of_row.tolist(), names, counts, strict=True)
        if of_row
    )
    return _merged_unseen(found, n_groups)


def _lists(offsets: NDArray[np.int32], values: NDArray[Any]) -> pa.ListArray:
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values))


def _extreme(name: str, stored: Mapping[str, Floats], group_of_row: Integers, n_groups: int) -> Floats:
    combine, start = _EXTREMES[name]
    result = np.full(n_groups, start)
    combine.at(result, group_of_row, stored[name])
    return result


def _ratio(part: NDArray[Any], whole: Integers) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))
