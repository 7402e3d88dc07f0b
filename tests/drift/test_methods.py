"""Properties that the table of methods promises, for every method in it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal

from monitoring.drift.binned import Binned, FineBins, Kind
from monitoring.drift.methods import METHODS, Method, measure
from monitoring.thresholds import Threshold

ALL = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
# Every property runs on every method.
FEW = settings(max_examples=30)
KINDS: tuple[Kind, ...] = ("numeric", "categorical")
IN_DESIGN = [
    *("psi", "kolmogorov_smirnov", "wasserstein", "wasserstein_normalised", "jensen_shannon"),
    *("kullback_leibler", "hellinger", "total_variation", "l_infinity", "chi2", "entropy_change"),
    "cardinality_change",
]


@st.composite
def pairs(draw: st.DrawFn, kind: Kind, *, n_windows: int | None = None) -> tuple[Binned, Binned]:
    """A reference without windows, and current windows, in the same bins; sides without rows included."""
    windows = draw(st.integers(1, 4)) if n_windows is None else n_windows
    n_bins, n_fine = draw(st.integers(3, 7)), draw(st.integers(1, 6))
    return _binned(draw, kind, (), n_bins, n_fine), _binned(draw, kind, (windows,), n_bins, n_fine)


def _binned(draw: st.DrawFn, kind: Kind, windows: tuple[int, ...], n_bins: int, n_fine: int) -> Binned:
    rows = st.integers(0, 40) | st.just(0)
    counts = draw(hnp.arrays(np.int64, (*windows, n_bins), elements=rows))
    if kind == "categorical":
        return Binned(counts, distinct=np.asarray((counts[..., :-1] > 0).sum(axis=-1)))
    fine = draw(hnp.arrays(np.int64, (*windows, n_fine), elements=rows))
    inside = draw(hnp.arrays(np.float64, fine.shape, elements=st.floats(0, 1)))
    # Bin k covers [3 k - 5, 3 k - 4].
    sums = fine * (3.0 * np.arange(n_fine) - 5 + inside)
    std = draw(hnp.arrays(np.float64, windows, elements=st.floats(0.1, 5)))
    return Binned(counts, FineBins(fine, sums, np.zeros(n_fine, dtype=bool), std))


def any_pair(method: Method) -> st.SearchStrategy[tuple[Binned, Binned]]:
    return st.sampled_from(sorted(method.kinds)).flatmap(pairs)


def window(binned: Binned, index: int) -> Binned:
    if binned.values is None:
        return Binned(binned.counts[index], distinct=binned.cardinality[index])
    fine = binned.values
    return Binned(
        binned.counts[index], FineBins(fine.counts[index], fine.sums[index], fine.atoms, fine.std[index])
    )


def arrays_of(binned: Binned) -> list[np.ndarray]:
    if binned.values is None:
        return [binned.counts, binned.cardinality]
    fine = binned.values
    return [binned.counts, fine.counts, fine.sums, fine.atoms, fine.std]


def constant_column(kind: Kind, n_rows: int) -> Binned:
    """All rows in one bin: a numeric column that is 7, or a category."""
    if kind == "categorical":
        return Binned(np.array([n_rows, 0, 0]), distinct=np.array(1))
    fine = FineBins(
        np.array([0, n_rows]), np.array([0, 7.0 * n_rows]), np.array([False, True]), np.array(0.0)
    )
    return Binned(np.array([n_rows, 0, 0]), fine)


def test_the_table_holds_the_methods_of_the_design() -> None:
    assert list(METHODS) == IN_DESIGN
    assert all(name == method.name for name, method in METHODS.items())


@ALL
def test_every_method_says_what_it_is(method: Method) -> None:
    assert method.label[0].isupper()
    assert method.trap.endswith(".")
    assert method.reference
    assert method.formula.count("{") == method.formula.count("}")
    assert method.kinds
    assert method.effect is None or 0 < method.effect.warning < method.effect.critical < method.bounds[1]


@pytest.mark.parametrize(
    ("kind", "absent"),
    [
        ("numeric", {"chi2", "cardinality_change"}),
        ("categorical", {"kolmogorov_smirnov", "wasserstein", "wasserstein_normalised"}),
    ],
)
def test_a_method_that_does_not_apply_is_absent(kind: Kind, absent: set[str]) -> None:
    column = constant_column(kind, 10)
    assert set(measure(column, column)) == set(METHODS) - absent


@ALL
@FEW
@given(data=st.data())
def test_identical_counts_are_no_drift(method: Method, data: st.DataObject) -> None:
    reference, _ = data.draw(any_pair(method))
    value = method.function(reference, reference)
    assert value == 0 or np.isnan(value)


@ALL
@FEW
@given(data=st.data())
def test_values_stay_within_their_bounds_and_finite(method: Method, data: st.DataObject) -> None:
    reference, current = data.draw(any_pair(method))
    values = method.function(reference, current)
    defined = values[~np.isnan(values)]
    lower, upper = method.bounds
    assert values.shape == current.counts.shape[:-1]
    assert np.all((defined >= lower) & (defined <= upper) & np.isfinite(defined))


@ALL
@FEW
@given(data=st.data())
def test_values_are_defined_exactly_where_both_sides_have_rows(method: Method, data: st.DataObject) -> None:
    reference, current = data.draw(any_pair(method))
    by_values = method.kinds == {"numeric"}
    n, m = (side.fine.counts.sum(-1) if by_values else side.counts.sum(-1) for side in (reference, current))
    expected = (n > 0) & (m > 0) if method.name != "cardinality_change" else m >= 0
    assert_array_equal(~np.isnan(method.function(reference, current)), expected)


@ALL
@FEW
@given(data=st.data())
def test_the_order_of_coarse_bins_does_not_matter(method: Method, data: st.DataObject) -> None:
    reference, current = data.draw(any_pair(method))
    order = np.array(data.draw(st.permutations(range(reference.counts.shape[-1]))))
    shuffled = [replace(side, counts=side.counts[..., order]) for side in (reference, current)]
    assert_allclose(method.function(*shuffled), method.function(reference, current), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("method", [m for m in METHODS.values() if m.symmetric], ids=lambda m: m.name)
@FEW
@given(data=st.data())
def test_symmetric_methods_do_not_mind_which_side_is_which(method: Method, data: st.DataObject) -> None:
    reference, current = data.draw(
        st.sampled_from(sorted(method.kinds)).flatmap(lambda k: pairs(k, n_windows=1))
    )
    there, back = method.function(reference, current), method.function(current, reference)
    assert_allclose(there, back, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("method", [m for m in METHODS.values() if not m.symmetric], ids=lambda m: m.name)
def test_the_other_methods_do(method: Method) -> None:
    atoms = np.zeros(2, dtype=bool)
    if "numeric" in method.kinds:
        a = Binned(
            np.array([8, 2, 0, 0]), FineBins(np.array([8, 2]), np.array([0, 2.0]), atoms, np.array(0.4))
        )
        b = Binned(
            np.array([5, 5, 0, 0]), FineBins(np.array([5, 5]), np.array([0, 5.0]), atoms, np.array(0.5))
        )
    else:
        a, b = (Binned(np.array([8, 2, 0, 0]), distinct=np.array(k)) for k in (2, 5))
    assert abs(method.function(a, b) - method.function(b, a)) > 0.01


@pytest.mark.parametrize("kind", KINDS)
def test_constant_columns_are_no_drift_and_no_error(kind: Kind) -> None:
    values = measure(constant_column(kind, 100), constant_column(kind, 7))
    undefined = {"wasserstein_normalised"} if kind == "numeric" else set()
    assert {name for name, value in values.items() if np.isnan(value)} == undefined
    # Half a row per bin weighs more in seven rows than in a hundred.
    assert 0 < values.pop("psi") < 0.3
    assert all(value == 0 for name, value in values.items() if name not in undefined)


@pytest.mark.parametrize("kind", KINDS)
def test_a_constant_that_gives_way_to_missing_values_stays_finite(kind: Kind) -> None:
    column = constant_column(kind, 50)
    gone = replace(column, counts=np.array([0, 0, 50]))
    values = measure(column, gone)
    assert values["total_variation"] == 1.0
    assert all(np.isfinite(value) for name, value in values.items() if name != "wasserstein_normalised")


@ALL
@FEW
@given(data=st.data())
def test_inputs_are_not_modified(method: Method, data: st.DataObject) -> None:
    reference, current = data.draw(any_pair(method))
    before = [array.copy() for side in (reference, current) for array in arrays_of(side)]
    method.function(reference, current)
    for old, new in zip(before, arrays_of(reference) + arrays_of(current), strict=True):
        assert_array_equal(old, new)


@ALL
@FEW
@given(data=st.data())
def test_all_windows_at_once_equal_one_by_one(method: Method, data: st.DataObject) -> None:
    reference, current = data.draw(any_pair(method))
    one_by_one = [method.function(reference, window(current, i)) for i in range(len(current.counts))]
    assert_allclose(method.function(reference, current), one_by_one, rtol=1e-12, atol=1e-12)


@ALL
@FEW
@given(data=st.data())
def test_a_reference_of_its_own_for_each_window_is_allowed(method: Method, data: st.DataObject) -> None:
    _, current = data.draw(any_pair(method))
    backwards = np.arange(len(current.counts))[::-1]
    before = [window(current, i) for i in backwards]
    reference = (
        Binned(current.counts[::-1], distinct=current.cardinality[::-1])
        if current.values is None
        else Binned(
            current.counts[::-1],
            FineBins(
                current.fine.counts[::-1], current.fine.sums[::-1], current.fine.atoms, current.fine.std[::-1]
            ),
        )
    )
    one_by_one = [method.function(side, window(current, i)) for i, side in enumerate(before)]
    assert_allclose(method.function(reference, current), one_by_one, rtol=1e-12, atol=1e-12)


def test_a_method_of_the_other_kind_is_refused() -> None:
    column = constant_column("categorical", 5)
    with pytest.raises(ValueError, match="for numeric columns"):
        METHODS["wasserstein"].function(column, column)


def test_thresholds_of_the_usual_readings() -> None:
    assert METHODS["psi"].effect == Threshold(warning=0.1, critical=0.25)
    assert METHODS["chi2"].effect is None
    assert METHODS["entropy_change"].bounds == (-math.inf, math.inf)
