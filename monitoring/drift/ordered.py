"""Distances between the finite values of numeric columns, from fine bins whose order counts.

All functions return one number per window, shape (...). NaN is undefined: a side without finite values.
ValueError is wrong input. Missing and infinite values are no numbers: the distances over coarse bins see
them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from monitoring.drift.binned import BoolArray, FineBins, FloatArray, paired_counts, shares


def kolmogorov_smirnov(reference: npt.ArrayLike, current: npt.ArrayLike) -> FloatArray:
    """Kolmogorov-Smirnov distance: the largest gap between the distribution functions at the edges of bins.

    Counts of shape (K,) and (..., K). In [0, 1], 0 for equal shares, symmetric, the same for every increasing
    transformation of the values. At most `kolmogorov_smirnov_bound` below the distance of the values
    themselves. Undefined where a side has no finite values. Smirnov (1948).

    >>> float(kolmogorov_smirnov([25, 25, 25, 25], [0, 50, 25, 25]))
    0.25
    """
    distance: FloatArray = np.abs(_gaps(*paired_counts(reference, current))).max(axis=-1)
    return distance


def kolmogorov_smirnov_bound(
    reference: npt.ArrayLike, current: npt.ArrayLike, atoms: BoolArray
) -> FloatArray:
    """The most by which the Kolmogorov-Smirnov distance of the values can exceed the one seen at the edges.

    Inside a bin of shares p and q the gap runs at most min(p, q) beyond the larger one of its two edges, and
    inside an atom, a bin of a single value, it has no room at all: the bound is the largest min(p, q) of a
    bin that is no atom. In [0, 1], 0 where every bin is an atom. Undefined where a side has no finite values.

    >>> float(kolmogorov_smirnov_bound([60, 20, 20], [50, 30, 20], np.array([True, False, False])))
    0.2
    """
    p, q = (shares(counts) for counts in paired_counts(reference, current))
    bound: FloatArray = (np.minimum(p, q) * ~atoms).max(axis=-1)
    return bound


def wasserstein(reference: FineBins, current: FineBins) -> FloatArray:
    """Wasserstein-1 distance: the area between the distribution functions, each bin's rows at their own mean.

    How far a row moves on average, in the column's unit. In [0, inf), 0 for equal counts and sums, symmetric.
    Taking rows at the means of their bins loses at most what rows scatter inside bins. Undefined where a side
    has no finite values or sums overflow. Vallender (1974).
    """
    r, c = paired_counts(reference.counts, current.counts)
    gap = _gaps(r, c)
    # An empty bin has no mean (0 / 0), and values near the largest float may overflow: both are sorted out
    # below.
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        before, now = reference.sums / r, current.sums / c
        first, last = np.fmin(before, now), np.fmax(before, now)
        origin = np.fmin.reduce(first, axis=-1, keepdims=True)
        # Where no row is, the road has no length: the bin begins and ends where the one before it ended. The
        # running maximum also mends means that rounding put an ulp outside their bin.
        end = np.fmax(np.fmax.accumulate(last, axis=-1), origin)
        previous_end = np.concatenate([origin, end[..., :-1]], axis=-1)
        begin = np.fmax(first, previous_end)
        # Between the two means of a bin only the side that comes first has been counted.
        n, m = r.sum(axis=-1, keepdims=True), c.sum(axis=-1, keepdims=True)
        inside = gap + np.where(before < now, c / m, -r / n)
        area = (np.abs(inside) * (end - begin)).sum(axis=-1)
        area = area + (np.abs(gap[..., :-1]) * (begin - previous_end)[..., 1:]).sum(axis=-1)
    return np.where(np.isfinite(area), area, np.nan)


def wasserstein_normalised(reference: FineBins, current: FineBins) -> FloatArray:
    """Wasserstein-1 distance in standard deviations (ddof 0) of the reference.

    In [0, inf), 0 for equal counts and sums, not symmetric. Undefined for a constant reference, and where
    `wasserstein` is.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        mean = reference.sums.sum(axis=-1) / np.maximum(reference.counts.sum(axis=-1), 1)
        # The deviation of equal values is rounding, not spread.
        constant = ~(reference.std > 4 * np.spacing(np.abs(mean)))
    distance: FloatArray = wasserstein(reference, current) / np.where(constant, np.nan, reference.std)
    return distance


def _gaps(reference: FloatArray, current: FloatArray) -> FloatArray:
    """Reference minus current distribution function at each bin's upper edge; NaN without values."""
    before, now = reference.cumsum(axis=-1), current.cumsum(axis=-1)
    n, m = before[..., -1:], now[..., -1:]
    gaps: FloatArray = before / np.where(n > 0, n, np.nan) - now / np.where(m > 0, m, np.nan)
    return gaps
