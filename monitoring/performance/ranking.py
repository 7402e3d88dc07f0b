"""How well scores put the positives above the negatives."""

from __future__ import annotations

import math

import numpy as np

from monitoring.performance.intervals import Estimate, Reason, on_logit_scale, undefined
from monitoring.performance.scores import ScoreCounts
from monitoring.performance.sums import FloatArray


def roc_auc(counts: ScoreCounts) -> Estimate:
    """Probability that a random positive scores above a random negative, a tie counting half.

    That is the area under the ROC curve: in [0, 1], 0.5 for no ranking at all, 1 best. Undefined with one
    class only. Not further than `counts.auc_bound` from that of the rows. Interval: DeLong's variance,
    carried to the log-odds, with Student's quantile for the rows of the smaller class. Hanley and McNeil
    (1982); DeLong et al. (1988).

    >>> roc_auc(ScoreCounts.from_rows([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).value
    0.75
    """
    negatives, positives = counts.n_negatives, counts.n_positives
    if not (negatives and positives):
        return undefined(Reason.ONE_CLASS)
    below = np.cumsum(counts.negatives) * 2 - counts.negatives
    # Twice the pairs that are in order: a whole number, so that nothing is rounded before the division.
    area = int(counts.positives @ below) / (2 * negatives * positives)
    smaller = min(negatives, positives)
    return on_logit_scale(area, math.sqrt(_auc_variance(counts, area)) if smaller > 1 else math.nan, smaller)


def _auc_variance(counts: ScoreCounts, area: float) -> float:
    """DeLong's variance from counts: the spread of each row's own share of the other class that it beats."""
    negatives, positives = counts.n_negatives, counts.n_positives
    beaten = (np.cumsum(counts.negatives) - counts.negatives / 2) / negatives
    beating = (positives - np.cumsum(counts.positives) + counts.positives / 2) / positives
    of_positives = float(counts.positives @ (beaten - area) ** 2) / (positives - 1)
    of_negatives = float(counts.negatives @ (beating - area) ** 2) / (negatives - 1)
    return of_positives / positives + of_negatives / negatives


def average_precision(counts: ScoreCounts) -> Estimate:
    """Mean over the positives of the precision among the rows that score at least as high.

    In [0, 1], 1 best, the share of positives for no ranking at all. Undefined with one class only. Scores
    that were grouped are taken to lie in any order: precision in the middle of the group;
    `average_precision_bound` says how far that can be from the rows'. Interval: the variance of the
    first-order influence of each row (infinitesimal jackknife), carried to the log-odds, with Student's
    quantile for the number of positives. Jaeckel (1972); Boyd, Eng and Page (2013).

    >>> round(average_precision(ScoreCounts.from_rows([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).value, 6)
    0.833333
    """
    if not (counts.n_negatives and counts.n_positives):
        return undefined(Reason.ONE_CLASS)
    hits, rows = _from_the_top(counts)
    members = counts.negatives + counts.positives
    hits = np.where(counts.grouped, hits - (counts.positives - 1) / 2, hits)
    rows = np.where(counts.grouped, rows - (members - 1) / 2, rows)
    precision = hits / rows
    value = float(counts.positives @ precision) / counts.n_positives
    # One more row at a score changes the precision at every positive of that score or below.
    gained = np.cumsum(counts.positives * (1 - precision) / rows)
    lost = np.cumsum(counts.positives * precision / rows)
    spread = counts.positives @ (precision - value + gained) ** 2 + counts.negatives @ lost**2
    return on_logit_scale(min(1.0, value), math.sqrt(spread) / counts.n_positives, counts.n_positives)


def average_precision_bound(counts: ScoreCounts) -> float:
    """How far average_precision can be from that of the rows: 0 where nothing was grouped, NaN with one class
    only.

    At any threshold grouping changed the positives above it by at most reach_positives and the negatives by
    at most reach_negatives. So the precision there lies between two step functions of the threshold; and
    averaging one over the true scores of the positives instead of the grouped ones changes it by at most
    reach_positives times its total variation.
    """
    value = average_precision(counts).value
    if math.isnan(value) or not counts.grouped.any():
        return 0.0 if not math.isnan(value) else math.nan
    hits, rows = _from_the_top(counts)
    misses = rows - hits
    most, least = hits + counts.reach_positives, np.maximum(hits - counts.reach_positives, 0)
    high = _share(most, np.maximum(misses - counts.reach_negatives, 0))
    low = _share(least, misses + counts.reach_negatives)
    above = _mean_over_positives(counts, high) + _shifted(counts, np.append(high, 1.0)) - value
    below = value - _mean_over_positives(counts, low) + _shifted(counts, np.append(low, 0.0))
    return min(1.0, max(above, below))


def _from_the_top(counts: ScoreCounts) -> tuple[FloatArray, FloatArray]:
    """Positives, and all rows, that score at least as high, per score."""
    hits = np.cumsum(counts.positives[::-1])[::-1]
    return hits.astype(np.float64), (hits + np.cumsum(counts.negatives[::-1])[::-1]).astype(np.float64)


def _share(hits: FloatArray, misses: FloatArray) -> FloatArray:
    """Hits among all; 0 where there are neither."""
    shares: FloatArray = np.divide(hits, hits + misses, out=np.zeros_like(hits), where=hits > 0)
    return shares


def _mean_over_positives(counts: ScoreCounts, values: FloatArray) -> float:
    return float(counts.positives @ values) / counts.n_positives


def _shifted(counts: ScoreCounts, steps: FloatArray) -> float:
    return counts.reach_positives * float(np.abs(np.diff(steps)).sum()) / counts.n_positives
