"""Scores with the truth that came to them: what a ranking metric and the choice of a threshold need."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitoring.performance.sums import BoolArray, FloatArray, IntArray

LIMIT = 8192
"""So many distinct scores of a window are kept as they are; above that, neighbours are grouped."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoreCounts:
    """Rows of truth 0 and of truth 1 at each distinct score.

    scores: strictly increasing, finite, shape (k,). negatives, positives: rows at that score, shape (k,).
    grouped: which scores are the mean of several, shape (k,).
    reach_negatives, reach_positives: grouping has carried at most so many negatives (positives) across any
    one score; 0 where nothing was grouped, and then every metric is exact.
    """

    scores: FloatArray
    negatives: IntArray
    positives: IntArray
    grouped: BoolArray
    reach_negatives: int = 0
    reach_positives: int = 0

    def __post_init__(self) -> None:
        shapes = [part.shape for part in (self.scores, self.negatives, self.positives, self.grouped)]
        if len(set(shapes)) > 1 or self.scores.ndim != 1:
            raise ValueError(f"Scores, counts and marks must be of one length, not {shapes!r}.")
        if not (np.diff(self.scores) > 0).all():
            raise ValueError("Scores must be strictly increasing.")

    @classmethod
    def exact(cls, scores: FloatArray, negatives: IntArray, positives: IntArray) -> ScoreCounts:
        """Counts in which nothing was grouped."""
        return cls(scores, negatives, positives, np.zeros(scores.shape, np.bool_))

    @classmethod
    def from_rows(cls, y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> ScoreCounts:
        """Count rows; those without truth (NaN) or without a finite score are left out.

        y_true: 0 or 1, shape (n,). y_score: higher for 1, shape (n,). A million rows take about 50 ms.
        """
        truth, score = np.asarray(y_true, np.float64), np.asarray(y_score, np.float64)
        if truth.ndim != 1 or truth.shape != score.shape:
            raise ValueError(
                f"Truth of shape {truth.shape!r} and scores of shape {score.shape!r} "
                "are not of the same rows."
            )
        known = np.isfinite(score) & ~np.isnan(truth)
        truth, score = truth[known], score[known]
        if not np.isin(truth, (0.0, 1.0)).all():
            raise ValueError(f"Truth must be 0 or 1, not {float(truth[~np.isin(truth, (0.0, 1.0))][0])!r}.")
        # Adding zero turns -0.0 into 0.0: equal scores must be equal bits.
        return cls._of_sorted(np.sort(score + 0.0), np.sort(score[truth == 1] + 0.0))

    @classmethod
    def _of_sorted(cls, score: FloatArray, positive: FloatArray) -> ScoreCounts:
        scores, rows = _run_lengths(score)
        distinct, counts = _run_lengths(positive)
        positives = np.zeros(scores.size, np.int64)
        positives[np.searchsorted(scores, distinct)] = counts
        return cls.exact(scores, rows - positives, positives)

    @classmethod
    def merge(cls, *parts: ScoreCounts) -> ScoreCounts:
        """All rows together, whatever the order of the parts; exact where every part is."""
        nothing = cls.exact(np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64))
        columns = [
            np.concatenate([getattr(part, name) for part in (nothing, *parts)])
            for name in ("scores", "negatives", "positives", "grouped")
        ]
        order = np.argsort(columns[0], kind="stable")
        scores, negatives, positives, grouped = (column[order] for column in columns)
        starts = np.flatnonzero(_changes(scores))
        return cls(
            scores[starts],
            _group_sums(negatives, starts),
            _group_sums(positives, starts),
            _group_sums(grouped.astype(np.int64), starts) > 0,
            sum(part.reach_negatives for part in parts),
            sum(part.reach_positives for part in parts),
        )

    def compact(self, limit: int = LIMIT) -> ScoreCounts:
        """At most `limit` scores: neighbours become one score, their mean, and keep their counts.

        Groups have about the same number of rows, at most three times the average; a score that many rows
        share stays alone. Nothing changes below the limit.
        """
        if self.scores.size <= limit:
            return self
        starts = _group_starts(self.negatives + self.positives, limit)
        negatives, positives = _group_sums(self.negatives, starts), _group_sums(self.positives, starts)
        together = np.diff(starts, append=self.scores.size) > 1
        return ScoreCounts(
            _group_means(self.scores, self.negatives + self.positives, starts),
            negatives,
            positives,
            together | self.grouped[starts],
            self.reach_negatives + int(negatives[together].max(initial=0)),
            self.reach_positives + int(positives[together].max(initial=0)),
        )

    @property
    def n_negatives(self) -> int:
        """Rows of truth 0."""
        return int(self.negatives.sum())

    @property
    def n_positives(self) -> int:
        """Rows of truth 1."""
        return int(self.positives.sum())

    @property
    def n(self) -> int:
        """All rows."""
        return self.n_negatives + self.n_positives

    @property
    def auc_bound(self) -> float:
        """How far roc_auc can be from that of the rows: 0 where nothing was grouped, NaN with one class only.

        A pair of a positive and a negative changes its order only where one is carried across the other.
        Moving the positives first, at most reach_positives of them pass each negative; then at most
        reach_negatives negatives pass each positive. So the bound is reach_positives / n_positives +
        reach_negatives / n_negatives.
        """
        if not (self.n_negatives and self.n_positives):
            return math.nan
        return min(1.0, self.reach_positives / self.n_positives + self.reach_negatives / self.n_negatives)


def _changes(ordered: FloatArray) -> BoolArray:
    """Where a new value starts in sorted values."""
    return np.concatenate([np.ones(min(1, ordered.size), np.bool_), ordered[1:] != ordered[:-1]])


def _run_lengths(ordered: FloatArray) -> tuple[FloatArray, IntArray]:
    """Distinct values of sorted values, and how often each stands there."""
    starts = np.flatnonzero(_changes(ordered))
    return ordered[starts], np.diff(starts, append=ordered.size).astype(np.int64)


def _group_sums(counts: IntArray, starts: npt.NDArray[np.intp]) -> IntArray:
    return np.asarray(np.add.reduceat(counts, starts), np.int64) if starts.size else counts


def _group_starts(rows: IntArray, limit: int) -> npt.NDArray[np.intp]:
    """Where groups start: the rows of the light scores are cut into equal shares, heavy scores stay alone.

    Heavy is what has over 2 n / limit rows, so there are h < limit / 2 of them. The light rest is cut into
    limit - 2 h shares, and once more by each heavy score: no more than limit groups in all.
    """
    heavy = rows * limit > 2 * rows.sum()
    light = np.where(heavy, 0, rows)
    n_shares = limit - 2 * int(heavy.sum())
    before = np.cumsum(light) - light
    share = before * n_shares // max(1, int(light.sum()))
    starts = heavy.copy()
    starts[1:] |= heavy[:-1] | (share[1:] != share[:-1])
    starts[0] = True
    return np.flatnonzero(starts)


def _group_means(scores: FloatArray, rows: IntArray, starts: npt.NDArray[np.intp]) -> FloatArray:
    """Mean score of each group's rows; never outside the group, so that groups keep their order."""
    last = np.append(starts[1:], scores.size) - 1
    first = np.repeat(scores[starts], last - starts + 1)
    with np.errstate(over="ignore"):
        above = np.add.reduceat((scores - first) * rows, starts) / np.add.reduceat(rows, starts)
        return np.clip(scores[starts] + above, scores[starts], scores[last])
