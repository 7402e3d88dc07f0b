"""Intervals against scipy and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from monitoring.performance.intervals import (
    REASONS,
    Reason,
    mean_estimate,
    mean_of_shares,
    on_logit_scale,
    proportion,
    student,
    undefined,
    wilson,
)
from monitoring.performance.sums import Moments


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_a_proportion_has_wilsons_interval(n: int, share: float) -> None:
    hits = round(share * n)
    expected = stats.binomtest(hits, n).proportion_ci(method="wilson")
    found = proportion(hits, n, Reason.NO_TRUTH)
    assert (found.lower, found.upper) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0 <= found.lower <= found.value <= found.upper <= 1


def test_a_proportion_of_nothing_is_undefined_for_the_given_reason() -> None:
    found = proportion(0, 0, Reason.NO_POSITIVES)
    assert (math.isnan(found.value), found.reason) == (True, Reason.NO_POSITIVES)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40))
def test_a_mean_has_students_interval(values: list[float]) -> None:
    found = mean_estimate(Moments.of(np.array(values)), Reason.NO_TRUTH)
    half = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)
    expected = (np.mean(values) - half, np.mean(values) + half)
    assert (found.lower, found.upper) == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_a_mean_stays_within_what_the_metric_can_be() -> None:
    found = mean_estimate(Moments.of(np.array([0.0, 0.0, 0.9])), Reason.NO_TRUTH, (0.0, 1.0))
    assert (found.lower, found.value, found.upper) == (0.0, pytest.approx(0.3), 1.0)


def test_a_mean_of_one_row_has_no_interval_and_of_none_no_value() -> None:
    single = mean_estimate(Moments.of(np.array([3.0])), Reason.NO_TRUTH)
    assert (single.value, math.isnan(single.upper), single.reason) == (3.0, True, Reason.TOO_FEW_ROWS)
    assert mean_estimate(Moments(), Reason.NO_TRUTH).reason is Reason.NO_TRUTH


def test_few_rows_are_wider_than_normal_and_many_are_normal() -> None:
    assert student(2) == pytest.approx(12.706, abs=1e-3)
    assert student(1e9) == pytest.approx(1.959964, abs=1e-6)


@given(st.floats(0, 1), st.floats(0, 0.5), st.integers(2, 1000))
def test_on_the_log_odds_an_interval_stays_inside_and_holds_its_value(
    share: float, error: float, n: int
) -> None:
    found = on_logit_scale(share, error, n)
    assert 0 <= found.lower <= share <= found.upper <= 1


def test_where_all_rows_agree_wilson_stands_in() -> None:
    found = on_logit_scale(1.0, 0.0, 10)
    assert (found.lower, found.upper) == wilson(1.0, 10)
    assert found.lower == pytest.approx(10 / (10 + 1.959963984540054**2))


def test_independent_shares_are_surer_together_than_dependent_ones() -> None:
    value, lower, upper = np.array([0.8, 0.6]), np.array([0.7, 0.5]), np.array([0.9, 0.7])
    apart = mean_of_shares(value, lower, upper, np.eye(2))
    together = mean_of_shares(value, lower, upper, np.ones((2, 2)))
    # sqrt(0.1^2 + 0.1^2) / 2 and (0.1 + 0.1) / 2.
    assert (apart.value, apart.upper - apart.value) == (pytest.approx(0.7), pytest.approx(0.0707107))
    assert together.value - together.lower == pytest.approx(0.1)


def test_every_reason_has_its_sentence() -> None:
    assert set(REASONS) == set(Reason)
    assert undefined(Reason.ONE_CLASS).reason == "one_class"
