"""Sums without rounding."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.performance.sums import ExactSum, Moments, exact_dot, two_product

SIZES = st.floats(min_value=-1e70, max_value=1e70, allow_subnormal=True)
VALUES = st.lists(SIZES, max_size=60)


def array(values: list[float]) -> np.ndarray:
    return np.array(values, np.float64)


@given(VALUES)
def test_a_sum_is_exact(values: list[float]) -> None:
    assert ExactSum.of(array(values)).exact == sum(map(Fraction, values))


@given(VALUES)
def test_its_value_is_the_sum_rounded_once(values: list[float]) -> None:
    assert ExactSum.of(array(values)).value == float(sum(map(Fraction, values), Fraction(0)))


@given(VALUES, st.integers(0, 60), st.randoms(use_true_random=False))
def test_neither_order_nor_split_changes_a_bit(values: list[float], cut: int, random: object) -> None:
    shuffled = np.random.default_rng(cut).permutation(array(values))
    whole = ExactSum.of(array(values))
    assert ExactSum.of(shuffled[cut:]) + ExactSum.of(shuffled[:cut]) == whole


def test_values_that_cancel_leave_the_small_one() -> None:
    # A double at 1e16 has steps of 2: 1e16 + 1 - 1e16 is 0 where it is rounded on the way.
    assert ExactSum.of(array([1e16, 1.0, -1e16])).value == 1.0


def test_no_values_sum_to_zero() -> None:
    assert (ExactSum.of(array([])), ExactSum.of(array([0.0, -0.0]))) == (ExactSum(), ExactSum())


def test_a_sum_over_many_chunks_is_exact() -> None:
    values = np.random.default_rng(0).standard_cauchy(30_000)
    assert ExactSum.of(values).exact == sum(map(Fraction, values.tolist()))


@given(st.lists(st.tuples(st.floats(-1e70, 1e70), st.integers(0, 2**40)), max_size=20))
def test_a_value_that_stands_several_times_is_added_so_often(pairs: list[tuple[float, int]]) -> None:
    values, counts = array([v for v, _ in pairs]), np.array([c for _, c in pairs], np.int64)
    assert exact_dot(values, counts).exact == sum(Fraction(v) * c for v, c in pairs)


@given(st.floats(-1e70, 1e70), st.floats(-1e70, 1e70))
def test_a_product_and_what_its_rounding_took_are_the_exact_product(left: float, right: float) -> None:
    # Below 1e-290 the lost part would be smaller than any double.
    left, right = (0.0 if abs(each) < 1e-100 else each for each in (left, right))
    product, lost = two_product(array([left]), array([right]))
    assert Fraction(float(product[0])) + Fraction(float(lost[0])) == Fraction(left) * Fraction(right)


def test_moments_give_mean_and_standard_error() -> None:
    # 1, 2, 3, 6: mean 3, squared distances 4 + 1 + 0 + 9 = 14, variance 14 / 3, error sqrt(14 / 12).
    moments = Moments.of(array([1.0, 2.0, 3.0, 6.0]))
    assert (moments.mean, moments.standard_error) == (3.0, pytest.approx((14 / 12) ** 0.5))


def test_moments_of_counts_are_those_of_the_rows_written_out() -> None:
    values, counts = array([0.1, 0.7, 3.3]), np.array([3, 0, 2])
    assert Moments.weighted(values, counts) == Moments.of(np.repeat(values, counts))


def test_equal_values_have_no_standard_error_and_one_value_has_none_at_all() -> None:
    assert Moments.of(array([0.1] * 7)).standard_error == pytest.approx(0.0, abs=1e-9)
    assert np.isnan(Moments.of(array([0.1])).standard_error)
    assert np.isnan(Moments().mean)
