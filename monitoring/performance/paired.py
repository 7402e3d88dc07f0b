"""Two versions on the same rows: how far their metrics are apart, and how sure that is.

Both meet the same easy and the same hard rows, so most of the noise of one is the noise of the other, and the
interval of their difference is far narrower than their own two intervals suggest. Every metric here is a smooth
function of means over rows; each row's share in its error (the infinitesimal jackknife) is computed for both
versions, and the shares are subtracted row by row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from monitoring.performance import classification, regression
from monitoring.performance.intervals import student
from monitoring.performance.scores import ScoreCounts
from monitoring.performance.sums import BoolArray, ExactSum, FloatArray
from monitoring.spec import Task
from monitoring.thresholds import Interval

Values = npt.NDArray[np.float64] | npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What came true and what a version had said, row by row.

    y_true, y_pred: 0 and 1, numbers, or class names as text, by the task; all known, shape (n,). y_score: higher
    for 1, all finite, shape (n,); None where there is none.
    """

    task: Task
    y_true: Values
    y_pred: Values
    y_score: FloatArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """A metric with each row's share in its error.

    of_rows: their squares add up to the variance of the value, shape (n,). n: rows that decide: those of the
    smaller class for a ranking, else all. An undefined metric is NaN throughout.
    """

    value: float
    of_rows: FloatArray
    n: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two versions' predictions relate on n rows with truth.

    same: share of rows with the same prediction; None for numbers. distance: mean absolute difference of the
    predictions; None for classes. first_better, second_better: rows where that version alone was right (classes),
    or nearer to the truth (numbers).
    """

    n: int
    same: float | None
    distance: float | None
    first_better: int
    second_better: int


def difference(metric: str, first: Outcomes, second: Outcomes) -> Interval:
    """Second minus first on the same rows, with a 95 % interval.

    Interval: Student's, with the standard error sqrt(sum of (share of row i in the second - in the first)^2).
    NaN where the metric is undefined for one of them or is not in INFLUENCES; bounds are NaN below two rows.
    References: DeLong, DeLong and Clarke-Pearson (1988) for roc_auc; Jaeckel (1972) for the others.
    """
    function = INFLUENCES.get(metric)
    if function is None:
        return Interval(math.nan, math.nan, math.nan)
    before, after = function(first), function(second)
    change, n = after.value - before.value, min(before.n, after.n)
    if n < 2:  # noqa: PLR2004 - a variance needs two
        return Interval(change, math.nan, math.nan)
    half = student(n) * math.sqrt(_sum((after.of_rows - before.of_rows) ** 2))
    return Interval(change, change - half, change + half)


def agreement(first: Outcomes, second: Outcomes) -> Agreement:
    """How the predictions of two versions relate on the same rows."""
    n = len(first.y_true)
    if first.task == "regression":
        before, after = np.abs(_error(first)), np.abs(_error(second))
        apart = np.abs(_numbers(second.y_pred) - _numbers(first.y_pred))
        distance = _sum(apart) / n if n else math.nan
        return Agreement(n, None, distance, int((before < after).sum()), int((after < before).sum()))
    same = np.asarray(first.y_pred == second.y_pred)
    right_before, right_after = _right(first), _right(second)
    return Agreement(
        n,
        float(same.mean()) if n else math.nan,
        None,
        int((right_before & ~right_after).sum()),
        int((right_after & ~right_before).sum()),
    )


def _sum(values: FloatArray) -> float:
    """The sum, rounded once: it does not depend on the order of the rows. NaN where a value is no number."""
    numbers = np.asarray(values, np.float64)
    return ExactSum.of(numbers).value if np.isfinite(numbers).all() else math.nan


def _numbers(values: Values) -> FloatArray:
    return np.asarray(values, np.float64)


def _error(outcomes: Outcomes) -> FloatArray:
    return _numbers(outcomes.y_pred) - _numbers(outcomes.y_true)


def _right(outcomes: Outcomes) -> BoolArray:
    return np.asarray(outcomes.y_true == outcomes.y_pred, np.bool_)


def _undefined(size: int) -> Influence:
    return Influence(math.nan, np.full(size, math.nan), size)


def _mean(values: FloatArray) -> Influence:
    """Mean over rows; NaN without any."""
    n = values.size
    if n == 0:
        return _undefined(n)
    mean = _sum(values) / n
    return Influence(mean, (values - mean) / math.sqrt(n * max(1, n - 1)), n)


def _ratio(above: FloatArray, below: FloatArray) -> Influence:
    """Sum over sum; NaN where the lower one is 0."""
    n, total = below.size, _sum(below)
    if total == 0:
        return _undefined(n)
    ratio = _sum(above) / total
    return Influence(ratio, (above - ratio * below) / total * math.sqrt(n / max(1, n - 1)), n)


def _over_classes(
    outcomes: Outcomes, parts: Callable[[BoolArray, BoolArray], tuple[FloatArray, FloatArray]]
) -> Influence:
    """Mean over the classes of a ratio of counts; for two classes the positive one alone."""
    truth, prediction = outcomes.y_true, outcomes.y_pred
    labels = [1.0] if outcomes.task == "binary_classification" else sorted({*truth, *prediction})
    found = [_ratio(*parts(truth == label, prediction == label)) for label in labels]
    if not found:
        return _undefined(len(truth))
    of_rows = np.sum([each.of_rows for each in found], axis=0) / len(found)
    return Influence(sum(each.value for each in found) / len(found), of_rows, len(truth))


def _accuracy(outcomes: Outcomes) -> Influence:
    return _mean(_right(outcomes).astype(np.float64))


def _precision(outcomes: Outcomes) -> Influence:
    return _over_classes(outcomes, lambda t, p: ((t & p).astype(np.float64), p.astype(np.float64)))


def _recall(outcomes: Outcomes) -> Influence:
    return _over_classes(outcomes, lambda t, p: ((t & p).astype(np.float64), t.astype(np.float64)))


def _f1(outcomes: Outcomes) -> Influence:
    return _over_classes(outcomes, lambda t, p: (2 * (t & p).astype(np.float64), t.astype(np.float64) + p))


def _probabilities(outcomes: Outcomes) -> FloatArray | None:
    """Scores of a binary classification, where all of them are probabilities."""
    score = outcomes.y_score
    if score is None or outcomes.task != "binary_classification" or not ((score >= 0) & (score <= 1)).all():
        return None
    return score


def _brier(outcomes: Outcomes) -> Influence:
    chance = _probabilities(outcomes)
    if chance is None:
        return _undefined(len(outcomes.y_true))
    return _mean((chance - _numbers(outcomes.y_true)) ** 2)


def _log_loss(outcomes: Outcomes) -> Influence:
    chance = _probabilities(outcomes)
    if chance is None:
        return _undefined(len(outcomes.y_true))
    given = np.where(_numbers(outcomes.y_true) == 1, chance, 1 - chance)
    epsilon = classification.EPSILON
    return _mean(-np.log(np.clip(given, epsilon, 1 - epsilon)))


def _roc_auc(outcomes: Outcomes) -> Influence:
    """A row's share is that of DeLong's structural components: what it beats of the other class."""
    size, score = len(outcomes.y_true), outcomes.y_score
    if score is None or outcomes.task != "binary_classification":
        return _undefined(size)
    positive = _numbers(outcomes.y_true) == 1
    n_positives, n_negatives = int(positive.sum()), int((~positive).sum())
    if not (n_positives and n_negatives):
        return _undefined(size)
    beats = np.empty(size)
    beats[positive] = _share_below(score[positive], np.sort(score[~positive]))
    beats[~positive] = 1 - _share_below(score[~positive], np.sort(score[positive]))
    area = _sum(beats[positive]) / n_positives
    spread = np.where(positive, n_positives * max(1, n_positives - 1), n_negatives * max(1, n_negatives - 1))
    return Influence(area, (beats - area) / np.sqrt(spread), min(n_positives, n_negatives))


def _share_below(values: FloatArray, others: FloatArray) -> FloatArray:
    """For each value, the share of the others (sorted) that are smaller; equal ones count half."""
    below = np.searchsorted(others, values, "left") + np.searchsorted(others, values, "right")
    shares: FloatArray = below / (2 * others.size)
    return shares


def _average_precision(outcomes: Outcomes) -> Influence:
    """A row's share is what one more row like it would change at every positive of its score or below."""
    size, score = len(outcomes.y_true), outcomes.y_score
    if score is None or outcomes.task != "binary_classification":
        return _undefined(size)
    counts = ScoreCounts.from_rows(_numbers(outcomes.y_true), score)
    n_positives = counts.n_positives
    if not (n_positives and counts.n_negatives):
        return _undefined(size)
    hits = np.cumsum(counts.positives[::-1])[::-1]
    rows = hits + np.cumsum(counts.negatives[::-1])[::-1]
    precision = hits / rows
    value = float(counts.positives @ precision) / n_positives
    gained = np.cumsum(counts.positives * (1 - precision) / rows)
    lost = np.cumsum(counts.positives * precision / rows)
    place = np.searchsorted(counts.scores, score)
    positive = _numbers(outcomes.y_true) == 1
    of_rows = np.where(positive, precision[place] - value + gained[place], -lost[place])
    return Influence(value, of_rows / n_positives, min(n_positives, counts.n_negatives))


def _mean_error(outcomes: Outcomes) -> Influence:
    return _mean(_error(outcomes))


def _mean_absolute_error(outcomes: Outcomes) -> Influence:
    return _mean(np.abs(_error(outcomes)))


def _root_mean_squared_error(outcomes: Outcomes) -> Influence:
    squared = _mean(_error(outcomes) ** 2)
    root = math.sqrt(squared.value)
    of_rows = squared.of_rows / (2 * root) if root else np.zeros_like(squared.of_rows)
    return Influence(root, of_rows, squared.n)


def _mean_absolute_percentage_error(outcomes: Outcomes) -> Influence:
    size = np.abs(_numbers(outcomes.y_true))
    if not size.all():
        return _undefined(size.size)
    return _mean(np.abs(_error(outcomes)) / np.maximum(size, regression.EPSILON))


def _r2(outcomes: Outcomes) -> Influence:
    truth = _numbers(outcomes.y_true)
    if truth.size == 0:
        return _undefined(0)
    unexplained = _ratio(_error(outcomes) ** 2, (truth - _sum(truth) / truth.size) ** 2)
    return Influence(1 - unexplained.value, -unexplained.of_rows, unexplained.n)


INFLUENCES: Mapping[str, Callable[[Outcomes], Influence]] = MappingProxyType(
    {
        "roc_auc": _roc_auc,
        "average_precision": _average_precision,
        "accuracy": _accuracy,
        "precision": _precision,
        "recall": _recall,
        "f1": _f1,
        "log_loss": _log_loss,
        "brier_score": _brier,
        "mean_absolute_error": _mean_absolute_error,
        "root_mean_squared_error": _root_mean_squared_error,
        "mean_absolute_percentage_error": _mean_absolute_percentage_error,
        "r2": _r2,
        "mean_error": _mean_error,
    }
)
"""The metrics whose difference has an interval, by the name that they have in monitoring.performance.methods."""
