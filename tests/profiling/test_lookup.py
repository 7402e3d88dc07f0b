from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitoring.profiling.binning import learn_numeric
from monitoring.profiling.lookup import N_CELLS, Lookup, make_lookup, ordered_bits

floats = st.floats(allow_nan=False, allow_infinity=False)


def first_bins(lookup: Lookup, values: list[float]) -> NDArray[np.int64]:
    """Where the kernel starts to look, written a second time and one value at a time."""
    found = []
    for value in values:
        if lookup.by_bits:
            cell = (int(ordered_bits(np.array([value]))[0]) >> lookup.shift) - lookup.first
        else:
            cell = int(min(max((value - lookup.low) * lookup.per_unit, 0.0), N_CELLS - 1.0))
        found.append(lookup.starts[min(max(cell, 0), N_CELLS - 1)])
    return np.array(found, dtype=np.int64)


@given(st.lists(floats), st.lists(floats, min_size=1))
def test_no_number_starts_beyond_its_bin(reference: list[float], values: list[float]) -> None:
    bins = learn_numeric(reference)
    places = np.searchsorted(bins.edges, values, side="left")

    assert (first_bins(make_lookup(bins), values) <= places).all()


@given(floats, floats)
def test_bits_are_in_the_order_of_the_floats(one: float, other: float) -> None:
    first, second = ordered_bits(np.array([one + 0.0, other + 0.0])).tolist()

    assert (first < second) == (one < other)


def test_neighbouring_floats_have_neighbouring_bits() -> None:
    values = np.array([-1.0, np.nextafter(-1.0, 0.0), 2.0, np.nextafter(2.0, 3.0)])

    assert np.diff(ordered_bits(values))[[0, 2]].tolist() == [1, 1]


SHAPES: dict[str, Callable[[np.random.Generator], NDArray[np.float64]]] = {
    "normal": lambda rng: rng.normal(1e6, 3.0, 20_000),
    "heavy tail": lambda rng: rng.lognormal(0.0, 3.0, 20_000),
    "two heavy tails": lambda rng: 1000 + 100 * rng.standard_t(1.5, 20_000),
    "counts": lambda rng: rng.poisson(7.0, 20_000).astype(float),
    "mostly zero": lambda rng: np.where(rng.random(20_000) < 0.7, 0.0, rng.exponential(9.0, 20_000)),
    "times": lambda rng: rng.uniform(1.36e9, 1.37e9, 20_000),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_most_numbers_are_a_step_or_less_from_their_bin(shape: str) -> None:
    values = SHAPES[shape](np.random.default_rng(0))
    bins = learn_numeric(values)
    places = np.searchsorted(bins.edges, values, side="left")

    steps = places - first_bins(make_lookup(bins), values.tolist())
    assert np.mean(steps <= 1) > 0.9
