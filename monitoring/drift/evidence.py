"""How sure a change of distribution is: p-values that hold for small windows, ties and rare categories.

The null hypothesis is that the rows of both sides are independent draws from one distribution. Rows that come
in bursts or follow one another break it: then p-values are too small, whatever the test.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import kolmogorov
from scipy.stats import false_discovery_control

from monitoring.drift.binned import Binned, FloatArray, paired_counts
from monitoring.drift.contingency import categories_pvalues, new_bin_pvalue, ordered_pvalue, share_pvalue
from monitoring.drift.ordered import kolmogorov_smirnov


def drift_pvalue(reference: Binned, current: Binned) -> FloatArray:
    """p-value of a change between the reference and each window, shape (...), in [0, 1]; small is sure.

    Several tests look at what each sees best, and the smallest p-value is multiplied by their number
    (Bonferroni): the share of missing values; numeric columns: the share of infinite values, the shares of
    coarse bins (chi-squared), fine bins in their order (Kolmogorov-Smirnov) and fine bins that the reference
    leaves empty; categorical ones: the shares of categories (chi-squared), of rare ones and of unseen ones. A
    test that has nothing to compare is not counted; 1 where none has. Undefined (NaN) where a side has no
    rows.
    """
    r, c = np.broadcast_arrays(*paired_counts(reference.counts, current.counts))
    n, m = r.sum(axis=-1), c.sum(axis=-1)
    tests = [share_pvalue(r[..., -1], n, c[..., -1], m)]
    if current.kind == "categorical":
        tests += categories_pvalues(r[..., :-1], c[..., :-1])
    else:
        tests += [
            share_pvalue(r[..., -2], n, c[..., -2], m),
            ordered_pvalue(r[..., :-2], c[..., :-2]),
            values_pvalue(reference.fine.counts, current.fine.counts),
            new_bin_pvalue(reference.fine.counts, current.fine.counts),
        ]
    pvalues = np.stack(np.broadcast_arrays(*tests))
    counted = np.maximum((~np.isnan(pvalues)).sum(axis=0), 1)
    smallest = np.fmin.reduce(pvalues, axis=0, initial=1.0)
    return np.where((n > 0) & (m > 0), np.minimum(1.0, counted * smallest), np.nan)


def values_pvalue(reference: npt.ArrayLike, current: npt.ArrayLike) -> FloatArray:
    """p-value of the two-sample Kolmogorov-Smirnov test on fine bins, counts of shape (K,) and (..., K).

    Q(sqrt(n m / (n + m)) D) with Kolmogorov's limit Q. Small samples, ties (Noether, 1963) and the sight of
    edges only all make the true p-value smaller: it errs on the safe side. Undefined (NaN) where a side has
    no finite values. Smirnov (1948).
    """
    r, c = paired_counts(reference, current)
    n, m = r.sum(axis=-1), c.sum(axis=-1)
    effective = n * m / np.maximum(n + m, 1)
    pvalue: FloatArray = kolmogorov(np.sqrt(effective) * kolmogorov_smirnov(r, c))
    return pvalue


def false_discovery_adjust(pvalues: FloatArray) -> FloatArray:
    """q-values: p-values adjusted for the number of columns, which stand on the first axis.

    Shape (columns, ...). Columns with q below a level are drifted with that expected share of false
    discoveries. NaN stays NaN and counts as no column. Benjamini and Hochberg (1995).
    """
    if pvalues.size == 0:
        return pvalues.copy()
    flat = pvalues.reshape(len(pvalues), -1)
    adjusted = np.full_like(flat, np.nan)
    patterns, pattern_of = np.unique(~np.isnan(flat), axis=1, return_inverse=True)
    for index, defined in enumerate(patterns.T):
        there = np.ix_(defined, pattern_of == index)
        adjusted[there] = false_discovery_control(flat[there], axis=0)
    return adjusted.reshape(pvalues.shape)
