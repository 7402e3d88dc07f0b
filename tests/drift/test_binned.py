from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from monitoring.drift.binned import Binned, FineBins, paired_counts, shares, smoothed_shares

FINE = FineBins(np.array([1, 2]), np.array([0.0, 2.0]), np.array([False, True]), np.array(1.0))


def test_shares_add_up_to_one_and_are_undefined_without_rows() -> None:
    assert_allclose(shares(np.array([[1.0, 3.0], [0.0, 0.0]])), [[0.25, 0.75], [np.nan, np.nan]])


def test_smoothing_adds_half_a_row_to_every_bin() -> None:
    # (1 + 0.5) / (4 + 1), (3 + 0.5) / (4 + 1)
    assert_allclose(smoothed_shares(np.array([[1.0, 3.0], [0.0, 0.0]])), [[0.3, 0.7], [np.nan, np.nan]])


@pytest.mark.parametrize(
    ("reference", "current"),
    [
        ([1, 2], [1, 2, 3]),
        (3, [1]),
        ([], []),
        ([1, -1], [1, 1]),
        ([1, np.nan], [1, 1]),
        ([1, np.inf], [1, 1]),
    ],
)
def test_counts_that_cannot_be_compared_are_refused(reference: object, current: object) -> None:
    with pytest.raises(ValueError, match=r"not in the same bins|must be finite and not negative"):
        paired_counts(np.array(reference, dtype=float), np.array(current, dtype=float))


def test_no_windows_are_no_error() -> None:
    _, current = paired_counts([1, 2], np.zeros((0, 2)))
    assert current.shape == (0, 2)


def test_what_stands_beside_the_counts_says_the_kind() -> None:
    numeric = Binned(np.array([1, 2, 0, 0]), values=FINE)
    categorical = Binned(np.array([1, 2, 0, 0]), distinct=np.array(2))
    assert (numeric.kind, categorical.kind) == ("numeric", "categorical")
    assert numeric.fine is FINE
    assert categorical.cardinality == 2
    with pytest.raises(ValueError, match="for numeric columns"):
        _ = categorical.fine
    with pytest.raises(ValueError, match="for categorical columns"):
        _ = numeric.cardinality


def test_shapes_that_do_not_belong_together_are_refused() -> None:
    counts = np.array([1, 2])
    with pytest.raises(ValueError, match="exactly one"):
        Binned(counts)
    with pytest.raises(ValueError, match="exactly one"):
        Binned(counts, FINE, np.array(2))
    with pytest.raises(ValueError, match=r"windows \(\), but what stands beside them of \(3,\)"):
        Binned(counts, distinct=np.array([1, 2, 3]))
    with pytest.raises(ValueError, match="sums of that shape"):
        FineBins(counts, np.zeros(3), np.zeros(2, dtype=bool), np.array(1.0))
    with pytest.raises(ValueError, match="as many atoms"):
        FineBins(counts, np.zeros(2), np.zeros(3, dtype=bool), np.array(1.0))
    with pytest.raises(ValueError, match="a standard deviation each"):
        FineBins(counts, np.zeros(2), np.zeros(2, dtype=bool), np.array([1.0]))
