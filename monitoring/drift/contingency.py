"""Tests of whether two sides have the same shares: chi-squared where bins are filled, exact elsewhere.

All functions take counts of the reference, shape (B,) or (..., B), and of the current windows, shape (...,
B), and return one p-value per window, shape (...). NaN is undefined: nothing to compare.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc
from scipy.stats import hypergeom

from monitoring.drift.binned import BoolArray, FloatArray, paired_counts

SMALLEST_EXPECTED = 5.0
"""Bins in which fewer rows than this are expected are pooled before a chi-squared test. Cochran (1954)."""

FEW_FOR_EXACT = 25.0
"""A single share is tested exactly below this: comparing many columns reads p-values far down the tail."""


def ordered_pvalue(reference: npt.ArrayLike, current: npt.ArrayLike) -> FloatArray:
    """Chi-squared test of the shares of ordered bins, such as deciles.

    Neighbours are pooled, from the left, until the smaller side has at least 5 rows to expect by the
    reference's shares. By those alone: bins at the reference's quantiles have a fixed count there, so that
    the sum of both sides would tell the current count, and pooling by it would pick the bins that fit.
    Undefined where fewer than two bins are left. Pearson (1900), Cochran (1954).
    """
    r, c = np.broadcast_arrays(*paired_counts(reference, current))
    n, m = r.sum(axis=-1, keepdims=True), c.sum(axis=-1, keepdims=True)
    groups = _neighbours(r * np.minimum(1.0, m / np.maximum(n, 1)))
    member = groups[..., np.newaxis, :] == np.arange(r.shape[-1])[:, np.newaxis]
    return _chi2_pvalue(*((member * counts[..., np.newaxis, :]).sum(axis=-1) for counts in (r, c)))


def categories_pvalues(reference: npt.ArrayLike, current: npt.ArrayLike) -> list[FloatArray]:
    """Tests of the shares of categories, the last bin being all others: chi-squared, rare ones, unseen ones.

    Chi-squared: categories in which the smaller side has fewer than 5 rows to expect, by the shares of both
    sides together, are pooled with the others to a rest. Is the rest still too small, it joins the smallest
    category left, where it would drown. Rare ones: so it then gets an exact test of its own. Unseen ones:
    rows of other categories, against what the reference shows to be usual. Pearson (1900), Cochran (1954),
    Fisher (1935).
    """
    r, c = np.broadcast_arrays(*paired_counts(reference, current))
    n, m = r.sum(axis=-1, keepdims=True), c.sum(axis=-1, keepdims=True)
    expected = (r + c) * np.minimum(n, m) / np.maximum(n + m, 1)
    last = np.arange(r.shape[-1]) == r.shape[-1] - 1
    pooled = (expected < SMALLEST_EXPECTED) | last
    rest_r, rest_c, rest_expected = (
        np.where(pooled, counts, 0.0).sum(axis=-1, keepdims=True) for counts in (r, c, expected)
    )
    thin = rest_expected < SMALLEST_EXPECTED
    # Where all are pooled, the smallest one left is any of them, and the rest is the only bin.
    smallest = np.where(pooled, np.inf, expected).argmin(axis=-1)[..., np.newaxis]
    host = thin & (np.arange(r.shape[-1]) == smallest)
    by_shares = _chi2_pvalue(
        *(
            np.concatenate([np.where(pooled, 0.0, counts) + host * rest, ~thin * rest], axis=-1)
            for counts, rest in ((r, rest_r), (c, rest_c))
        )
    )
    n, m, rest_r, rest_c, thin = (array[..., 0] for array in (n, m, rest_r, rest_c, thin))
    by_rest = np.where(thin, share_pvalue(rest_r, n, rest_c, m), np.nan)
    by_unseen = _unseen_pvalue(r, c)
    return [by_shares, by_rest, by_unseen]


def new_bin_pvalue(reference: npt.ArrayLike, current: npt.ArrayLike) -> FloatArray:
    """Test of the fullest bin that the reference leaves empty: the first other value of a constant, say.

    k (m / (n + m))^t, where t current rows are in that bin and k bins have rows: the chance that none of t
    rows is the reference's, times the number of bins it could have happened in (Bonferroni). Undefined where
    no row is in such a bin, or a side has no rows.
    """
    r, c = np.broadcast_arrays(*paired_counts(reference, current))
    n, m = r.sum(axis=-1), c.sum(axis=-1)
    fullest = np.where(r == 0, c, 0.0).max(axis=-1)
    n_bins = (r + c > 0).sum(axis=-1)
    chance = np.minimum(1.0, n_bins * (m / np.maximum(n + m, 1)) ** fullest)
    return np.where((fullest > 0) & (n > 0), chance, np.nan)


def share_pvalue(found_r: FloatArray, n: FloatArray, found_c: FloatArray, m: FloatArray) -> FloatArray:
    """Two-sided test of found_c of m rows against found_r of n, arrays of shape (...).

    Exact, by doubling (Fisher, 1935), where a cell of the table has fewer than 25 rows to expect, else
    chi-squared. Undefined where no row of either side is found, or all are.
    """
    found, rows = found_r + found_c, n + m
    expected = np.minimum(found, rows - found) * np.minimum(n, m) / np.maximum(rows, 1)
    more = found_c * n >= found_r * m
    larger, of = np.where(more, found_c, found_r), np.where(more, m, n)
    few = (expected < FEW_FOR_EXACT) & (found > 0) & (found < rows)
    exact = np.minimum(1.0, 2.0 * _at_least(larger, of, found, rows, few))
    table = (np.stack([a, of_a - a], axis=-1) for a, of_a in ((found_r, n), (found_c, m)))
    return np.where(few, exact, _chi2_pvalue(*table))


def _unseen_pvalue(r: FloatArray, c: FloatArray) -> FloatArray:
    """Exact test of the rows in the last bin, all other categories, against those that are usual.

    Its own, one for each category of a single row, which would be unseen without that row (Good, 1953), and
    one more because that is a guess. Rows of one unseen category come together, about 1 + m / n at a time,
    and count as one.
    """
    n, m = r.sum(axis=-1), c.sum(axis=-1)
    usual = r[..., -1] + (r[..., :-1] == 1).sum(axis=-1) + 1
    alone = n / np.maximum(n + m, 1)
    found, drawn = np.rint(c[..., -1] * alone), np.rint(m * alone)
    return _at_least(found, drawn, found + usual, n + drawn + 1, (c[..., -1] > 0) & (n > 0))


def _at_least(
    found: FloatArray, drawn: FloatArray, of: FloatArray, rows: FloatArray, where: BoolArray
) -> FloatArray:
    """Probability that `drawn` of all rows hold at least `found` of the `of` rows; NaN outside `where`."""
    probability = np.full(where.shape, np.nan)
    if where.any():
        x, total, good, n = (np.broadcast_to(a, where.shape)[where] for a in (found, rows, of, drawn))
        probability[where] = hypergeom.sf(x - 1, total, good, n)
    return probability


def _neighbours(expected: FloatArray) -> npt.NDArray[np.int64]:
    """Number of each bin's group: every group expects enough rows, the last one takes what is left."""
    groups = np.zeros(expected.shape, dtype=np.int64)
    group = np.zeros(expected.shape[:-1], dtype=np.int64)
    filled = np.zeros(expected.shape[:-1])
    for index in range(expected.shape[-1]):
        groups[..., index] = group
        filled = filled + expected[..., index]
        full = filled >= SMALLEST_EXPECTED
        group = group + full
        filled = np.where(full, 0.0, filled)
    return np.minimum(groups, np.maximum(group - 1, 0)[..., np.newaxis])


def _chi2_pvalue(r: FloatArray, c: FloatArray) -> FloatArray:
    n, m = r.sum(axis=-1, keepdims=True), c.sum(axis=-1, keepdims=True)
    total = r + c
    surprise = np.square(c * n - r * m)
    terms = np.divide(surprise, total, out=np.zeros_like(total), where=total > 0)
    statistic = terms.sum(axis=-1) / np.maximum((n * m)[..., 0], 1)
    freedom = (total > 0).sum(axis=-1) - 1
    return np.where(freedom > 0, chdtrc(np.maximum(freedom, 1), statistic), np.nan)
