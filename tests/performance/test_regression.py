"""Regression against scikit-learn."""

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from monitoring.performance import regression
from monitoring.performance.intervals import Reason
from monitoring.performance.records import Record
from monitoring.performance.regression import RegressionProfile

NUMBER = st.one_of(st.integers(-50, 50).map(float), st.floats(-1e6, 1e6), st.floats(-1e70, 1e70))
PLAIN = st.one_of(st.integers(-50, 50).map(float), st.floats(-1e3, 1e3))
GAPPY = st.one_of(NUMBER, st.sampled_from([math.nan, math.inf, -math.inf, 1e71]))
SKLEARN = {
    "mean_absolute_error": metrics.mean_absolute_error,
    "root_mean_squared_error": metrics.root_mean_squared_error,
    "mean_absolute_percentage_error": metrics.mean_absolute_percentage_error,
    "mean_error": lambda truth, prediction: np.mean(prediction - truth),
}


def of(rows: list[tuple[float, float]]) -> RegressionProfile:
    return RegressionProfile.from_rows(*np.array(rows, float).reshape(-1, 2).T)


@given(st.lists(st.tuples(PLAIN, PLAIN), min_size=1, max_size=50))
@pytest.mark.parametrize("name", SKLEARN)
def test_errors_are_scikit_learns(name: str, rows: list[tuple[float, float]]) -> None:
    truth, prediction = np.array(rows).T
    expected = SKLEARN[name](truth, prediction)
    assert getattr(regression, name)(of(rows)).value == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(st.lists(st.tuples(PLAIN, PLAIN), min_size=2, max_size=50))
def test_r2_is_scikit_learns(rows: list[tuple[float, float]]) -> None:
    truth, prediction = np.array(rows).T
    # Below that, scikit-learn's own rounding of the mean is what it divides by.
    assume(np.ptp(truth) > 1e-6)
    expected = metrics.r2_score(truth, prediction)
    assert regression.r2(of(rows)).value == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("level", [0.0, 1e4, 1e8, 1e12])
def test_a_high_level_of_the_truth_cancels_nothing(level: float) -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=1000) + level
    prediction = truth + rng.normal(scale=0.5, size=1000)
    found = regression.r2(RegressionProfile.from_rows(truth, prediction))
    near = regression.r2(RegressionProfile.from_rows(truth - level, prediction - level))
    assert found.value == pytest.approx(metrics.r2_score(truth, prediction), abs=1e-9)
    assert (found.lower, found.upper) == pytest.approx((near.lower, near.upper), abs=1e-3)


def test_the_interval_of_r2_follows_each_rows_influence() -> None:
    rng = np.random.default_rng(0)
    truth = rng.gamma(2, size=400)
    error = rng.normal(scale=0.3, size=400) * truth
    found = regression.r2(RegressionProfile.from_rows(truth, truth + error))
    # The logarithm of unexplained variance over all variance, moved by one row at a time.
    influence = error**2 / np.mean(error**2) - (truth - truth.mean()) ** 2 / truth.var()
    half = stats.t.ppf(0.975, 399) * influence.std() / math.sqrt(399)
    assert math.log(1 - found.lower) - math.log(1 - found.value) == pytest.approx(half, rel=1e-6)
    assert math.log(1 - found.value) - math.log(1 - found.upper) == pytest.approx(half, rel=1e-6)


def test_the_interval_of_the_root_is_that_of_the_mean_square_on_the_logarithm() -> None:
    rng = np.random.default_rng(0)
    truth, error = rng.normal(size=200), rng.normal(size=200)
    found = regression.root_mean_squared_error(RegressionProfile.from_rows(truth, truth + error))
    half = stats.t.ppf(0.975, 199) * stats.sem(error**2) / (2 * np.mean(error**2))
    expected = (found.value * math.exp(-half), found.value * math.exp(half))
    assert (found.lower, found.upper) == pytest.approx(expected, rel=1e-6)


@given(st.lists(st.tuples(GAPPY, GAPPY), max_size=40), *[st.integers(0, 40)] * 2, st.integers(0, 2**32 - 1))
def test_parts_in_any_order_are_the_whole(
    rows: list[tuple[float, float]], first: int, second: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    shuffled = [rows[i] for i in rng.permutation(len(rows))]
    parts = [of(shuffled[:first]), of(shuffled[first : first + second]), of(shuffled[first + second :])]
    assert RegressionProfile.merge(*(parts[i] for i in rng.permutation(3))) == of(rows)


@given(st.lists(st.tuples(GAPPY, GAPPY), max_size=40))
def test_a_record_survives_json(rows: list[tuple[float, float]]) -> None:
    profile = of(rows)
    content = json.loads(json.dumps(profile.to_record().content, allow_nan=False))
    assert RegressionProfile.from_record(Record(content, [], [], [])) == profile


def test_rows_are_counted_by_what_they_lack() -> None:
    profile = of([(1.0, 2.0), (math.nan, 2.0), (3.0, math.nan), (4.0, math.inf), (1e300, 1.0)])
    assert (profile.n, profile.n_truth, profile.n_pairs) == (5, 4, 1)
    assert regression.mean_error(profile).value == 1.0


def test_errors_worked_by_hand() -> None:
    # Errors 1, -2, 0, 3 of truths 2, 4, 5, 10. About their mean 5.25 the truths vary by
    # 10.5625 + 1.5625 + 0.0625 + 22.5625 = 34.75.
    profile = RegressionProfile.from_rows([2, 4, 5, 10], [3, 2, 5, 13])
    assert regression.mean_error(profile).value == 0.5
    assert regression.mean_absolute_error(profile).value == 1.5
    assert regression.root_mean_squared_error(profile).value == pytest.approx(math.sqrt(14 / 4))
    assert regression.mean_absolute_percentage_error(profile).value == pytest.approx(
        (0.5 + 0.5 + 0 + 0.3) / 4
    )
    assert regression.r2(profile).value == pytest.approx(1 - 14 / 34.75)


def test_a_truth_of_zero_gives_scikit_learns_percentage_and_says_that_it_means_nothing() -> None:
    truth, prediction = [1.0, 0.0, 2.4, 7.0], [1.2, 0.1, 2.4, 8.0]
    found = regression.mean_absolute_percentage_error(RegressionProfile.from_rows(truth, prediction))
    assert found.value == pytest.approx(metrics.mean_absolute_percentage_error(truth, prediction), rel=1e-9)
    assert (math.isnan(found.lower), math.isnan(found.upper), found.reason) == (True, True, Reason.ZERO_TRUTH)


@pytest.mark.parametrize("value", [0.1, 1e6 / 3, 1e15 / 7])
def test_a_constant_truth_has_no_variance_to_explain(value: float) -> None:
    found = regression.r2(RegressionProfile.from_rows([value] * 7, np.arange(7)))
    assert (math.isnan(found.value), found.reason) == (True, Reason.CONSTANT_TRUTH)


def test_a_perfect_prediction_has_no_error() -> None:
    profile = RegressionProfile.from_rows([1.0, 2.0, 4.0], [1.0, 2.0, 4.0])
    for name in (
        "mean_error",
        "mean_absolute_error",
        "root_mean_squared_error",
        "mean_absolute_percentage_error",
    ):
        found = getattr(regression, name)(profile)
        assert (found.lower, found.value, found.upper) == (0.0, 0.0, 0.0)
    assert regression.r2(profile).value == regression.r2(profile).lower == 1.0


NAMES = (*SKLEARN, "r2")


@pytest.mark.parametrize("name", NAMES)
def test_no_rows_say_why(name: str) -> None:
    metric = getattr(regression, name)
    assert metric(of([])).reason is Reason.NO_TRUTH
    assert metric(of([(math.nan, 1.0)])).reason is Reason.NO_TRUTH
    assert metric(of([(1.0, math.nan)])).reason is Reason.NO_PREDICTION
    assert math.isnan(metric(of([])).value)


@pytest.mark.parametrize("name", NAMES)
def test_one_row_has_no_interval(name: str) -> None:
    found = getattr(regression, name)(of([(2.0, 3.0)]))
    assert (math.isnan(found.lower), found.reason) == (True, Reason.TOO_FEW_ROWS)
    assert math.isnan(found.value) == (name == "r2")


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="not of the same rows"):
        RegressionProfile.from_rows([1.0], [1.0, 2.0])


def test_nothing_merges_to_an_empty_profile_and_nothing_needs_compacting() -> None:
    empty = RegressionProfile.merge()
    assert empty == of([])
    assert empty.compact() is empty
