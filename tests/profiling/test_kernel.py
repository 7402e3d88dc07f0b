"""The kernel against exact fractions: sums must be right to the last bit where that is promised."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.profiling import kernel
from monitoring.profiling.binning import NumericBins, learn_numeric
from monitoring.profiling.lookup import make_lookup

ALL_VALID = np.frombuffer(b"", dtype=np.uint8)
LARGEST = 1.7976931348623157e308

finite = st.floats(allow_nan=False, allow_infinity=False)


def summed(
    bins: NumericBins, values: list[float], valid: bytes = b"", offset: int = 0
) -> tuple[kernel.Sums, np.ndarray, np.ndarray, np.ndarray]:
    sums, lookup = kernel.no_sums(1, bins.n_bins), make_lookup(bins)
    frozen = np.frombuffer(np.array(values).tobytes(), dtype=np.float64)
    groups = np.zeros(len(values), dtype=np.int32)
    kernel.add_numbers(frozen, np.frombuffer(valid, dtype=np.uint8), offset, groups, lookup, sums)
    counts, bin_sums = np.empty((1, bins.n_bins), dtype=np.int64), np.empty((1, bins.n_bins))
    moments = np.empty((1, 2))
    kernel.finish(sums, lookup, counts, bin_sums, moments)
    return sums, counts[0], bin_sums[0], moments[0]


def nearest_float(exact: Fraction) -> float:
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


@given(st.lists(finite, max_size=30))
def test_an_open_bin_has_the_exact_sum(values: list[float]) -> None:
    _, counts, sums, moments = summed(learn_numeric([]), values)

    exact = sum(map(Fraction, values), Fraction(0))
    expected = nearest_float(exact)
    # Rounding takes two steps, so the neighbour of the nearest float is right too.
    neighbours = [math.nextafter(expected, -math.inf), expected, math.nextafter(expected, math.inf)]
    assert counts.tolist() == [len(values)]
    assert sums[0] in neighbours
    assert moments[0] == sums[0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1e308, 1.0, -1e308], 1.0),
        ([1e16, 1.0, -1e16, 1.0], 2.0),
        ([5e-324] * 3, 1.5e-323),
        ([LARGEST, LARGEST], math.inf),
        ([LARGEST, LARGEST, -LARGEST], LARGEST),
        ([-1.0, -2.0, -3.0], -6.0),
        ([0.1] * 10, 1.0),  # ten times the float next to 0.1 is closer to 1 than to any other float
        ([-0.0], 0.0),
    ],
)
def test_sums_that_floats_get_wrong(values: list[float], expected: float) -> None:
    _, _, sums, _ = summed(learn_numeric([]), values)

    assert sums.tolist() == [expected]


@given(st.lists(finite, min_size=1, max_size=20), st.lists(finite, max_size=30))
def test_a_closed_bin_has_its_sum_to_62_bits_of_its_larger_edge(
    reference: list[float], values: list[float]
) -> None:
    bins = learn_numeric(reference)
    _, counts, sums, _ = summed(bins, values)

    places = np.searchsorted(bins.edges, values, side="left")
    assert counts.tolist() == np.bincount(places, minlength=bins.n_bins).tolist()
    for place in range(1, bins.n_bins - 1):
        exact = sum((Fraction(v) for v, p in zip(values, places, strict=True) if p == place), Fraction(0))
        larger = Fraction(max(abs(bins.edges[place - 1]), abs(bins.edges[place])))
        expected = nearest_float(exact)
        if math.isinf(expected):
            assert sums[place] == expected
            continue
        per_value = max(larger / 2**61, Fraction(1, 2**1023))
        allowed = int(counts[place]) * per_value + Fraction(math.ulp(expected))
        assert abs(Fraction(float(sums[place])) - exact) <= allowed


def test_squares_are_from_the_mean_of_the_reference() -> None:
    # mean 2; 1 and 3 are within the reference's range, 12 and -8 are not
    _, _, _, moments = summed(learn_numeric([1.0, 2.0, 3.0]), [1.0, 3.0, 12.0, -8.0])

    assert moments.tolist() == [8.0, 1.0 + 1.0 + 100.0 + 100.0]


def test_squares_too_large_for_a_float_are_infinite() -> None:
    _, _, sums, moments = summed(learn_numeric([1.0]), [1e200, -1e200])

    assert sums.tolist() == [-1e200, 0.0, 1e200]
    assert moments.tolist() == [0.0, math.inf]


def test_squares_of_a_reference_that_is_too_wide_for_squares() -> None:
    _, _, _, moments = summed(learn_numeric([-1e300, 1e300]), [3.0, 4.0])

    assert moments[1] == 25.0


def test_smallest_and_largest_are_found_and_zero_has_no_sign() -> None:
    sums, _, _, _ = summed(learn_numeric([0.0]), [-0.0, -0.0])

    assert math.copysign(1.0, sums.extremes[0, 0]) == 1.0
    assert summed(learn_numeric([0.0]), [2.0, -3.0, 1.0])[0].extremes.tolist() == [[-3.0, 2.0]]


def test_nulls_and_nan_are_missing_and_infinities_are_infinite() -> None:
    nan, inf = math.nan, math.inf
    # bits from the lowest: rows 0, 1, 3, 4, 6 valid after an offset of two bits
    valid = bytes([0b01101100 | 0b00000011, 0b1])
    sums, counts, _, _ = summed(learn_numeric([1.0]), [1.0, nan, inf, inf, -inf, nan, 1.0], valid, 2)

    assert sums.missing.tolist() == [3]  # the NaN at 1, and the nulls at 2 and 5
    assert sums.infinite.tolist() == [2]
    assert counts.sum() == 2


def test_rows_of_no_group_are_left_out() -> None:
    bins = learn_numeric([1.0])
    sums = kernel.no_sums(2, bins.n_bins)
    values = np.frombuffer(np.array([1.0, 1.0, math.nan]).tobytes(), dtype=np.float64)
    groups = np.array([-1, 1, -1], dtype=np.int32)
    kernel.add_numbers(values, ALL_VALID, 0, groups, make_lookup(bins), sums)

    assert sums.cells[:, :, 0].sum(axis=1).tolist() == [0, 1]
    assert sums.missing.tolist() == [0, 0]
