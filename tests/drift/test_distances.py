from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.spatial import distance
from scipy.stats import chi2_contingency, entropy

from monitoring.drift.distances import (
    cardinality_change,
    chi2,
    entropy_change,
    hellinger,
    jensen_shannon,
    kullback_leibler,
    l_infinity,
    psi,
    total_variation,
)

# Two bins: all rows spread evenly before, three quarters in the first bin now.
REFERENCE = [2, 2]
CURRENT = [3, 1]


def random_counts(n_windows: int = 40, n_bins: int = 12) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.poisson(20, n_bins) + 1, rng.poisson(3, (n_windows, n_bins)) + (np.arange(n_bins) == 0)


def test_psi_by_hand() -> None:
    # Smoothed: 2.5 / 5, 2.5 / 5 and 3.5 / 5, 1.5 / 5; 0.2 ln 1.4 - 0.2 ln 0.6.
    assert psi(REFERENCE, CURRENT) == pytest.approx(0.2 * log(1.4) - 0.2 * log(0.6))


def test_psi_counts_a_bin_that_is_empty_on_one_side() -> None:
    # Smoothed: 0.5 / 5 and 4.5 / 5 swap.
    assert psi([4, 0], [0, 4]) == pytest.approx(2 * 0.8 * log(9))


def test_jensen_shannon_by_hand() -> None:
    # The middle is 5/8, 3/8.
    nats = (0.5 * log(0.8) + 0.5 * log(4 / 3) + 0.75 * log(1.2) + 0.25 * log(2 / 3)) / 2
    assert jensen_shannon(REFERENCE, CURRENT) == pytest.approx(sqrt(nats / log(2)))


def test_jensen_shannon_of_disjoint_bins_is_one() -> None:
    assert jensen_shannon([5, 0], [0, 7]) == 1.0


def test_kullback_leibler_by_hand() -> None:
    assert kullback_leibler(REFERENCE, CURRENT) == pytest.approx(0.75 * log(1.5) + 0.25 * log(0.5))


def test_kullback_leibler_needs_no_smoothing_where_the_current_window_is_empty() -> None:
    assert kullback_leibler([1, 1], [8, 0]) == pytest.approx(log(2))


def test_kullback_leibler_smooths_all_bins_of_a_window_with_a_new_bin_only() -> None:
    # Second window: (4.5, 0.5) / 5 before, (2.5, 2.5) / 5 now.
    expected = [0.0, 0.5 * log(5 / 9) + 0.5 * log(5)]
    assert_allclose(kullback_leibler([4, 0], [[9, 0], [2, 2]]), expected, atol=1e-15)


def test_hellinger_by_hand() -> None:
    # Half of (sqrt 0.75 - sqrt 0.5)² + (sqrt 0.25 - sqrt 0.5)²: 1 minus the sum of sqrt(p q).
    affinity = sqrt(0.375) + sqrt(0.125)
    assert hellinger(REFERENCE, CURRENT) == pytest.approx(sqrt(1 - affinity))


def test_total_variation_by_hand() -> None:
    assert total_variation([1, 1, 2], [3, 1, 0]) == 0.5


def test_l_infinity_by_hand() -> None:
    assert l_infinity([4, 4, 2], [5, 4, 1]) == pytest.approx(0.1)


def test_chi2_by_hand() -> None:
    # Expected 2.5 and 1.5 on both sides: 4 terms, 2 * 0.25 / 2.5 + 2 * 0.25 / 1.5.
    assert chi2(REFERENCE, CURRENT) == pytest.approx(0.2 + 1 / 3)


def test_chi2_leaves_out_bins_that_are_empty_on_both_sides() -> None:
    assert chi2([2, 2, 0], [3, 1, 0]) == pytest.approx(0.2 + 1 / 3)


def test_entropy_change_by_hand() -> None:
    assert entropy_change([1, 1], [1, 0]) == pytest.approx(-log(2))
    assert entropy_change([4, 0, 0, 0], [1, 1, 1, 1]) == pytest.approx(log(4))


def test_cardinality_change_by_hand() -> None:
    assert_allclose(cardinality_change(3, [5, 3, 0]), [2, 0, -3])


def test_negative_distinct_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        cardinality_change(3, [-1])


@pytest.mark.parametrize(
    "method",
    [psi, jensen_shannon, kullback_leibler, hellinger, total_variation, l_infinity, chi2, entropy_change],
)
def test_a_side_without_rows_is_undefined(method: object) -> None:
    assert callable(method)
    assert_allclose(method([1, 1], [[0, 0], [1, 1]]), [np.nan, 0.0], atol=1e-15)
    assert np.isnan(method([0, 0], [1, 1]))
    assert np.isnan(method([0, 0], [0, 0]))


def test_jensen_shannon_equals_scipy() -> None:
    reference, current = random_counts()
    expected = [distance.jensenshannon(reference, window, base=2) for window in current]
    assert_allclose(jensen_shannon(reference, current), expected, rtol=0, atol=1e-9)


def test_kullback_leibler_equals_scipy_entropy() -> None:
    reference, current = random_counts()
    expected = [entropy(window, reference) for window in current]
    assert_allclose(kullback_leibler(reference, current), expected, rtol=0, atol=1e-9)


def test_psi_is_the_sum_of_both_smoothed_divergences() -> None:
    reference, current = random_counts()
    expected = [
        entropy(window + 0.5, reference + 0.5) + entropy(reference + 0.5, window + 0.5) for window in current
    ]
    assert_allclose(psi(reference, current), expected, rtol=0, atol=1e-9)


def test_entropy_change_equals_scipy() -> None:
    reference, current = random_counts()
    expected = [entropy(window) - entropy(reference) for window in current]
    assert_allclose(entropy_change(reference, current), expected, rtol=0, atol=1e-9)


def test_total_variation_equals_scipy_cityblock() -> None:
    reference, current = random_counts()
    p = reference / reference.sum()
    expected = [distance.cityblock(p, window / window.sum()) / 2 for window in current]
    assert_allclose(total_variation(reference, current), expected, rtol=0, atol=1e-9)


def test_l_infinity_equals_scipy_chebyshev() -> None:
    reference, current = random_counts()
    p = reference / reference.sum()
    expected = [distance.chebyshev(p, window / window.sum()) for window in current]
    assert_allclose(l_infinity(reference, current), expected, rtol=0, atol=1e-9)


def test_hellinger_equals_euclidean_distance_of_roots() -> None:
    reference, current = random_counts()
    roots = np.sqrt(reference / reference.sum())
    expected = [distance.euclidean(roots, np.sqrt(w / w.sum())) / sqrt(2) for w in current]
    assert_allclose(hellinger(reference, current), expected, rtol=0, atol=1e-9)


def test_chi2_equals_scipy() -> None:
    reference, current = random_counts()
    expected = [chi2_contingency([reference, w], correction=False).statistic for w in current]
    assert_allclose(chi2(reference, current), expected, rtol=0, atol=1e-9)
