"""A window of a classifier with several classes and truth: its profile, and the metrics that read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from monitoring.performance import ranking
from monitoring.performance.classification import EPSILON, LOSS, f1_of
from monitoring.performance.intervals import (
    Estimate,
    Reason,
    mean_estimate,
    mean_of_shares,
    proportion,
    undefined,
    without_interval,
)
from monitoring.performance.records import (
    Record,
    counts_of,
    moments_from_list,
    moments_to_list,
    score_facts,
    score_lists,
)
from monitoring.performance.scores import LIMIT, ScoreCounts
from monitoring.performance.sums import FloatArray, IntArray, Moments
from monitoring.spec import Task

Labels = Sequence[object]
"""Class names as text; None and NaN are unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class MulticlassProfile:
    """Summary of the rows of a window.

    n: all rows. n_truth: those with truth; everything below counts only these. labels: all classes that the
    truth or the prediction had, or a score stands for, sorted. confusion: rows by truth and by the logged
    prediction, shape (K, K), both in the order of labels. classes: those with a score, sorted. scores: for
    each of them, rows of that class (positives) and of any other (negatives) by score. n_outside: rows with a
    score that is not in [0, 1]. n_unscored: rows with scores whose true class has none. log_loss: over the
    other rows with scores.
    """

    n: int
    n_truth: int
    labels: tuple[str, ...]
    confusion: IntArray
    classes: tuple[str, ...]
    scores: tuple[ScoreCounts, ...]
    n_outside: int
    n_unscored: int
    log_loss: Moments

    task: ClassVar[Task] = "multiclass_classification"

    @classmethod
    def from_rows(
        cls, y_true: Labels, y_pred: Labels, y_score: Mapping[str, npt.ArrayLike] | None = None
    ) -> MulticlassProfile:
        """Summarise rows.

        y_true, y_pred: class names, None or NaN where unknown, n of each. y_score: for each class a score,
        shape (n,); a row in which one of them is NaN or infinite has no scores. Raises ValueError for other
        values or shapes.
        """
        by_class = {name: np.asarray(values, np.float64) for name, values in (y_score or {}).items()}
        for name, values in {"the prediction": np.asarray(y_pred, object), **by_class}.items():
            if values.shape != (len(y_true),):
                raise ValueError(
                    f"Truth of {len(y_true)} rows does not fit {name!r} of shape {values.shape!r}."
                )
        classes = tuple(sorted(by_class))
        labels = tuple(sorted({*classes, *_names(y_true), *_names(y_pred)}))
        truth, prediction = _codes(y_true, labels), _codes(y_pred, labels)
        ranked = _Ranked.of(truth, labels, {name: by_class[name] for name in classes})
        return cls(
            n=len(y_true),
            n_truth=int(np.count_nonzero(truth >= 0)),
            labels=labels,
            confusion=_confusion(truth, prediction, len(labels)),
            classes=classes,
            scores=ranked.scores(),
            n_outside=ranked.n_outside,
            n_unscored=ranked.n_unscored,
            log_loss=ranked.log_loss(),
        )

    @classmethod
    def merge(cls, *parts: MulticlassProfile) -> MulticlassProfile:
        """The profile of all rows together, whatever the order of the parts.

        A part without scores merges with any other. Raises ValueError when two have scores for different
        classes.
        """
        scored = [part for part in parts if part.classes]
        if len(found := sorted({part.classes for part in scored})) > 1:
            raise ValueError(f"Profiles have scores for different classes: {found!r}.")
        labels = tuple(sorted({label for part in parts for label in part.labels}))
        confusion = np.zeros((len(labels), len(labels)), np.int64)
        for part in parts:
            places = np.searchsorted(labels, part.labels) if part.labels else np.empty(0, np.int64)
            confusion[np.ix_(places, places)] += part.confusion
        return cls(
            n=sum(part.n for part in parts),
            n_truth=sum(part.n_truth for part in parts),
            labels=labels,
            confusion=confusion,
            classes=found[0] if found else (),
            scores=tuple(
                ScoreCounts.merge(*each) for each in zip(*(part.scores for part in scored), strict=True)
            ),
            n_outside=sum(part.n_outside for part in parts),
            n_unscored=sum(part.n_unscored for part in parts),
            log_loss=Moments.merge([part.log_loss for part in parts]),
        )

    def compact(self, limit: int = LIMIT) -> MulticlassProfile:
        """The same with at most `limit` scores per class; only roc_auc can change."""
        scores = tuple(each.compact(limit) for each in self.scores)
        kept = (self.n_outside, self.n_unscored, self.log_loss)
        return MulticlassProfile(
            self.n, self.n_truth, self.labels, self.confusion, self.classes, scores, *kept
        )

    def to_record(self) -> Record:
        """Plain numbers, texts and lists."""
        content = {
            "task": self.task,
            "n": self.n,
            "n_truth": self.n_truth,
            "labels": list(self.labels),
            "confusion": self.confusion.tolist(),
            "classes": list(self.classes),
            "scores": score_facts(self.scores),
            "n_outside": self.n_outside,
            "n_unscored": self.n_unscored,
            "log_loss": moments_to_list(self.log_loss),
        }
        return Record(content, *score_lists(self.scores))

    @classmethod
    def from_record(cls, record: Record) -> MulticlassProfile:
        """The way back."""
        content = record.content
        size = len(content["labels"])
        return cls(
            n=content["n"],
            n_truth=content["n_truth"],
            labels=tuple(content["labels"]),
            confusion=np.array(content["confusion"], np.int64).reshape(size, size),
            classes=tuple(content["classes"]),
            scores=counts_of(content["scores"], record),
            n_outside=content["n_outside"],
            n_unscored=content["n_unscored"],
            log_loss=moments_from_list(content["log_loss"]),
        )

    @property
    def n_scored(self) -> int:
        """Rows with truth and scores."""
        return self.scores[0].n if self.scores else 0


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Rows with truth and scores. truth: index of the class, -1 where it has none. Scores: shape (n, K)."""

    truth: IntArray
    scores_by_class: FloatArray

    @classmethod
    def of(cls, truth: IntArray, labels: tuple[str, ...], by_class: dict[str, FloatArray]) -> _Ranked:
        scores = np.column_stack([np.empty((truth.size, 0)), *by_class.values()])
        known = (truth >= 0) & np.isfinite(scores).all(axis=1) & bool(by_class)
        index_of = {name: index for index, name in enumerate(by_class)}
        class_of_label = np.array([index_of.get(label, -1) for label in labels], np.int64)
        return cls(class_of_label[truth[known]], scores[known])

    def scores(self) -> tuple[ScoreCounts, ...]:
        columns = enumerate(self.scores_by_class.T)
        return tuple(ScoreCounts.from_rows(self.truth == index, column) for index, column in columns)

    @property
    def _inside(self) -> npt.NDArray[np.bool_]:
        return np.asarray(((self.scores_by_class >= 0) & (self.scores_by_class <= 1)).all(axis=1))

    @property
    def n_outside(self) -> int:
        return int(np.count_nonzero(~self._inside))

    @property
    def n_unscored(self) -> int:
        return int(np.count_nonzero(self.truth < 0))

    def log_loss(self) -> Moments:
        counted = self._inside & (self.truth >= 0)
        given = self.scores_by_class[counted, self.truth[counted]]
        return Moments.of(-np.log(np.clip(given, EPSILON, 1 - EPSILON)))


def _names(values: Labels) -> set[str]:
    names = {value for value in set(values) if not _unknown(value)}
    if wrong := [name for name in names if not isinstance(name, str)]:
        raise ValueError(f"Classes must be text, not {wrong[0]!r}.")
    return {str(name) for name in names}


def _unknown(value: object) -> bool:
    return value is None or value != value  # noqa: PLR0124 - NaN alone differs from itself


def _codes(values: Labels, labels: tuple[str, ...]) -> IntArray:
    """Index of each label; -1 where unknown."""
    index_of: dict[object, int] = {label: index for index, label in enumerate(labels)}
    return np.fromiter((index_of.get(value, -1) for value in values), np.int64, len(values))


def _confusion(truth: IntArray, prediction: IntArray, size: int) -> IntArray:
    known = (truth >= 0) & (prediction >= 0)
    cells = np.bincount(truth[known] * size + prediction[known], minlength=size * size)
    return cells.astype(np.int64).reshape(size, size)


def accuracy(profile: MulticlassProfile) -> Estimate:
    """Share of right predictions, in [0, 1], 1 best. Undefined without rows."""
    return proportion(
        int(np.trace(profile.confusion)), int(profile.confusion.sum()), _nothing_predicted(profile)
    )


def precision(profile: MulticlassProfile) -> Estimate:
    """Unweighted mean over the classes of their precision, in [0, 1], 1 best.

    The classes are those that the truth or the prediction has here. Undefined where one of them was never
    predicted.
    """
    return _macro(profile, over=0, absent=Reason.CLASS_WITHOUT_PREDICTION)


def recall(profile: MulticlassProfile) -> Estimate:
    """Unweighted mean over the classes of their recall, in [0, 1], 1 best.

    The classes are those that the truth or the prediction has here. Undefined where one of them has no truth.
    """
    return _macro(profile, over=1, absent=Reason.CLASS_WITHOUT_TRUTH)


def _macro(profile: MulticlassProfile, *, over: int, absent: Reason) -> Estimate:
    cells = _present(profile)
    if not cells.size:
        return undefined(_nothing_predicted(profile))
    totals = cells.sum(axis=over)
    if not totals.all():
        return undefined(absent)
    parts = [proportion(int(hits), int(n), absent) for hits, n in zip(np.diag(cells), totals, strict=True)]
    return _mean(parts, np.eye(len(parts)))


def f1(profile: MulticlassProfile) -> Estimate:
    """Unweighted mean over the classes of their F1, in [0, 1], 1 best. Undefined without rows.

    The classes are those that the truth or the prediction has here. A row that is mistaken costs two classes;
    the interval takes the correlation that follows from that. Takahashi et al. (2022).
    """
    cells = _present(profile)
    if not cells.size:
        return undefined(_nothing_predicted(profile))
    hits, mistakes = np.diag(cells), cells + cells.T
    counted = mistakes.sum(axis=0)
    parts = [f1_of(int(right), int(either - right)) for right, either in zip(hits, counted, strict=True)]
    return _mean(parts, _f1_correlation(hits, mistakes, counted))


def _f1_correlation(hits: IntArray, mistakes: IntArray, counted: IntArray) -> FloatArray:
    """Correlation of the classes' F1 by the delta method: F1 of k is 2 hits / counted, counted = row + column
    sum.

    One more hit adds 2 / counted - 2 F1 / counted, one more mistake takes F1 / counted away from both its
    classes.
    """
    each = 2 * hits / counted
    taken = each / counted
    covariance = np.outer(taken, taken) * mistakes
    wrong = counted - 2 * hits
    np.fill_diagonal(covariance, hits * (2 / counted - 2 * taken) ** 2 + wrong * taken**2)
    deviation = np.sqrt(np.diag(covariance))
    scale = np.outer(deviation, deviation)
    correlation: FloatArray = np.divide(covariance, scale, out=np.zeros_like(covariance), where=scale > 0)
    np.fill_diagonal(correlation, 1.0)
    return correlation


def log_loss(profile: MulticlassProfile) -> Estimate:
    """Mean of -ln(probability given to the class that came true), in nats, 0 best, at most 36.04 by the
    clipping.

    Undefined without scores, where some are no probabilities, and where a true class has no score. Good
    (1952).
    """
    if (reason := _no_scores(profile)) is not None:
        return undefined(reason)
    if profile.n_outside:
        return undefined(Reason.NOT_A_PROBABILITY)
    return mean_estimate(profile.log_loss, Reason.NO_SCORE, LOSS)


def roc_auc(profile: MulticlassProfile) -> Estimate:
    """Unweighted mean over the classes of the area under the ROC curve of that class against the rest.

    In [0, 1], 0.5 for no ranking at all, 1 best. Undefined without scores, where a true class has no score,
    and where a class with a score has no truth here, or all of it. The classes share their rows, in a way
    that is not kept: the interval is the mean of their intervals, which holds for any dependence and is wide
    for many classes.
    """
    if (reason := _no_scores(profile)) is not None:
        return undefined(reason)
    parts = [ranking.roc_auc(each) for each in profile.scores]
    if any(part.reason is Reason.ONE_CLASS for part in parts):
        return undefined(Reason.ONE_CLASS)
    if any(part.reason is Reason.TOO_FEW_ROWS for part in parts):
        return without_interval(float(np.mean([part.value for part in parts])), Reason.TOO_FEW_ROWS)
    return _mean(parts, np.ones((len(parts), len(parts))))


def _mean(parts: Sequence[Estimate], correlation: FloatArray) -> Estimate:
    value, lower, upper = np.array([(part.value, part.lower, part.upper) for part in parts]).T
    return mean_of_shares(value, lower, upper, correlation)


def _present(profile: MulticlassProfile) -> IntArray:
    """The confusion of the classes that the truth or the prediction has: what scikit-learn averages over."""
    cells = profile.confusion
    present = (cells.sum(axis=0) + cells.sum(axis=1)) > 0
    return np.asarray(cells[np.ix_(present, present)])


def _no_scores(profile: MulticlassProfile) -> Reason | None:
    if profile.n_scored == 0:
        return Reason.NO_SCORE if profile.n_truth else Reason.NO_TRUTH
    return Reason.CLASS_WITHOUT_SCORE if profile.n_unscored else None


def _nothing_predicted(profile: MulticlassProfile) -> Reason:
    return Reason.NO_PREDICTION if profile.n_truth else Reason.NO_TRUTH
