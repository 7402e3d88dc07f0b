from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.profiling.binning import NumericBins, learn_numeric
from monitoring.profiling.profile import Profiles
from monitoring.profiling.shape import display_edges, quantiles, spread

SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
numbers = st.one_of(st.integers(-5, 5).map(float), st.floats(-1e6, 1e6, allow_nan=False), st.just(0.0))
samples = st.lists(numbers, min_size=1, max_size=80)


def profile(values: list[float] | np.ndarray, bins: NumericBins) -> Profiles:
    """One group, counted by hand."""
    finite = np.asarray(values, dtype=np.float64)
    where = np.searchsorted(bins.edges, finite, side="left")
    counts = np.bincount(where, minlength=bins.n_bins)
    empty = Profiles.empty(bins, 1)
    return Profiles(
        n=np.array([len(finite)]),
        missing=empty.missing,
        infinite=empty.infinite,
        counts=counts[np.newaxis],
        sums=np.bincount(where, weights=finite, minlength=bins.n_bins)[np.newaxis].astype(np.float64),
        total=np.array([finite.sum()]),
        squares=empty.squares,
        minimum=np.array([finite.min() if len(finite) else np.nan]),
        maximum=np.array([finite.max() if len(finite) else np.nan]),
        unseen=({},),
    )


def ranked(values: list[float], share: float) -> float:
    """The value of rank ceil(share * n)."""
    return sorted(values)[max(1, math.ceil(round(len(values) * share, 9))) - 1]


def test_a_quantile_by_hand() -> None:
    # Edges 0, 10 and 20 and eight values: ranks 1 to 4 lie in (0, 10], 5 to 8 in (10, 20]. The median has rank 4, the
    # last of its bin; rank 6 is half way through the second bin.
    bins = NumericBins(np.array([0.0, 10.0, 20.0]), np.array([0, 0, 1, 1]), 10.0, 5.0, 0.5, 20.0)
    found = quantiles(profile([0.5, 2, 3, 9, 11, 12, 19, 20], bins), bins, (0.5, 0.75))

    assert found.value.tolist() == [[10.0, 15.0]]
    assert found.lower.tolist() == [[0.5, 10.0]]
    assert found.upper.tolist() == [[10.0, 20.0]]


@given(reference=samples, current=samples)
def test_a_quantile_lies_within_its_bounds(reference: list[float], current: list[float]) -> None:
    bins = learn_numeric(reference, n_fine=8)
    found = quantiles(profile(current, bins), bins, SHARES)

    exact = np.array([ranked(current, share) for share in SHARES])
    assert (found.lower[0] <= exact).all() and (exact <= found.upper[0]).all()
    assert (found.lower <= found.value).all() and (found.value <= found.upper).all()
    assert (np.diff(found.value[0]) >= 0).all()


@given(values=st.lists(st.integers(0, 9).map(float), min_size=1, max_size=60))
def test_quantiles_of_repeated_values_are_exact(values: list[float]) -> None:
    bins = learn_numeric([float(v) for v in range(10)] * 3)
    found = quantiles(profile(values, bins), bins, SHARES).value[0]

    assert found == pytest.approx([ranked(values, share) for share in SHARES])


def test_quantiles_of_the_reference_are_near_those_of_its_values() -> None:
    values = np.random.default_rng(0).lognormal(0, 1, 20_000)
    bins = learn_numeric(values)
    found = quantiles(profile(values, bins), bins, (0.05, 0.5, 0.95))

    exact = np.quantile(values, (0.05, 0.5, 0.95), method="inverted_cdf")
    assert found.value[0] == pytest.approx(exact, rel=0.02)


def test_groups_without_values_have_no_quantiles_and_no_counts() -> None:
    bins = learn_numeric([1.0, 2.0, 3.0])
    nothing = Profiles.empty(bins, 2)

    assert np.isnan(quantiles(nothing, bins, (0.5,)).value).all()
    assert spread(nothing, bins, [1.0, 2.0]).tolist() == [[0.0] * 3] * 2
    assert display_edges([nothing], bins) == []


def test_counts_between_other_edges_by_hand() -> None:
    # Four values in (0, 10]: an edge at 5 gives each side half of them; the bin above is not cut.
    bins = NumericBins(np.array([0.0, 10.0, 20.0]), np.array([0, 0, 1, 1]), 10.0, 5.0, 0.0, 20.0)
    found = spread(profile([0.0, 2, 3, 9, 10, 15], bins), bins, [0.0, 5.0, 10.0])

    assert found.tolist() == [[1.0, 2.0, 2.0, 1.0]]


@given(
    reference=samples,
    current=samples,
    edges=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6, unique=True),
)
def test_counts_up_to_an_edge_are_off_by_less_than_its_fine_bin(
    reference: list[float], current: list[float], edges: list[float]
) -> None:
    edges.sort()
    bins = learn_numeric(reference, n_fine=8)
    counted = profile(current, bins)
    found = spread(counted, bins, edges)[0]

    assert found.sum() == pytest.approx(len(current))
    assert (found >= -1e-9).all()
    for edge, below in zip(edges, found.cumsum(), strict=False):
        exact = sum(value <= edge for value in current)
        around = counted.counts[0, np.searchsorted(bins.edges, edge, side="left")]
        assert abs(below - exact) <= around + 1e-9


@given(values=samples)
def test_edges_to_look_at_are_even_and_hold_nearly_all(values: list[float]) -> None:
    bins = learn_numeric(values)
    counted = profile(values, bins)
    edges = display_edges([counted], bins)

    steps = np.diff(edges)
    assert len(edges) <= 34
    assert np.allclose(steps, steps[0] if len(steps) else 0.0, rtol=1e-6)
    ends = quantiles(counted, bins, (0.005, 0.995)).value[0]
    slack = 1e-9 * max(1.0, *np.abs(ends))
    assert edges[0] <= ends[0] + slack
    assert edges[-1] >= ends[1] - slack or len(edges) == 1


def test_dates_are_cut_at_days() -> None:
    day = 86400.0
    values = np.random.default_rng(0).uniform(0, 100 * day, 500)
    bins = learn_numeric(values, kind="datetime")

    assert all(edge % day == 0 for edge in display_edges([profile(values, bins)], bins))


@pytest.mark.parametrize("pair", [(1e6, 1e6 + 1e-9), (-1.7e308, 1.7e308), (0.0, 5e-324)])
def test_values_at_the_limits_of_floats_have_edges(pair: tuple[float, float]) -> None:
    values = [*pair] * 5
    bins = learn_numeric(values)
    edges = display_edges([profile(values, bins)], bins)
    assert 1 <= len(edges) <= 34
    assert len(set(edges)) == len(edges)


def test_equal_values_have_one_edge() -> None:
    bins = learn_numeric([7.0] * 10)
    assert display_edges([profile([7.0] * 10, bins)], bins) == [7.0]
