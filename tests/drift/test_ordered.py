from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import ks_2samp, wasserstein_distance

from monitoring.drift.binned import Binned, FineBins, FloatArray
from monitoring.drift.ordered import (
    kolmogorov_smirnov,
    kolmogorov_smirnov_bound,
    wasserstein,
    wasserstein_normalised,
)

BinPair = Callable[[FloatArray, FloatArray], tuple[Binned, Binned]]
SAMPLES: dict[str, Callable[[np.random.Generator, int], FloatArray]] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "heavy tailed": lambda rng, n: rng.standard_cauchy(n),
    "zero inflated": lambda rng, n: rng.lognormal(size=n) * (rng.random(n) < 0.4),
    "integers": lambda rng, n: rng.poisson(3, n).astype(float),
    "far from zero": lambda rng, n: 1e9 + rng.normal(size=n),
}


def fine(counts: list[int], sums: list[float], std: float = 1.0) -> FineBins:
    return FineBins(np.array(counts), np.array(sums), np.zeros(len(counts), dtype=bool), np.array(std))


def test_kolmogorov_smirnov_by_hand() -> None:
    # 1/2, 3/4, 1 against 1/4, 1/4, 1: the largest gap is at the second edge.
    assert kolmogorov_smirnov([2, 1, 1], [1, 0, 3]) == 0.5


def test_kolmogorov_smirnov_equals_scipy_with_one_bin_per_value() -> None:
    rng = np.random.default_rng(0)
    reference, windows = rng.integers(0, 30, 200), rng.integers(0, 25, (20, 60))
    counts = np.stack([np.bincount(rows, minlength=30) for rows in windows])
    expected = [ks_2samp(reference, rows).statistic for rows in windows]
    assert_allclose(kolmogorov_smirnov(np.bincount(reference, minlength=30), counts), expected, atol=1e-9)


def test_the_bound_is_the_largest_share_both_sides_have_in_a_bin_that_is_no_atom() -> None:
    atoms = np.array([True, False, False])
    # Shares 0.5, 0.3, 0.2 and 0.5, 0.1, 0.4: the atom does not count, min(0.3, 0.1) and min(0.2, 0.4) do.
    assert kolmogorov_smirnov_bound([5, 3, 2], [5, 1, 4], atoms) == 0.2


def test_the_bound_is_zero_where_every_bin_is_an_atom() -> None:
    assert kolmogorov_smirnov_bound([5, 3], [1, 9], np.array([True, True])) == 0.0


@pytest.mark.parametrize("family", SAMPLES)
def test_the_distance_of_the_values_lies_within_the_bound(family: str, bin_pair: BinPair) -> None:
    rng = np.random.default_rng(1)
    reference, windows = SAMPLES[family](rng, 800), SAMPLES[family](rng, 8 * 90).reshape(8, 90) * 1.3
    binned, current = bin_pair(reference, windows)
    exact = np.array([ks_2samp(reference, rows).statistic for rows in windows])
    seen = kolmogorov_smirnov(binned.fine.counts, current.fine.counts)
    bound = kolmogorov_smirnov_bound(binned.fine.counts, current.fine.counts, current.fine.atoms)
    assert np.all(seen <= exact + 1e-12)
    assert np.all(exact <= seen + bound + 1e-12)
    assert np.all(bound <= 0.05)


def test_wasserstein_by_hand() -> None:
    # Half of the rows at 1 and half at 3, against all at 4: moves of 3 and of 1, 2 on average.
    assert wasserstein(fine([1, 1, 0], [1, 3, 0]), fine([0, 0, 2], [0, 0, 8])) == pytest.approx(2.0)


def test_wasserstein_sees_a_shift_inside_a_bin() -> None:
    assert wasserstein(fine([4], [4.0]), fine([2], [3.0])) == pytest.approx(0.5)


def test_wasserstein_needs_no_rows_in_the_outer_bins() -> None:
    assert wasserstein(fine([0, 2, 0, 0], [0, 2, 0, 0]), fine([0, 0, 3, 0], [0, 0, 9, 0])) == pytest.approx(
        2.0
    )


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.floats(0, 1), st.floats(0, 1), st.floats(0, 50)),
        min_size=1,
        max_size=8,
    )
)
def test_wasserstein_equals_scipy_on_the_means_of_bins(
    bins: list[tuple[int, int, float, float, float]],
) -> None:
    n, m, inside_n, inside_m, widths = (np.array(column) for column in zip(*bins, strict=True))
    left = np.concatenate([[0.0], np.cumsum(widths)[:-1]]) - 20
    means_n, means_m = left + inside_n * widths, left + inside_m * widths
    atoms, std = np.zeros(len(n), dtype=bool), np.array(1.0)
    found = wasserstein(FineBins(n, n * means_n, atoms, std), FineBins(m, m * means_m, atoms, std))
    if n.sum() == 0 or m.sum() == 0:
        assert np.isnan(found)
    else:
        expected = wasserstein_distance(means_n, means_m, n, m)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("family", SAMPLES)
def test_wasserstein_equals_scipy_on_binned_samples(family: str, bin_pair: BinPair) -> None:
    rng = np.random.default_rng(2)
    reference, windows = SAMPLES[family](rng, 700), SAMPLES[family](rng, 6 * 80).reshape(6, 80) + 0.2
    binned, current = bin_pair(reference, windows)
    means = [
        np.divide(side.sums, side.counts, out=np.zeros(side.sums.shape), where=side.counts > 0)
        for side in (binned.fine, current.fine)
    ]
    expected = [
        wasserstein_distance(means[0], window, binned.fine.counts, counts)
        for window, counts in zip(means[1], current.fine.counts, strict=True)
    ]
    # An ulp of the values far from zero is 1e-7.
    tolerance = 1e-9 * max(1.0, np.abs(reference).max() / 1e6)
    assert_allclose(wasserstein(binned.fine, current.fine), expected, rtol=1e-9, atol=tolerance)


def test_wasserstein_of_sums_beyond_the_largest_float_is_undefined() -> None:
    assert np.isnan(wasserstein(fine([1, 2], [0.0, np.inf]), fine([1, 2], [0.0, 2.0])))


def test_wasserstein_is_normalised_by_the_reference() -> None:
    reference, current = fine([2, 2], [0, 4], std=1.0), fine([2, 2], [0, 8], std=2.0)
    # Half of the rows move from 2 to 4.
    assert wasserstein_normalised(reference, current) == pytest.approx(1.0)
    assert wasserstein_normalised(current, reference) == pytest.approx(0.5)


@pytest.mark.parametrize("std", [0.0, 1.4e-17])
def test_a_constant_reference_has_no_yardstick(std: float) -> None:
    reference, current = fine([3, 0], [3 * 0.1, 0.0], std=std), fine([1, 2], [0.1, 2.0])
    assert np.isnan(wasserstein_normalised(reference, current))
    assert wasserstein(reference, current) == pytest.approx(0.6)


def test_a_small_spread_around_zero_is_no_constant() -> None:
    reference, current = fine([1, 1], [-1e-20, 1e-20], std=1e-20), fine([0, 2], [0, 4e-20])
    assert wasserstein_normalised(reference, current) == pytest.approx(2.0)


def test_without_finite_values_nothing_is_defined() -> None:
    empty, full = fine([0, 0], [0, 0], std=0.0), fine([1, 1], [0, 1])
    assert np.isnan(kolmogorov_smirnov(full.counts, empty.counts))
    assert np.isnan(kolmogorov_smirnov_bound(full.counts, empty.counts, full.atoms))
    assert np.isnan(wasserstein(full, empty))
    assert np.isnan(wasserstein(empty, full))
    assert np.isnan(wasserstein_normalised(empty, full))


def test_other_fine_bins_are_refused() -> None:
    with pytest.raises(ValueError, match="not in the same bins"):
        wasserstein(fine([1], [1]), fine([1, 1], [1, 1]))
