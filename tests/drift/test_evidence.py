"""p-values hold what they promise: rarely small without drift, nearly always with it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import chi2, false_discovery_control, ks_2samp

from monitoring.drift.binned import Binned, FineBins, FloatArray
from monitoring.drift.evidence import drift_pvalue, false_discovery_adjust, values_pvalue

BinPair = Callable[[FloatArray, FloatArray], tuple[Binned, Binned]]
Draw = Callable[[np.random.Generator, tuple[int, ...]], FloatArray]


def with_missing(rows: FloatArray, share: float, rng: np.random.Generator) -> FloatArray:
    missing: FloatArray = np.where(rng.random(rows.shape) < share, np.nan, rows)
    return missing


NUMERIC: dict[str, Draw] = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "lognormal": lambda rng, shape: rng.lognormal(sigma=2, size=shape),
    "zero inflated": lambda rng, shape: rng.lognormal(size=shape) * (rng.random(shape) < 0.3),
    "discrete": lambda rng, shape: rng.poisson(2, shape).astype(float),
    "30 % missing": lambda rng, shape: with_missing(rng.normal(size=shape), 0.3, rng),
    "rarely missing": lambda rng, shape: with_missing(rng.normal(size=shape), 0.004, rng),
}
CATEGORICAL: dict[str, FloatArray] = {
    "few": np.array([0.6, 0.39, 0.01]),
    "rare": np.array([0.9, 0.05, *[0.001] * 50]),
    "thousands": 1 / np.arange(1, 3000) ** 1.1,
}
SIZES = [50, 200, 1000]
BLOCKS, WINDOWS = 10, 40


def categorical_pair(
    rng: np.random.Generator, n_reference: int, before: FloatArray, n_rows: int, now: FloatArray
) -> tuple[Binned, Binned]:
    """Categories that the reference has not seen count as other; nothing is missing."""
    reference = rng.multinomial(n_reference, before / before.sum())
    current = rng.multinomial(n_rows, now / now.sum(), size=WINDOWS)
    seen = reference > 0
    counts = np.column_stack([current[:, seen], current[:, ~seen].sum(axis=1), np.zeros(WINDOWS, dtype=int)])
    one = Binned(np.array([*reference[seen], 0, 0]), distinct=np.asarray(seen.sum()))
    return one, Binned(counts, distinct=(current > 0).sum(axis=1))


def share_below(pvalues: list[FloatArray], level: float) -> float:
    return float(np.mean(np.concatenate(pvalues) < level))


@pytest.mark.parametrize("n_rows", SIZES)
@pytest.mark.parametrize("family", NUMERIC)
def test_numeric_columns_without_drift_are_rarely_significant(
    family: str, n_rows: int, bin_pair: BinPair
) -> None:
    rng = np.random.default_rng(0)
    draw = NUMERIC[family]
    pairs = [bin_pair(draw(rng, (2000,)), draw(rng, (WINDOWS, n_rows))) for _ in range(BLOCKS)]
    assert share_below([drift_pvalue(*pair) for pair in pairs], 0.01) <= 0.02


@pytest.mark.parametrize("n_rows", SIZES)
def test_bins_from_other_rows_change_nothing(n_rows: int, bin_pair: BinPair) -> None:
    # Against the previous window both sides are small, and neither made the bins.
    rng = np.random.default_rng(0)
    pvalues = []
    for _ in range(BLOCKS):
        _, both = bin_pair(rng.normal(size=2000), rng.normal(size=(2 * WINDOWS, n_rows)))
        halves = [
            Binned(
                both.counts[half],
                FineBins(both.fine.counts[half], both.fine.sums[half], both.fine.atoms, both.fine.std[half]),
            )
            for half in (slice(0, WINDOWS), slice(WINDOWS, None))
        ]
        pvalues.append(drift_pvalue(*halves))
    assert share_below(pvalues, 0.01) <= 0.02


@pytest.mark.parametrize("n_rows", SIZES)
@pytest.mark.parametrize("family", CATEGORICAL)
@pytest.mark.parametrize("n_reference", [500, 5000])
def test_categorical_columns_without_drift_are_rarely_significant(
    family: str, n_rows: int, n_reference: int
) -> None:
    rng = np.random.default_rng(0)
    shares = CATEGORICAL[family]
    pairs = [categorical_pair(rng, n_reference, shares, n_rows, shares) for _ in range(BLOCKS)]
    assert share_below([drift_pvalue(*pair) for pair in pairs], 0.01) <= 0.02


NUMERIC_SHIFTS: dict[str, tuple[Draw, Draw, int]] = {
    "by one deviation": (NUMERIC["normal"], lambda rng, shape: 1 + rng.normal(size=shape), 50),
    "twice the spread": (NUMERIC["normal"], lambda rng, shape: 2 * rng.normal(size=shape), 200),
    "fewer zeros": (
        NUMERIC["zero inflated"],
        lambda rng, shape: rng.lognormal(size=shape) * (rng.random(shape) < 0.7),
        50,
    ),
    "another unit": (NUMERIC["lognormal"], lambda rng, shape: 25.4 * rng.lognormal(sigma=2, size=shape), 50),
    "missing for the first time": (
        NUMERIC["normal"],
        lambda rng, shape: with_missing(rng.normal(size=shape), 0.25, rng),
        50,
    ),
    "no longer missing": (NUMERIC["30 % missing"], NUMERIC["normal"], 50),
    "all missing": (NUMERIC["normal"], lambda rng, shape: np.full(shape, np.nan), 50),
    "infinite": (
        NUMERIC["normal"],
        lambda rng, shape: np.where(rng.random(shape) < 0.25, np.inf, rng.normal(size=shape)),
        50,
    ),
    "constant gives way": (
        lambda rng, shape: np.full(shape, 7.0, dtype=np.float64),
        lambda rng, shape: np.where(rng.random(shape) < 0.25, 8.0, 7.0),
        50,
    ),
}


@pytest.mark.parametrize("shift", NUMERIC_SHIFTS)
def test_obvious_shifts_of_numeric_columns_are_found(shift: str, bin_pair: BinPair) -> None:
    rng = np.random.default_rng(0)
    before, now, n_rows = NUMERIC_SHIFTS[shift]
    pvalues = [
        drift_pvalue(*bin_pair(before(rng, (2000,)), now(rng, (WINDOWS, n_rows)))) for _ in range(BLOCKS)
    ]
    assert share_below(pvalues, 0.01) >= 0.99


CATEGORICAL_SHIFTS = {
    "a new category": ([0.6, 0.4, 0], [0.5, 0.3, 0.2]),
    "a rare one grows": ([0.6, 0.395, 0.005], [0.5, 0.3, 0.2]),
    "a constant gives way": ([1, 0], [0.8, 0.2]),
    "shares swap": ([0.8, 0.2], [0.2, 0.8]),
    "all of them new": ([*[0.01] * 100, *[0] * 50], [*[0] * 100, *[0.02] * 50]),
}


@pytest.mark.parametrize("shift", CATEGORICAL_SHIFTS)
def test_obvious_shifts_of_categorical_columns_are_found(shift: str) -> None:
    rng = np.random.default_rng(0)
    before, now = (np.array(shares) for shares in CATEGORICAL_SHIFTS[shift])
    pvalues = [drift_pvalue(*categorical_pair(rng, 2000, before, 50, now)) for _ in range(BLOCKS)]
    assert share_below(pvalues, 0.01) >= 0.99


def numeric(counts: list[list[int]]) -> Binned:
    """Two coarse bins that are the fine bins too, then infinite, then missing."""
    array = np.array(counts)
    fine = array[..., :2]
    atoms, std = np.array([False, False]), np.ones(fine.shape[:-1])
    return Binned(array, FineBins(fine, fine.astype(float), atoms, std))


def test_only_tests_that_compare_something_are_counted() -> None:
    # Nothing is missing or infinite: chi-squared and Kolmogorov-Smirnov are left, and the latter is weaker.
    reference, current = numeric([[500, 500, 0, 0]]), numeric([[80, 20, 0, 0]])
    statistic = 1100 * (500 * 20 - 500 * 80) ** 2 / (1000 * 100 * 580 * 520)
    assert drift_pvalue(reference, current) == pytest.approx(2 * chi2.sf(statistic, 1))


def test_equal_shares_have_a_p_value_of_one() -> None:
    assert drift_pvalue(numeric([[50, 50, 2, 8]]), numeric([[25, 25, 1, 4]])) == 1.0


def test_nothing_to_compare_is_no_evidence() -> None:
    everything_missing = numeric([[0, 0, 0, 60]])
    assert drift_pvalue(everything_missing, everything_missing) == 1.0


def test_a_side_without_rows_has_no_p_value() -> None:
    empty, full = numeric([[0, 0, 0, 0]]), numeric([[5, 5, 0, 0]])
    for pair in ((empty, full), (full, empty), (empty, empty)):
        assert np.isnan(drift_pvalue(*pair)).all()


def test_the_test_of_values_equals_the_limit_of_scipys() -> None:
    rng = np.random.default_rng(0)
    reference, current = rng.integers(0, 400, 40_000), rng.integers(0, 395, 30_000)
    expected = ks_2samp(reference, current, method="asymp").pvalue
    found = values_pvalue(np.bincount(reference, minlength=400), np.bincount(current, minlength=400))
    assert found == pytest.approx(expected, rel=0.02)


def test_the_test_of_values_errs_on_the_safe_side() -> None:
    rng = np.random.default_rng(0)
    for n_rows in (10, 30, 80):
        reference, current = rng.permutation(60), rng.choice(60, n_rows) // 2
        exact = ks_2samp(reference, current, method="exact").pvalue
        found = values_pvalue(np.bincount(reference, minlength=60), np.bincount(current, minlength=60))
        assert found >= exact


def test_the_test_of_values_is_undefined_without_values() -> None:
    assert np.isnan(values_pvalue([1, 1], [[0, 0]])).all()


def test_false_discoveries_are_adjusted_by_hand() -> None:
    # 4 columns: 4/1, 4/2, 4/3 and 4/4 times the p-values in order, the smallest from there on.
    assert_allclose(false_discovery_adjust(np.array([0.03, 0.001, 0.5, 0.02])), [0.04, 0.004, 0.5, 0.04])


def test_undefined_columns_do_not_count() -> None:
    pvalues = np.array([[0.01, np.nan], [0.02, 0.02], [np.nan, np.nan], [0.5, 0.04]])
    expected = [[0.03, np.nan], [0.03, 0.04], [np.nan, np.nan], [0.5, 0.04]]
    assert_allclose(false_discovery_adjust(pvalues), expected)


def test_windows_are_adjusted_each_for_itself() -> None:
    pvalues = np.random.default_rng(0).random((25, 3, 4)) ** 3
    pvalues[:, 1, 2] = np.nan
    adjusted = false_discovery_adjust(pvalues)
    assert np.isnan(adjusted[:, 1, 2]).all()
    assert_allclose(adjusted[:, 0, 1], false_discovery_control(pvalues[:, 0, 1]))


def test_no_columns_are_no_error() -> None:
    assert false_discovery_adjust(np.zeros((0, 3))).shape == (0, 3)
    assert false_discovery_adjust(np.zeros((3, 0))).shape == (3, 0)
