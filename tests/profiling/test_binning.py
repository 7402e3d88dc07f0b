import json
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import InvalidInput
from monitoring.profiling.binning import (
    MAX_CATEGORIES,
    CategoryBins,
    NumericBins,
    bins_from_record,
    learn_bins,
    learn_categories,
    learn_numeric,
)

BELOW_ZERO, BELOW_ONE = np.nextafter([0.0, 1.0], -np.inf)
LARGEST, SMALLEST = 1.7976931348623157e308, 5e-324


def bin_of(bins: NumericBins, values: list[float]) -> list[int]:
    places: list[int] = np.searchsorted(bins.edges, values, side="left").tolist()
    return places


def test_few_distinct_values_all_get_a_bin_of_their_own() -> None:
    bins = learn_numeric([0.0] * 6 + [1.0] * 5)  # deciles are the 2nd to the 10th value: 0 five times, then 1

    # (-inf, just below 0], {0}, (0, just below 1], {1}, (1, inf)
    assert bins.edges.tolist() == [BELOW_ZERO, 0.0, BELOW_ONE, 1.0]
    assert bins.atom.tolist() == [False, True, False, True, False]
    assert bins.coarse_edges.tolist() == [0.0, 1.0]
    assert bins.coarse.tolist() == [0, 0, 1, 1, 2]
    assert bins.n_coarse == 3


def test_deciles_of_a_small_reference_are_numpys() -> None:
    values = [3.0, 1.0, 4.0, 1.5, 9.0, 2.6, 5.0, 3.5, 8.0, 9.7]

    assert learn_numeric(values).coarse_edges == pytest.approx(np.quantile(values, np.arange(1, 10) / 10))


def test_a_value_on_a_decile_is_below_it() -> None:
    bins = learn_numeric(np.arange(11.0))  # deciles are 1, 2, ..., 9

    assert bins.coarse_edges.tolist() == list(range(1, 10))
    assert bins.coarse[bin_of(bins, [0.0, 1.0, 1.5, 2.0, 9.0, 10.0])].tolist() == [0, 0, 1, 1, 8, 9]


@pytest.mark.parametrize("n_fine", [10, 50, 100, 256])
def test_as_many_quantile_bins_as_asked_for(n_fine: int) -> None:
    values = np.random.default_rng(0).normal(size=10_000)
    bins = learn_numeric(values, n_fine)

    wanted = np.union1d(np.arange(1, n_fine) / n_fine, np.arange(1, 10) / 10)
    inner = bins.edges[1:-1]  # without the sides of the range
    assert inner == pytest.approx(np.unique(np.quantile(values, wanted)))


def test_the_outer_bins_hold_what_the_reference_never_had() -> None:
    values = np.random.default_rng(0).lognormal(size=5_000)
    bins = learn_numeric(values)

    assert bin_of(bins, [values.min(), values.max()]) == [1, bins.n_bins - 2]
    below, above = np.nextafter(values.min(), -np.inf), np.nextafter(values.max(), np.inf)
    assert bin_of(bins, [below, above]) == [0, bins.n_bins - 1]


def test_a_value_that_repeats_is_alone_in_its_bin() -> None:
    rng = np.random.default_rng(0)
    values = np.where(rng.random(5_000) < 0.6, 0.0, rng.exponential(size=5_000))
    bins = learn_numeric(values)

    alone = bins.atom[bin_of(bins, [0.0])]
    assert alone.tolist() == [True]
    assert bins.atom.sum() == 1
    # the deciles that are 0 are one edge
    assert bins.coarse_edges[0] == 0.0
    assert bins.n_coarse == len(np.unique(np.quantile(values, np.arange(1, 10) / 10))) + 1


def test_exactly_one_bins_worth_of_equal_values_is_not_yet_an_atom() -> None:
    values = np.arange(40.0)
    twice, thrice = np.append(values, [7.0]), np.append(values, [7.0, 7.0])

    # 20 bins: two of 41 values are less than a twentieth, three of 42 are more
    assert not learn_numeric(twice, 20).atom.any()
    assert learn_numeric(thrice, 20).atom.sum() == 1


def test_minus_zero_is_zero() -> None:
    bins = learn_numeric([-0.0, 0.0])

    assert bins.edges.tolist() == [BELOW_ZERO, 0.0]
    assert math.copysign(1.0, bins.minimum) == 1.0


@pytest.mark.parametrize("values", [[], [math.nan], [math.inf, -math.inf, math.nan]])
def test_a_reference_without_numbers_has_one_bin(values: list[float]) -> None:
    bins = learn_numeric(values)

    assert (bins.n_bins, bins.n_coarse, bins.center) == (1, 1, 0.0)
    assert bins.atom.tolist() == [False]
    assert np.isnan([bins.std, bins.minimum, bins.maximum]).all()


def test_a_constant_reference_has_a_bin_for_its_value_and_one_on_each_side() -> None:
    bins = learn_numeric([3.0] * 7)

    assert bins.edges.tolist() == [np.nextafter(3.0, 0.0), 3.0]
    assert bins.atom.tolist() == [False, True, False]
    assert bins.coarse.tolist() == [0, 0, 1]
    assert (bins.center, bins.std, bins.minimum, bins.maximum) == (3.0, 0.0, 3.0, 3.0)


def test_infinite_values_are_left_out() -> None:
    assert learn_numeric([1.0, math.inf, 2.0, -math.inf]).to_record() == learn_numeric([1.0, 2.0]).to_record()


def test_the_largest_floats_overflow_nowhere() -> None:
    bins = learn_numeric([-LARGEST, LARGEST, LARGEST, 0.0])

    assert np.isfinite(bins.edges).all()
    assert (np.diff(bins.edges) > 0).all()
    assert bins.center == LARGEST / 4
    # deviations of -5/4, 3/4, 3/4 and -1/4 of the largest
    assert bins.std == pytest.approx(LARGEST * math.sqrt(44 / 64))
    assert bins.atom[bin_of(bins, [-LARGEST, LARGEST])].all()


def test_the_smallest_floats_are_told_apart() -> None:
    bins = learn_numeric([0.0, SMALLEST, -SMALLEST])

    assert bins.atom[bin_of(bins, [-SMALLEST, 0.0, SMALLEST])].all()
    assert len(set(bin_of(bins, [-SMALLEST, 0.0, SMALLEST]))) == 3


def test_center_and_deviation_are_numpys() -> None:
    values = np.random.default_rng(0).normal(1e6, 3.0, 1_000)
    bins = learn_numeric(values)

    assert bins.center == pytest.approx(values.mean(), rel=1e-12)
    assert bins.std == pytest.approx(values.std(), rel=1e-9)


def test_no_quantile_bins_is_an_error() -> None:
    with pytest.raises(InvalidInput, match="n_fine is 0"):
        learn_numeric([1.0], 0)


any_floats = st.lists(st.floats(), max_size=60)


@given(any_floats, st.integers(1, 40))
def test_bins_are_ordered_and_nested_in_the_deciles(values: list[float], n_fine: int) -> None:
    bins = learn_numeric(values, n_fine)

    assert np.isfinite(bins.edges).all()
    assert (bins.edges[1:] > bins.edges[:-1]).all()
    assert len(bins.coarse) == len(bins.atom) == bins.n_bins
    assert (np.diff(bins.coarse) <= 1).all()
    assert (np.diff(bins.coarse) >= 0).all()
    assert bins.coarse[0] == 0
    assert math.isfinite(bins.center)


@given(any_floats)
def test_rows_of_the_reference_may_come_in_any_order(values: list[float]) -> None:
    assert learn_numeric(values).to_record() == learn_numeric(values[::-1]).to_record()


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=60))
def test_a_small_reference_is_known_exactly(values: list[float]) -> None:
    bins = learn_numeric(values)

    places = bin_of(bins, [value + 0.0 for value in values])
    assert bins.atom[places].all()
    assert len(set(places)) == len({value + 0.0 for value in values})
    assert bins.minimum <= bins.center <= bins.maximum


@given(any_floats)
def test_numeric_bins_survive_being_stored(values: list[float]) -> None:
    bins = learn_numeric(values, kind="datetime")
    stored = json.dumps(bins.to_record(), allow_nan=False)
    again = bins_from_record(json.loads(stored))

    assert isinstance(again, NumericBins)
    assert again.to_record() == bins.to_record()
    assert again.atom.tolist() == bins.atom.tolist()
    assert again.kind == "datetime"


def test_categories_come_by_frequency_then_by_name() -> None:
    bins = learn_categories(pa.array(["b", None, "c", "a", "c", "b"]))

    assert bins.categories == ("b", "c", "a")
    assert (bins.n_bins, bins.n_coarse) == (4, 3)


def test_rare_categories_beyond_the_limit_are_other() -> None:
    names = [f"{number:05}" for number in range(MAX_CATEGORIES + 10)]
    bins = learn_categories(pa.array([*names, names[-1]]))

    assert len(bins.categories) == MAX_CATEGORIES
    assert bins.categories[:2] == (names[-1], names[0])


def test_a_reference_without_categories_has_one_bin() -> None:
    assert learn_categories(pa.array([None], pa.string())).n_bins == 1


def test_category_bins_survive_being_stored() -> None:
    bins = CategoryBins(("é", '"; drop table x; --', ""), "boolean")

    assert bins_from_record(json.loads(json.dumps(bins.to_record()))) == bins


@pytest.mark.parametrize(
    ("kind", "values", "edges"),
    [
        ("numeric", pa.array([2, 2, None]), [np.nextafter(2.0, 0.0), 2.0]),
        ("text", pa.array(["ab", "cd", None]), [np.nextafter(2.0, 0.0), 2.0]),
        ("datetime", pa.array([2, 2, None], pa.timestamp("s")), [np.nextafter(2.0, 0.0), 2.0]),
    ],
)
def test_ordered_kinds_get_numeric_bins(kind: str, values: pa.Array, edges: list[float]) -> None:
    bins = learn_bins(pa.chunked_array([values]), kind)  # type: ignore[arg-type]

    assert isinstance(bins, NumericBins)
    assert bins.edges.tolist() == edges
    assert bins.kind == kind


def test_booleans_are_the_categories_false_and_true() -> None:
    bins = learn_bins(pa.array([True, None, False, True]), "boolean")

    assert bins == CategoryBins(("true", "false"), "boolean")
