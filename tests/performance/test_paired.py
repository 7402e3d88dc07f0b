"""Differences of two versions on the same rows: by hand, against slow definitions and scipy, and as properties."""

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from monitoring.performance.classification import BinaryProfile
from monitoring.performance.intervals import student
from monitoring.performance.methods import METHODS, Profile
from monitoring.performance.multiclass import MulticlassProfile
from monitoring.performance.paired import INFLUENCES, Outcomes, agreement, difference
from monitoring.performance.regression import RegressionProfile
from monitoring.spec import Task

CLASSES = ("mild", "severe", "none")


def binary(y_true: object, y_pred: object, y_score: object | None = None) -> Outcomes:
    score = None if y_score is None else np.asarray(y_score, np.float64)
    return Outcomes(
        "binary_classification", np.asarray(y_true, np.float64), np.asarray(y_pred, np.float64), score
    )


def numbers(y_true: object, y_pred: object) -> Outcomes:
    return Outcomes("regression", np.asarray(y_true, np.float64), np.asarray(y_pred, np.float64))


def classes(y_true: object, y_pred: object) -> Outcomes:
    return Outcomes("multiclass_classification", np.asarray(y_true, object), np.asarray(y_pred, object))


def two_versions(task: Task, n: int = 400, seed: int = 0) -> tuple[Outcomes, Outcomes]:
    """A weak and a better version of a made-up model, with errors that are correlated."""
    rng = np.random.default_rng(seed)
    signal, shared = rng.normal(size=n), rng.normal(size=n)
    if task == "regression":
        truth = 10 + 3 * signal
        return tuple(numbers(truth, truth + shared + sd * rng.normal(size=n)) for sd in (1.5, 0.5))  # type: ignore[return-value]
    if task == "multiclass_classification":
        truth = rng.choice(CLASSES, n)
        wrong = rng.choice(CLASSES, n)
        return tuple(classes(truth, np.where(rng.random(n) < p, truth, wrong)) for p in (0.4, 0.7))  # type: ignore[return-value]
    truth = (signal + rng.normal(size=n) > 0.5).astype(float)
    scores = [1 / (1 + np.exp(-(signal + shared + sd * rng.normal(size=n)))) for sd in (2.0, 0.5)]
    return tuple(binary(truth, score > 0.5, score) for score in scores)  # type: ignore[return-value]


def profile(outcomes: Outcomes) -> Profile:
    if outcomes.task == "regression":
        return RegressionProfile.from_rows(outcomes.y_true, outcomes.y_pred)
    if outcomes.task == "multiclass_classification":
        return MulticlassProfile.from_rows(list(outcomes.y_true), list(outcomes.y_pred))
    return BinaryProfile.from_rows(outcomes.y_true, outcomes.y_pred, outcomes.y_score)


CASES: list[tuple[Task, str]] = [
    (task, name)
    for name, method in METHODS.items()
    for task in method.tasks
    if name in INFLUENCES and not (task == "multiclass_classification" and method.needs_score)
]


def some(outcomes: Outcomes, kept: Any) -> Outcomes:
    """Some of the rows."""
    score = None if outcomes.y_score is None else outcomes.y_score[kept]
    return Outcomes(outcomes.task, outcomes.y_true[kept], outcomes.y_pred[kept], score)


def test_accuracy_by_hand() -> None:
    # The second is right in 4 of 5 rows, the first in 2; per row it gains 0, 0, 1, 1, 0: variance 0.3, error of the
    # mean sqrt(0.3 / 5).
    first, second = binary([1, 1, 0, 0, 1], [1, 1, 1, 1, 0]), binary([1, 1, 0, 0, 1], [1, 1, 0, 0, 0])
    found = difference("accuracy", first, second)
    assert found.value == pytest.approx(0.4)
    assert found.upper - found.value == pytest.approx(student(5) * math.sqrt(0.3 / 5))


def test_agreement_of_classes_by_hand() -> None:
    first, second = binary([1, 1, 0, 0, 1], [1, 1, 1, 1, 0]), binary([1, 1, 0, 0, 1], [1, 0, 0, 0, 0])
    found = agreement(first, second)
    assert (found.n, found.same, found.distance) == (5, 0.4, None)
    assert (found.first_better, found.second_better) == (1, 2)


def test_agreement_of_numbers_by_hand() -> None:
    found = agreement(numbers([10, 10, 10], [12, 10, 7]), numbers([10, 10, 10], [11, 11, 13]))
    assert (found.same, found.distance) == (None, pytest.approx(8 / 3))
    assert (found.first_better, found.second_better) == (1, 1)  # in the last row both are off by 3


def slow_delong(first: Outcomes, second: Outcomes) -> float:
    """Standard error of the difference of two areas by the definition: structural components, pair by pair."""

    def components(outcomes: Outcomes) -> tuple[list[float], list[float]]:
        assert outcomes.y_score is not None
        positives = outcomes.y_score[outcomes.y_true == 1]
        negatives = outcomes.y_score[outcomes.y_true == 0]
        psi = {
            (i, j): (x > y) + 0.5 * (x == y)
            for (i, x), (j, y) in product(*map(enumerate, (positives, negatives)))
        }
        by_positive = [np.mean([psi[i, j] for j in range(len(negatives))]) for i in range(len(positives))]
        by_negative = [np.mean([psi[i, j] for i in range(len(positives))]) for j in range(len(negatives))]
        return by_positive, by_negative

    of_first, of_second = components(first), components(second)
    total = 0.0
    for side in (0, 1):
        covariance = np.cov(of_first[side], of_second[side])
        total += (covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]) / len(of_first[side])
    return math.sqrt(total)


def test_the_area_s_interval_is_delong_s() -> None:
    first, second = two_versions("binary_classification", 60)
    found = difference("roc_auc", first, second)
    n = int(min((first.y_true == 1).sum(), (first.y_true == 0).sum()))
    assert found.upper - found.value == pytest.approx(student(n) * slow_delong(first, second))


@pytest.mark.parametrize(
    ("task", "metric", "of_row"),
    [
        ("regression", "mean_absolute_error", lambda t, p, s: np.abs(p - t)),
        ("regression", "mean_error", lambda t, p, s: p - t),
        ("regression", "mean_absolute_percentage_error", lambda t, p, s: np.abs(p - t) / np.abs(t)),
        ("binary_classification", "accuracy", lambda t, p, s: (t == p).astype(float)),
        ("binary_classification", "brier_score", lambda t, p, s: (s - t) ** 2),
        ("binary_classification", "log_loss", lambda t, p, s: -np.log(np.where(t == 1, s, 1 - s))),
    ],
)
def test_a_mean_s_interval_is_that_of_the_paired_t_test(
    task: Task, metric: str, of_row: Callable[..., np.ndarray]
) -> None:
    first, second = two_versions(task)
    after, before = (of_row(each.y_true, each.y_pred, each.y_score) for each in (second, first))
    expected = stats.ttest_rel(after, before).confidence_interval(0.95)
    found = difference(metric, first, second)
    assert (found.lower, found.upper) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize(("task", "metric"), CASES)
def test_the_interval_is_as_wide_as_the_bootstrap_s(task: Task, metric: str) -> None:
    first, second = two_versions(task)
    rng = np.random.default_rng(1)

    def redrawn() -> float:
        kept = rng.integers(len(first.y_true), size=len(first.y_true))
        drawn = [some(each, kept) for each in (first, second)]
        return INFLUENCES[metric](drawn[1]).value - INFLUENCES[metric](drawn[0]).value

    found = difference(metric, first, second)
    spread = float(np.std([redrawn() for _ in range(500)], ddof=1))
    assert found.upper - found.value == pytest.approx(1.96 * spread, rel=0.15)


@pytest.mark.parametrize(("task", "metric"), CASES)
def test_the_value_is_the_metric_s(task: Task, metric: str) -> None:
    first, second = two_versions(task)
    found = difference(metric, first, second)
    after, before = (METHODS[metric].function(profile(each)).value for each in (second, first))
    assert found.value == pytest.approx(after - before)


@pytest.mark.parametrize(("task", "metric"), CASES)
def test_a_version_does_not_differ_from_itself(task: Task, metric: str) -> None:
    first, _ = two_versions(task)
    found = difference(metric, first, first)
    assert (found.value, found.lower, found.upper) == (0.0, 0.0, 0.0)


rows = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0]), st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=30
)


@given(rows=rows, metric=st.sampled_from([name for task, name in CASES if task == "binary_classification"]))
def test_the_other_way_round_is_the_opposite(rows: list[tuple[float, float, float]], metric: str) -> None:
    truth, one, other = (np.array(column) for column in zip(*rows, strict=True))
    first, second = (binary(truth, score > 0.5, score) for score in (one, other))
    there, back = difference(metric, first, second), difference(metric, second, first)
    assert (there.value, there.lower, there.upper) == pytest.approx(
        (-back.value, -back.upper, -back.lower), nan_ok=True
    )


@pytest.mark.parametrize(("task", "metric"), CASES)
def test_no_rows_and_one_row_have_no_interval(task: Task, metric: str) -> None:
    for n in (0, 1):
        first, second = (some(each, slice(n)) for each in two_versions(task))
        assert math.isnan(difference(metric, first, second).upper)
        assert agreement(first, second).n == n


def test_what_is_undefined_for_one_version_has_no_difference() -> None:
    never = binary([1, 0, 1], [0, 0, 0], [0.1, 0.2, 0.3])
    sometimes = binary([1, 0, 1], [1, 0, 0], [0.9, 0.2, 1.3])
    assert math.isnan(difference("precision", never, sometimes).value)
    assert math.isnan(difference("brier_score", never, sometimes).value)  # 1.3 is no probability
    assert difference("roc_auc", never, sometimes).value == pytest.approx(0.5)
    of_zero = (numbers([0, 1], [1, 1]), numbers([0, 1], [1, 2]))
    assert math.isnan(difference("mean_absolute_percentage_error", *of_zero).value)
    assert math.isnan(difference("expected_calibration_error", never, sometimes).value)


def test_without_errors_there_is_nothing_to_tell_apart() -> None:
    exact = numbers([1, 2, 3], [1, 2, 3])
    assert difference("root_mean_squared_error", exact, exact).upper == 0.0


def test_the_interval_holds_the_true_difference_as_often_as_it_says() -> None:
    # Two scores of normal rows: the areas are known, Phi(d / sqrt(2)) for a shift d of the positives.
    expected = stats.norm.cdf(1.2 / math.sqrt(2)) - stats.norm.cdf(0.8 / math.sqrt(2))
    rng, hits, rounds = np.random.default_rng(2), 0, 400
    for _ in range(rounds):
        truth = (rng.random(300) < 0.3).astype(float)
        shared = rng.normal(size=300)
        scores = [
            shift * truth + math.sqrt(0.7) * shared + math.sqrt(0.3) * rng.normal(size=300)
            for shift in (0.8, 1.2)
        ]
        first, second = (binary(truth, score > 0, score) for score in scores)
        found = difference("roc_auc", first, second)
        hits += found.lower <= expected <= found.upper
    assert 0.92 <= hits / rounds <= 0.98
