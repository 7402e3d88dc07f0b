"""Whether a predicted probability comes true as often as it says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.performance.intervals import Estimate, Reason, student, undefined, wilson, without_interval
from monitoring.performance.scores import ScoreCounts
from monitoring.performance.sums import ExactSum, FloatArray, IntArray, exact_dot

N_BINS = 10
EDGES = np.linspace(0.0, 1.0, N_BINS + 1)
"""Bins are right-closed, (a, b], and 0 belongs to the first: as scikit-learn's calibration_curve has them."""


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationBins:
    """Rows with truth in ten equally wide bins of their score.

    rows, positives: shape (10,). scores: sum of the scores in each bin.
    """

    rows: IntArray
    positives: IntArray
    scores: tuple[ExactSum, ...]

    @classmethod
    def of(cls, counts: ScoreCounts) -> CalibrationBins:
        """Bins of scores in [0, 1] that were not grouped; any other score is left out."""
        inside = np.searchsorted(EDGES[1:-1], counts.scores, side="left")
        inside[(counts.scores < 0) | (counts.scores > 1)] = N_BINS
        cuts = [np.flatnonzero(inside == index) for index in range(N_BINS)]
        rows = counts.negatives + counts.positives
        return cls(
            np.array([rows[cut].sum() for cut in cuts], np.int64),
            np.array([counts.positives[cut].sum() for cut in cuts], np.int64),
            tuple(exact_dot(counts.scores[cut], rows[cut]) for cut in cuts),
        )

    @classmethod
    def merge(cls, parts: Sequence[CalibrationBins]) -> CalibrationBins:
        """All rows together."""
        zero = np.zeros(N_BINS, np.int64)
        return cls(
            sum((part.rows for part in parts), zero),
            sum((part.positives for part in parts), zero),
            tuple(ExactSum.merge(part.scores[index] for part in parts) for index in range(N_BINS)),
        )

    @property
    def n(self) -> int:
        """All rows."""
        return int(self.rows.sum())

    @property
    def mean_score(self) -> FloatArray:
        """Mean score per bin, shape (10,); NaN where a bin has no rows."""
        return self._per_row(np.array([each.value for each in self.scores]))

    @property
    def share_positive(self) -> FloatArray:
        """Share of positives per bin, shape (10,); NaN where a bin has no rows."""
        return self._per_row(self.positives.astype(np.float64))

    def _per_row(self, sums: FloatArray) -> FloatArray:
        rates: FloatArray = np.divide(sums, self.rows, out=np.full(N_BINS, math.nan), where=self.rows > 0)
        return rates


@dataclass(frozen=True, slots=True)
class ReliabilityPoint:
    """A bin of the reliability curve: mean score, share of positives with Wilson's interval, rows."""

    mean_score: float
    share_positive: float
    lower: float
    upper: float
    n: int


def reliability(bins: CalibrationBins) -> list[ReliabilityPoint]:
    """The reliability curve, bins without rows left out."""
    return [
        ReliabilityPoint(float(score), float(share), *wilson(float(share), int(n)), int(n))
        for score, share, n in zip(bins.mean_score, bins.share_positive, bins.rows, strict=True)
        if n
    ]


def expected_calibration_error(bins: CalibrationBins, squared_error: float) -> Estimate:
    """Mean distance between share of positives and mean score, over ten bins weighted by their rows.

    sum_b n_b / n |share of positives in b - mean score in b|, in [0, 1], 0 best. Undefined without rows.
    squared_error: the mean over the same rows of (truth - score)^2, that is the Brier score.

    Interval: given the sign of each bin's gap, the error is the mean over rows of sign (truth - score), whose
    variance is squared_error - error^2. Noise alone makes every gap positive; so the lower bound is lowered
    by what noise gives to the bins whose gap is within two standard errors of none. Naeini, Cooper and
    Hauskrecht (2015).
    """
    n = bins.n
    if n == 0:
        return undefined(Reason.NO_SCORE)
    scores = np.array([each.value for each in bins.scores])
    gaps = np.abs(bins.positives - scores) / n
    value = float(gaps.sum())
    if n == 1:
        return without_interval(value, Reason.TOO_FEW_ROWS)
    half = student(n) * math.sqrt(max(0.0, squared_error - value**2) / (n - 1))
    share = np.divide(scores, bins.rows, out=np.zeros(N_BINS), where=bins.rows > 0)
    noise = np.sqrt(bins.rows * share * (1 - share)) / n
    by_chance = math.sqrt(2 / math.pi) * float(noise[gaps < 2 * noise].sum())
    return Estimate(value, max(0.0, value - by_chance - half), min(1.0, value + half))
