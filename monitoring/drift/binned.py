"""What every drift method reads: a column's counts per window in the bins of its reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Kind = Literal["numeric", "categorical"]


@dataclass(frozen=True, slots=True)
class FineBins:
    """The finite values of a numeric column in many ordered bins.

    counts: finite values per bin, shape (..., K), bins from small to large. sums: their sums, shape (..., K).
    atoms: which bins can hold a single value only, shape (K,). std: standard deviation (ddof 0) of the finite
    values, shape (...) of the windows; 0 where they are all equal.
    """

    counts: npt.NDArray[np.int64]
    sums: FloatArray
    atoms: BoolArray
    std: FloatArray

    def __post_init__(self) -> None:
        if self.counts.shape != self.sums.shape:
            raise ValueError(
                f"Counts of shape {self.counts.shape!r} need sums of that shape, not {self.sums.shape!r}."
            )
        if self.atoms.shape != self.counts.shape[-1:]:
            raise ValueError(f"Bins {self.counts.shape[-1:]!r} need as many atoms, not {self.atoms.shape!r}.")
        if self.std.shape != self.counts.shape[:-1]:
            raise ValueError(
                f"Windows {self.counts.shape[:-1]!r} need a standard deviation each, not {self.std.shape!r}."
            )


@dataclass(frozen=True, slots=True)
class Binned:
    """A column's distribution per window, in the bins of its reference.

    counts: rows per bin, shape (..., B), in the order [coarse bins or categories..., other, missing]. values:
    the fine bins; numeric columns only. distinct: number of distinct values that are not missing, shape (...)
    of the windows; categorical columns only. Exactly one of the two is there, and it says the column's kind.
    """

    counts: npt.NDArray[np.int64]
    values: FineBins | None = None
    distinct: npt.NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        if (self.values is None) == (self.distinct is None):
            raise ValueError(
                "A numeric column has fine bins, a categorical one distinct counts: exactly one of them."
            )
        windows = self.counts.shape[:-1]
        beside = self.distinct.shape if self.distinct is not None else self.fine.counts.shape[:-1]
        if windows != beside:
            raise ValueError(f"Counts are of windows {windows!r}, but what stands beside them of {beside!r}.")

    @property
    def kind(self) -> Kind:
        """Whether the column's values are ordered numbers or names."""
        return "categorical" if self.values is None else "numeric"

    @property
    def fine(self) -> FineBins:
        """The fine bins of a numeric column; ValueError for a categorical one."""
        if self.values is None:
            raise ValueError("A categorical column has no fine bins: this method is for numeric columns.")
        return self.values

    @property
    def cardinality(self) -> npt.NDArray[np.int64]:
        """The distinct counts of a categorical column; ValueError for a numeric one."""
        if self.distinct is None:
            raise ValueError(
                "A numeric column has no distinct counts: this method is for categorical columns."
            )
        return self.distinct


def paired_counts(reference: npt.ArrayLike, current: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Counts of both as floats, checked: the same bins on the last axis, none negative or not finite.

    Raises ValueError otherwise.
    """
    r, c = np.asarray(reference, dtype=np.float64), np.asarray(current, dtype=np.float64)
    if r.shape[-1:] != c.shape[-1:] or 0 in (r.ndim, c.ndim, *r.shape[-1:]):
        raise ValueError(
            f"Counts of shapes {r.shape!r} and {c.shape!r} are not in the same bins: "
            "the last axes must be equal and at least 1."
        )
    for counts in (r, c):
        # NaN fails this comparison too, so that one pass over the counts finds both.
        if counts.size and not (counts.min() >= 0 and np.isfinite(counts.max())):
            raise ValueError(
                f"Counts must be finite and not negative, not {counts.min()!r} to {counts.max()!r}."
            )
    return r, c


def shares(counts: FloatArray) -> FloatArray:
    """Share of the rows in each bin, shape (..., B); NaN where there are no rows."""
    total = counts.sum(axis=-1, keepdims=True)
    share: FloatArray = np.divide(counts, total, out=np.full_like(counts, np.nan), where=total > 0)
    return share


def smoothed_shares(counts: FloatArray) -> FloatArray:
    """Shares with half a row added to each bin, (c + 0.5) / (n + 0.5 B), shape (..., B); NaN without rows."""
    total = counts.sum(axis=-1, keepdims=True)
    smoothed: FloatArray = (counts + 0.5) / np.where(total > 0, total + 0.5 * counts.shape[-1], np.nan)
    return smoothed
