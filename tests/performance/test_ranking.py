"""Ranking metrics against scikit-learn, and their variances against slow definitions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit, stdtrit
from sklearn import metrics

from monitoring.performance.intervals import Reason, wilson
from monitoring.performance.ranking import average_precision, roc_auc
from monitoring.performance.scores import ScoreCounts

BOTH_CLASSES = st.lists(
    st.tuples(st.sampled_from([0, 1]), st.one_of(st.integers(-3, 3).map(float), st.floats(-1e9, 1e9))),
    min_size=2,
    max_size=50,
).filter(lambda rows: 0 < sum(truth for truth, _ in rows) < len(rows))


def split(rows: list[tuple[int, float]]) -> tuple[np.ndarray, np.ndarray]:
    truth, score = zip(*rows, strict=True)
    return np.array(truth), np.array(score)


def naive_delong(truth: np.ndarray, score: np.ndarray) -> tuple[float, float]:
    """Area and variance as DeLong et al. define them, pair by pair."""
    above, below = score[truth == 1][:, None], score[truth == 0][None, :]
    wins = (above > below) + 0.5 * (above == below)
    of_positives, of_negatives = wins.mean(axis=1), wins.mean(axis=0)
    variance = of_positives.var(ddof=1) / len(of_positives) + of_negatives.var(ddof=1) / len(of_negatives)
    return float(wins.mean()), float(variance)


def precision_with_weights(truth: np.ndarray, score: np.ndarray, weights: np.ndarray) -> float:
    """Average precision of weighted rows, positive by positive."""
    total = 0.0
    for place in np.flatnonzero(truth == 1):
        above = score >= score[place]
        total += weights[place] * (weights * truth)[above].sum() / weights[above].sum()
    return float(total / (weights * truth).sum())


@given(BOTH_CLASSES)
def test_roc_auc_is_scikit_learns(rows: list[tuple[int, float]]) -> None:
    truth, score = split(rows)
    expected = metrics.roc_auc_score(truth, score)
    assert roc_auc(ScoreCounts.from_rows(truth, score)).value == pytest.approx(expected, abs=1e-12)


@given(BOTH_CLASSES)
def test_average_precision_is_scikit_learns(rows: list[tuple[int, float]]) -> None:
    truth, score = split(rows)
    expected = metrics.average_precision_score(truth, score)
    assert average_precision(ScoreCounts.from_rows(truth, score)).value == pytest.approx(expected, abs=1e-12)


@given(BOTH_CLASSES)
def test_the_interval_of_roc_auc_is_delongs_on_the_log_odds(rows: list[tuple[int, float]]) -> None:
    truth, score = split(rows)
    found = roc_auc(ScoreCounts.from_rows(truth, score))
    smaller = min(truth.sum(), len(truth) - truth.sum())
    if smaller < 2:
        assert (math.isnan(found.lower), found.reason) == (True, Reason.TOO_FEW_ROWS)
        return
    area, variance = naive_delong(truth, score)
    if variance < 1e-20 or area in (0, 1):
        assert (found.lower, found.upper) == pytest.approx(wilson(found.value, smaller))
        return
    half = stdtrit(smaller - 1, 0.975) * math.sqrt(variance) / (area * (1 - area))
    expected = expit(logit(area) - half), expit(logit(area) + half)
    assert (found.lower, found.upper) == pytest.approx(expected, abs=1e-9)


def test_the_variance_of_average_precision_is_that_of_each_rows_influence() -> None:
    rng = np.random.default_rng(0)
    truth, score = rng.integers(0, 2, 60), rng.integers(0, 12, 60) / 12 + 0.0
    score = score + 0.4 * truth
    found = average_precision(ScoreCounts.from_rows(truth, score))
    step = 1e-6
    influence = []
    for row in range(60):
        weights = np.ones(60)
        weights[row] += step
        influence.append((precision_with_weights(truth, score, weights) - found.value) / step)
    error = math.sqrt(np.square(influence).sum())
    half = stdtrit(truth.sum() - 1, 0.975) * error / (found.value * (1 - found.value))
    assert logit(found.upper) - logit(found.value) == pytest.approx(half, rel=1e-3)
    assert logit(found.value) - logit(found.lower) == pytest.approx(half, rel=1e-3)


def test_ranks_worked_by_hand() -> None:
    # Positives 0.8, 0.35; negatives 0.4, 0.1: three of four pairs in order. Precision 1/1 and 2/3.
    counts = ScoreCounts.from_rows([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    assert (roc_auc(counts).value, average_precision(counts).value) == (0.75, pytest.approx(5 / 6))


def test_a_perfect_ranking_of_few_rows_is_not_sure_to_be_perfect() -> None:
    counts = ScoreCounts.from_rows([0] * 20 + [1] * 5, np.arange(25))
    assert (roc_auc(counts).value, average_precision(counts).value) == (1.0, 1.0)
    # Wilson for 5 of 5: 5 / (5 + 1.96^2).
    assert roc_auc(counts).lower == pytest.approx(5 / (5 + 1.959963984540054**2))
    assert average_precision(counts).lower == roc_auc(counts).lower
    assert (roc_auc(counts).upper, average_precision(counts).upper) == (1.0, 1.0)


@pytest.mark.parametrize("truth", [[], [0, 0], [1, 1]])
def test_one_class_cannot_be_ranked(truth: list[int]) -> None:
    counts = ScoreCounts.from_rows(truth, np.linspace(0, 1, len(truth)))
    for found in (roc_auc(counts), average_precision(counts)):
        assert (math.isnan(found.value), found.reason) == (True, Reason.ONE_CLASS)
