"""Calibration in ten bins."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from monitoring.performance.calibration import CalibrationBins, expected_calibration_error, reliability
from monitoring.performance.intervals import Reason, wilson
from monitoring.performance.scores import ScoreCounts

EDGES = [0.0, 0.1, 0.2, 0.3, 0.30000000000000004, 0.5, 0.6000000000000001, 0.9, 1.0]
ROWS = st.lists(
    st.tuples(st.sampled_from([0, 1]), st.one_of(st.sampled_from(EDGES), st.floats(0, 1))),
    min_size=1,
    max_size=60,
)


def bins_of(truth: np.ndarray | list[int], score: np.ndarray | list[float]) -> CalibrationBins:
    return CalibrationBins.of(ScoreCounts.from_rows(truth, score))


@given(ROWS)
def test_the_reliability_curve_is_scikit_learns(rows: list[tuple[int, float]]) -> None:
    truth, score = (np.array(each, float) for each in zip(*rows, strict=True))
    share, mean = calibration_curve(truth, score, n_bins=10)
    points = reliability(bins_of(truth, score))
    assert [point.share_positive for point in points] == pytest.approx(share.tolist())
    assert [point.mean_score for point in points] == pytest.approx(mean.tolist())
    assert sum(point.n for point in points) == len(rows)


@given(ROWS)
def test_the_error_is_the_weighted_gap_of_the_curve(rows: list[tuple[int, float]]) -> None:
    truth, score = (np.array(each, float) for each in zip(*rows, strict=True))
    index = np.searchsorted(np.linspace(0, 1, 11)[1:-1], score)
    gaps = [abs((truth - score)[index == b].sum()) for b in range(10)]
    found = expected_calibration_error(bins_of(truth, score), float(np.mean((truth - score) ** 2)))
    assert found.value == pytest.approx(sum(gaps) / len(rows), abs=1e-12)


def test_a_score_on_an_edge_belongs_to_the_bin_below() -> None:
    assert bins_of([1, 1, 1, 1], [0.0, 0.1, 0.2, 1.0]).rows.tolist() == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]


def test_scores_that_are_no_probabilities_are_left_out() -> None:
    assert bins_of([1, 0, 1], [-0.5, 0.5, 1.5]).n == 1


def test_bins_merge_to_the_bins_of_the_whole() -> None:
    rng = np.random.default_rng(0)
    score = rng.random(1000)
    truth = (rng.random(1000) < score).astype(int)
    parts = CalibrationBins.merge([bins_of(truth[600:], score[600:]), bins_of(truth[:600], score[:600])])
    whole = bins_of(truth, score)
    assert parts.rows.tolist() == whole.rows.tolist()
    assert parts.positives.tolist() == whole.positives.tolist()
    assert parts.scores == whole.scores


def test_a_hand_worked_error() -> None:
    # In (0.1, 0.2] 4 rows at 0.2, 1 positive, gap 0.05; in (0.7, 0.8] 4 rows at 0.8, 2 positives, gap 0.3.
    truth, score = [0, 0, 0, 1, 0, 0, 1, 1], [0.2] * 4 + [0.8] * 4
    squared = (3 * 0.04 + 0.64 + 2 * 0.64 + 2 * 0.04) / 8
    found = expected_calibration_error(bins_of(truth, score), squared)
    assert found.value == pytest.approx((4 * 0.05 + 4 * 0.3) / 8)
    assert found.lower <= found.value <= found.upper


def test_a_calibrated_model_may_have_no_error_at_all() -> None:
    rng = np.random.default_rng(0)
    score = rng.random(2000)
    truth = (rng.random(2000) < score).astype(int)
    found = expected_calibration_error(bins_of(truth, score), float(np.mean((truth - score) ** 2)))
    assert found.value > 0.005
    assert found.lower == 0.0


def test_a_model_that_is_far_off_surely_has_an_error() -> None:
    score = np.full(500, 0.9)
    truth = np.arange(500) % 2
    found = expected_calibration_error(bins_of(truth, score), float(np.mean((truth - score) ** 2)))
    # One bin: its gap is 0.4, and its interval that of a mean of rows with variance 1/4.
    assert found.value == pytest.approx(0.4)
    assert (found.lower, found.upper) == pytest.approx((0.4 - 0.044, 0.4 + 0.044), abs=1e-3)


def test_the_points_of_the_curve_have_wilsons_intervals() -> None:
    (point,) = reliability(bins_of([0, 1, 1], [0.55, 0.56, 0.57]))
    assert (point.lower, point.upper, point.n) == (*wilson(2 / 3, 3), 3)


def test_no_rows_have_no_calibration_and_one_row_has_no_interval() -> None:
    nothing = expected_calibration_error(bins_of([], []), math.nan)
    assert (math.isnan(nothing.value), nothing.reason) == (True, Reason.NO_SCORE)
    single = expected_calibration_error(bins_of([1], [0.7]), 0.09)
    assert (single.value, math.isnan(single.lower)) == (pytest.approx(0.3), True)
    assert single.reason is Reason.TOO_FEW_ROWS
