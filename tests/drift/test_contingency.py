from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import chi2_contingency, fisher_exact

from monitoring.drift.contingency import (
    categories_pvalues,
    new_bin_pvalue,
    ordered_pvalue,
    share_pvalue,
)


def fisher_less(table: list[list[int]]) -> float:
    """Probability that the first side holds at most so many of the rows in the first column."""
    return float(fisher_exact(np.array(table), alternative="less").pvalue)


def floats(*numbers: float) -> np.ndarray:
    return np.array(numbers, dtype=np.float64)


def test_well_filled_bins_are_tested_as_scipy_does() -> None:
    reference, current = np.array([100, 200, 300]), np.array([[20, 40, 40], [30, 30, 70]])
    expected = [chi2_contingency([reference, rows], correction=False).pvalue for rows in current]
    assert_allclose(ordered_pvalue(reference, current), expected, rtol=1e-9)
    # The last bin of categories is the other ones: empty, so that it adds nothing.
    with_other = categories_pvalues([*reference, 0], np.pad(current, ((0, 0), (0, 1))))
    assert_allclose(with_other[0], expected, rtol=1e-9)
    assert np.isnan(with_other[1:]).all()


def test_ordered_bins_are_pooled_with_their_neighbours() -> None:
    # A tenth of the reference: 3 + 3 rows to expect, 10, and 1 at the end, which the group before takes in.
    reference, current = [30, 30, 100, 10], [9, 1, 4, 3]
    expected = chi2_contingency([[60, 110], [10, 7]], correction=False).pvalue
    assert ordered_pvalue(reference, current) == pytest.approx(expected)


def test_pooling_of_ordered_bins_does_not_look_at_the_window() -> None:
    # Five rows to expect in each: no bin is pooled, however few it has now.
    reference, current = [50, 50, 50], [1, 9, 5]
    expected = chi2_contingency([reference, current], correction=False).pvalue
    assert ordered_pvalue(reference, current) == pytest.approx(expected)


def test_fewer_than_two_bins_leave_nothing_to_compare() -> None:
    assert np.isnan(ordered_pvalue([100], [5]))
    assert np.isnan(ordered_pvalue([50, 50], [2, 2]))
    assert np.isnan(ordered_pvalue([50, 50], [0, 0]))
    assert np.isnan(ordered_pvalue([0, 0], [5, 5]))
    assert np.isnan(categories_pvalues([40, 0], [30, 0])).all()


def test_a_thin_rest_joins_the_smallest_category_and_is_tested_apart() -> None:
    # Of 300 rows 100 are now: 4 / 3 are to expect of the rare one, 20 and more of the others.
    reference, current = [90, 110, 0, 0], [26, 70, 4, 0]
    by_shares, by_rest, by_unseen = categories_pvalues(reference, current)
    assert by_shares == pytest.approx(chi2_contingency([[90, 110], [30, 70]], correction=False).pvalue)
    # A single tail doubled.
    assert by_rest == pytest.approx(2 * fisher_less([[0, 200], [4, 96]]))
    assert np.isnan(by_unseen)


def test_a_rest_that_is_large_enough_is_a_bin_of_its_own() -> None:
    # Ten rare categories, 3 rows to expect of each: 30 together.
    reference, current = [170, *[3] * 10, 0], [170, *[3] * 10, 0]
    current[0], current[1] = 160, 13
    by_shares, by_rest, _ = categories_pvalues(reference, current)
    # The second category has 16 rows on both sides, 8 to expect: it stays.
    table = [[170, 3, 27], [160, 13, 27]]
    assert by_shares == pytest.approx(chi2_contingency(table, correction=False).pvalue)
    assert np.isnan(by_rest)


def test_unseen_categories_are_measured_by_the_single_ones_of_the_reference() -> None:
    # Two singles and one row for the guess: 3 of 101 rows. 6 of 50, two thirds of which stand alone: 4 of 33.
    reference, current = [98, 1, 1, 0], [44, 0, 0, 6]
    expected = fisher_less([[3, 98], [4, 29]])
    assert categories_pvalues(reference, current)[2] == pytest.approx(expected)


def test_the_fullest_bin_that_the_reference_leaves_empty_is_tested() -> None:
    # Three bins have rows; 3 of 20 rows are where none of 100 is.
    assert new_bin_pvalue([0, 100, 0], [2, 15, 3]) == pytest.approx(3 * (20 / 120) ** 3)
    assert new_bin_pvalue([0, 100, 0], [1, 19, 0]) == pytest.approx(2 * 20 / 120)
    assert np.isnan(new_bin_pvalue([0, 100, 0], [[0, 20, 0], [0, 0, 0]])).all()
    assert np.isnan(new_bin_pvalue([0, 0, 0], [0, 20, 0]))


def test_a_share_is_tested_exactly_where_rows_are_few() -> None:
    # Above its share, below it, and just there.
    n, m = floats(100, 100, 100), floats(50, 50, 50)
    found_r, found_c = floats(2, 12, 4), floats(6, 1, 2)
    tails = [
        fisher_less([[2, 98], [6, 44]]),
        fisher_less([[88, 12], [49, 1]]),
    ]
    assert_allclose(share_pvalue(found_r, n, found_c, m), [2 * tails[0], 2 * tails[1], 1.0], rtol=1e-9)


def test_a_share_of_many_rows_is_tested_by_chi_squared() -> None:
    expected = chi2_contingency([[1000, 9000], [300, 2200]], correction=False).pvalue
    assert share_pvalue(floats(1000), floats(10000), floats(300), floats(2500)) == pytest.approx(expected)


def test_a_share_of_none_or_all_rows_leaves_nothing_to_compare() -> None:
    n, m = floats(10, 10, 0), floats(5, 5, 5)
    assert np.isnan(share_pvalue(floats(0, 10, 0), n, floats(0, 5, 0), m)).all()


def test_millions_of_rows_are_no_trouble() -> None:
    found = share_pvalue(floats(3, 1e7), floats(1e8, 1e8), floats(9, 1.1e6), floats(1e7, 1e7))
    assert np.all((found >= 0) & (found < 1e-6))
