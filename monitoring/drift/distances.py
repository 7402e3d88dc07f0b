"""Distances between distributions over bins that need no order: categories, deciles, other and missing.

All functions take counts of the reference, shape (B,) or (..., B), and of the current windows, shape (...,
B), in the same bins, and return one number per window, shape (...). NaN is undefined: a side without rows.
ValueError is wrong input: other bins, negative counts. p is the reference's share of a bin, q the current
one's.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import entr, rel_entr

from monitoring.drift.binned import FloatArray, paired_counts, shares, smoothed_shares


def psi(reference: npt.ArrayLike, current: npt.ArrayLike) -> FloatArray:
    """Population stability index: sum of (q - p) ln(q / p), half a row added to every bin of both.

    In [0, inf), 0 for equal counts, symmetric. Undefined where a side has no rows. Lewis (1994), Yurdakul
    (2018).

    >>> round(float(psi([50, 50], [90, 10])), 4)
    0.8531
    """
    p, q = (smoothed_shares(counts) for counts in paired_counts(reference, current))
    index: FloatArray = ((q - p) * np.log(q / p)).sum(axis=-1)
    return index


def jensen_shannon(reference: npt.ArrayLike, current: npt.ArrayLike) -> FloatArray:
    """Jensen-Shannon distance, base 2: square root of the mean divergence of p and q from their middle.

    In [0, 1], 0 for equal shares, 1 for no bin in common, a metric. Undefined where a side has no rows. Lin
    (1991), Endres and Schindelin (2003).

    >>> round(float(jensen_shannon([50, 50], [100, 0])), 4)
    0.5579
    """
    p, q = (shares(counts) for counts in paired_counts(reference, current))
    middle = (p + q) / 2
    nats = (rel_entr(p, middle).sum(axis=-1) + rel_entr(q, middle).sum(axis=-1)) / 2
    distance: FloatArray = np.sqrt(np.clip(nats / math.log(2), 0.0, 1.0))
    return distance


def kullback_leibler(reference: npt.ArrayLike, current: npt.ArrayLike) -> FloatArray:
    """Kullback-Leibler divergence of the current from the reference, in nats: sum of q ln(q / p).

    In [0, inf), 0 for equal shares, not symmetric. A bin that is empty now adds nothing. Where rows fall into
    a bin that is empty in the reference the sum would be infinite: in such a window every bin of both gets
    half a row more, as in `psi`. Undefined where a side has no rows. Kullback and Leibler (1951).

    >>> round(float(kullback_leibler([50, 50], [100, 0])), 4)
    0.6931
    """
    r, c = paired_counts(reference, current)
    new = ((r == 0) & (c > 0)).any(axis=-1, keepdims=True)
    p = np.where(new, smoothed_shares(r), shares(r))
    q = np.where(new, smoothed_shares(c), shares(c))
    # Rounding may leave -1e-17 where the shares are equal.
    divergence: FloatArray = np.maximum(rel_entr(q, p).sum(axis=-1), 0.0)
    return divergence


def hellinger(reference: npt.ArrayLike, current: npt.ArrayLike) -> FloatArray:
    """Hellinger distance: square root of half the sum of (sqrt p - sqrt q) squared.

    In [0, 1], 0 for equal shares, 1 for no bin in common, a metric. Undefined where a side has no rows.
    Hellinger (1909).

    >>> round(float(hellinger([50, 50], [100, 0])), 4)
    0.5412
    """
    p, q = (shares(counts) for counts in paired_counts(reference, current))
    squares = np.square(np.sqrt(p) - np.sqrt(q)).sum(axis=-1)
    distance: FloatArray = np.sqrt(np.minimum(squares / 2, 1.0))
    return distance


def total_variation(reference: npt.ArrayLike, current: npt.ArrayLike) -> FloatArray:
    """Total variation distance: half the sum of |q - p|, the share of rows that would have to change bins.

    In [0, 1], 0 for equal shares, 1 for no bin in common, a metric. Undefined where a side has no rows.
    Levin, Peres and Wilmer (2009).

    >>> float(total_variation([50, 50], [75, 25]))
    0.25
    """
    p, q = (shares(counts) for counts in paired_counts(reference, current))
    distance: FloatArray = np.minimum(np.abs(q - p).sum(axis=-1) / 2, 1.0)
    return distance


def l_infinity(reference: npt.ArrayLike, current: npt.ArrayLike) -> FloatArray:
    """L-infinity distance: the largest |q - p| of any bin.

    In [0, 1], 0 for equal shares, a metric. Undefined where a side has no rows. Breck et al. (2019).

    >>> float(l_infinity([50, 25, 25], [25, 25, 50]))
    0.25
    """
    p, q = (shares(counts) for counts in paired_counts(reference, current))
    distance: FloatArray = np.abs(q - p).max(axis=-1)
    return distance


def chi2(reference: npt.ArrayLike, current: npt.ArrayLike) -> FloatArray:
    """Pearson's chi-squared statistic of the two-row table of counts, without continuity correction.

    n m / (n + m) times the sum of (q - p) squared over the share of both together; bins that are empty on
    both sides add nothing. In [0, n + m], 0 for equal shares, symmetric; it grows with the number of rows, so
    it is no effect. Undefined where a side has no rows. Pearson (1900).

    >>> round(float(chi2([50, 50], [60, 40])), 4)
    2.0202
    """
    r, c = paired_counts(reference, current)
    n, m = r.sum(axis=-1), c.sum(axis=-1)
    both = (r + c) / np.where(n + m > 0, n + m, np.nan)[..., np.newaxis]
    difference = np.square(shares(c) - shares(r))
    terms = np.divide(difference, both, out=np.zeros_like(difference), where=both != 0)
    statistic: FloatArray = terms.sum(axis=-1) * (n * m) / np.where(n + m > 0, n + m, np.nan)
    return statistic


def entropy_change(reference: npt.ArrayLike, current: npt.ArrayLike) -> FloatArray:
    """Change of Shannon's entropy over the bins, current minus reference, in nats.

    In [-ln B, ln B], 0 for equal shares and for shares that only swapped bins. Negative: rows concentrate on
    fewer bins. Undefined where a side has no rows. Shannon (1948).

    >>> round(float(entropy_change([50, 50], [100, 0])), 4)
    -0.6931
    """
    p, q = (shares(counts) for counts in paired_counts(reference, current))
    change: FloatArray = entr(q).sum(axis=-1) - entr(p).sum(axis=-1)
    return change


def cardinality_change(reference: npt.ArrayLike, current: npt.ArrayLike) -> FloatArray:
    """Change of the number of distinct values, current minus reference.

    Takes distinct counts, shape (...), not counts per bin. In (-inf, inf), 0 for no change. A window without
    rows has no distinct values. ValueError for negative counts.

    >>> cardinality_change(3, [4, 3, 1])
    array([ 1.,  0., -2.])
    """
    before, now = np.asarray(reference, dtype=np.float64), np.asarray(current, dtype=np.float64)
    if (before < 0).any() or (now < 0).any():
        raise ValueError("Distinct counts must not be negative.")
    change: FloatArray = now - before
    return change
