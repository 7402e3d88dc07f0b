"""A window of a binary classifier with truth: its profile, and the metrics that read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from monitoring.performance import calibration, ranking
from monitoring.performance.calibration import CalibrationBins
from monitoring.performance.intervals import (
    Bounds,
    Estimate,
    Reason,
    mean_estimate,
    proportion,
    undefined,
    wilson,
)
from monitoring.performance.records import (
    Record,
    counts_of,
    moments_from_list,
    moments_to_list,
    parts_of,
    score_facts,
    score_lists,
    sums_of,
)
from monitoring.performance.scores import LIMIT, ScoreCounts
from monitoring.performance.sums import FloatArray, Moments
from monitoring.spec import Task

EPSILON = float(np.finfo(np.float64).eps)
"""Probabilities are kept this far from 0 and 1 before their logarithm is taken, as scikit-learn does."""

PROBABILITY: Bounds = (0.0, 1.0)
LOSS: Bounds = (0.0, -float(np.log(EPSILON)))


@dataclass(frozen=True, slots=True)
class Confusion:
    """Rows by prediction (n, p) and by whether it was true or false."""

    tn: int = 0
    fp: int = 0
    fn: int = 0
    tp: int = 0

    @property
    def n(self) -> int:
        """All rows."""
        return self.tn + self.fp + self.fn + self.tp


@dataclass(frozen=True, slots=True, eq=False)
class BinaryProfile:
    """Summary of the rows of a window, 1 being the positive class.

    n: all rows. n_truth: those with truth; everything below counts only these. confusion: of the logged
    prediction. scores: truth by score. n_outside: rows whose score is not in [0, 1]. log_loss, squared_error,
    bins: over the rows whose score is in [0, 1].
    """

    n: int
    n_truth: int
    confusion: Confusion
    scores: ScoreCounts
    n_outside: int
    log_loss: Moments
    squared_error: Moments
    bins: CalibrationBins

    task: ClassVar[Task] = "binary_classification"

    @classmethod
    def from_rows(
        cls, y_true: npt.ArrayLike, y_pred: npt.ArrayLike, y_score: npt.ArrayLike | None = None
    ) -> BinaryProfile:
        """Summarise rows. A million take about 0.15 s.

        y_true, y_pred: 0 or 1, NaN where unknown, shape (n,). y_score: higher for 1, NaN or infinite where
        unknown, shape (n,). Raises ValueError for other values or shapes.
        """
        truth, prediction = np.asarray(y_true, np.float64), np.asarray(y_pred, np.float64)
        score = np.full(truth.shape, np.nan) if y_score is None else np.asarray(y_score, np.float64)
        counts = ScoreCounts.from_rows(truth, score)
        inside = _inside(counts)
        return cls(
            n=truth.size,
            n_truth=int(np.count_nonzero(~np.isnan(truth))),
            confusion=_confusion(truth, prediction),
            scores=counts,
            n_outside=counts.n - inside.n,
            log_loss=_log_loss(inside),
            squared_error=_squared_error(inside),
            bins=CalibrationBins.of(inside),
        )

    @classmethod
    def merge(cls, *parts: BinaryProfile) -> BinaryProfile:
        """The profile of all rows together, whatever the order of the parts."""
        confusions = [part.confusion for part in parts]
        return cls(
            n=sum(part.n for part in parts),
            n_truth=sum(part.n_truth for part in parts),
            confusion=Confusion(
                *(sum(getattr(c, cell) for c in confusions) for cell in ("tn", "fp", "fn", "tp"))
            ),
            scores=ScoreCounts.merge(*(part.scores for part in parts)),
            n_outside=sum(part.n_outside for part in parts),
            log_loss=Moments.merge([part.log_loss for part in parts]),
            squared_error=Moments.merge([part.squared_error for part in parts]),
            bins=CalibrationBins.merge([part.bins for part in parts]),
        )

    def compact(self, limit: int = LIMIT) -> BinaryProfile:
        """The same with at most `limit` scores; only the ranking metrics can change."""
        kept = (self.n_outside, self.log_loss, self.squared_error, self.bins)
        return BinaryProfile(self.n, self.n_truth, self.confusion, self.scores.compact(limit), *kept)

    def to_record(self) -> Record:
        """Plain numbers and lists."""
        content = {
            "task": self.task,
            "n": self.n,
            "n_truth": self.n_truth,
            "confusion": [self.confusion.tn, self.confusion.fp, self.confusion.fn, self.confusion.tp],
            "scores": score_facts([self.scores]),
            "n_outside": self.n_outside,
            "log_loss": moments_to_list(self.log_loss),
            "squared_error": moments_to_list(self.squared_error),
            "bins": [self.bins.rows.tolist(), self.bins.positives.tolist(), parts_of(self.bins.scores)],
        }
        return Record(content, *score_lists([self.scores]))

    @classmethod
    def from_record(cls, record: Record) -> BinaryProfile:
        """The way back."""
        content = record.content
        rows, positives, scores = content["bins"]
        return cls(
            n=content["n"],
            n_truth=content["n_truth"],
            confusion=Confusion(*content["confusion"]),
            scores=counts_of(content["scores"], record)[0],
            n_outside=content["n_outside"],
            log_loss=moments_from_list(content["log_loss"]),
            squared_error=moments_from_list(content["squared_error"]),
            bins=CalibrationBins(np.array(rows, np.int64), np.array(positives, np.int64), sums_of(scores)),
        )


def _confusion(truth: FloatArray, prediction: FloatArray) -> Confusion:
    if prediction.shape != truth.shape:
        raise ValueError(
            f"Truth of shape {truth.shape!r} and predictions of shape {prediction.shape!r} "
            "are not of the same rows."
        )
    known = ~(np.isnan(truth) | np.isnan(prediction))
    predicted = prediction[known]
    if not np.isin(predicted, (0.0, 1.0)).all():
        raise ValueError(
            f"Predictions must be 0 or 1, not {float(predicted[~np.isin(predicted, (0.0, 1.0))][0])!r}."
        )
    cells = np.bincount((2 * truth[known] + predicted).astype(np.int64), minlength=4)
    return Confusion(*map(int, cells))


def _inside(counts: ScoreCounts) -> ScoreCounts:
    inside = (counts.scores >= 0) & (counts.scores <= 1)
    return ScoreCounts.exact(counts.scores[inside], counts.negatives[inside], counts.positives[inside])


def _log_loss(counts: ScoreCounts) -> Moments:
    surprise = [
        -np.log(np.clip(chance, EPSILON, 1 - EPSILON)) for chance in (1 - counts.scores, counts.scores)
    ]
    rows = counts.negatives, counts.positives
    return Moments.merge([Moments.weighted(*each) for each in zip(surprise, rows, strict=True)])


def _squared_error(counts: ScoreCounts) -> Moments:
    of_negatives = Moments.weighted(counts.scores**2, counts.negatives)
    return Moments.merge([of_negatives, Moments.weighted((1 - counts.scores) ** 2, counts.positives)])


def accuracy(profile: BinaryProfile) -> Estimate:
    """Share of right predictions, in [0, 1], 1 best. Undefined without rows."""
    confusion = profile.confusion
    return proportion(confusion.tp + confusion.tn, confusion.n, _nothing_predicted(profile))


def precision(profile: BinaryProfile) -> Estimate:
    """Share of the predicted positives that are positive, in [0, 1], 1 best. Undefined without any."""
    confusion = profile.confusion
    none = Reason.NO_PREDICTED_POSITIVES if confusion.n else _nothing_predicted(profile)
    return proportion(confusion.tp, confusion.tp + confusion.fp, none)


def recall(profile: BinaryProfile) -> Estimate:
    """Share of the positives that are predicted positive, in [0, 1], 1 best. Undefined without any."""
    confusion = profile.confusion
    none = Reason.NO_POSITIVES if confusion.n else _nothing_predicted(profile)
    return proportion(confusion.tp, confusion.tp + confusion.fn, none)


def f1(profile: BinaryProfile) -> Estimate:
    """Harmonic mean of precision and recall, in [0, 1], 1 best. Undefined where nothing is or was predicted
    positive.

    With the share s = tp / (tp + fp + fn) it is 2 s / (1 + s), which only grows with s: so Wilson's interval
    of s is carried over. Lam, Gopal and Qian (2023).
    """
    confusion = profile.confusion
    concerned = confusion.tp + confusion.fp + confusion.fn
    if concerned == 0:
        return undefined(Reason.NO_POSITIVES if confusion.n else _nothing_predicted(profile))
    return f1_of(confusion.tp, concerned)


def f1_of(hits: int, concerned: int) -> Estimate:
    """F1 of one class from its hits among the rows that are or were predicted to be of it (at least one)."""
    lower, upper = (2 * share / (1 + share) for share in wilson(hits / concerned, concerned))
    value = 2 * hits / (hits + concerned)
    return Estimate(value, min(value, lower), max(value, upper))


def log_loss(profile: BinaryProfile) -> Estimate:
    """Mean of -ln(probability given to what happened), in nats, 0 best, at most 36.04 by the clipping at
    2.2e-16.

    Undefined without scores, and where some are no probabilities. Good (1952).
    """
    if (reason := _no_probability(profile)) is not None:
        return undefined(reason)
    return mean_estimate(profile.log_loss, Reason.NO_SCORE, LOSS)


def brier_score(profile: BinaryProfile) -> Estimate:
    """Mean squared distance between probability and truth, in [0, 1], 0 best.

    Undefined without scores, and where some are no probabilities. Brier (1950).
    """
    if (reason := _no_probability(profile)) is not None:
        return undefined(reason)
    return mean_estimate(profile.squared_error, Reason.NO_SCORE, PROBABILITY)


def expected_calibration_error(profile: BinaryProfile) -> Estimate:
    """The error of the profile's bins; undefined without scores, and where some are no probabilities."""
    if (reason := _no_probability(profile)) is not None:
        return undefined(reason)
    return calibration.expected_calibration_error(profile.bins, profile.squared_error.mean)


def roc_auc(profile: BinaryProfile) -> Estimate:
    """The area under the ROC curve; undefined without scores or with one class."""
    return ranking.roc_auc(profile.scores) if profile.scores.n else undefined(_nothing_scored(profile))


def average_precision(profile: BinaryProfile) -> Estimate:
    """The average precision; undefined without scores or with one class."""
    return (
        ranking.average_precision(profile.scores) if profile.scores.n else undefined(_nothing_scored(profile))
    )


def _no_probability(profile: BinaryProfile) -> Reason | None:
    if profile.scores.n == 0:
        return _nothing_scored(profile)
    return Reason.NOT_A_PROBABILITY if profile.n_outside else None


def _nothing_scored(profile: BinaryProfile) -> Reason:
    return Reason.NO_SCORE if profile.n_truth else Reason.NO_TRUTH


def _nothing_predicted(profile: BinaryProfile) -> Reason:
    return Reason.NO_PREDICTION if profile.n_truth else Reason.NO_TRUTH
