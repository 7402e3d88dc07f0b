"""A small binning for the tests: bins at quantiles of a reference, with often repeated values isolated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from monitoring.drift.binned import Binned, BoolArray, FineBins, FloatArray
from tests.raw_store import RawStore, raw_store

BinPair = Callable[[FloatArray, FloatArray], tuple[Binned, Binned]]


@dataclass(frozen=True)
class _Bins:
    """Right-closed bins (a, b] at upper edges, the last one open."""

    edges: FloatArray
    deciles: FloatArray

    @classmethod
    def at_quantiles(cls, reference: FloatArray, n_fine: int = 64) -> _Bins:
        finite = reference[np.isfinite(reference)]
        deciles = np.unique(np.quantile(finite, np.arange(1, 10) / 10, method="inverted_cdf"))
        quantiles = np.quantile(finite, np.arange(1, n_fine) / n_fine, method="inverted_cdf")
        values, repeats = np.unique(finite, return_counts=True)
        atoms = values[repeats > max(1, len(finite) // n_fine)]
        return cls(np.unique([*quantiles, *deciles, *atoms, *np.nextafter(atoms, -np.inf)]), deciles)

    @property
    def atoms(self) -> BoolArray:
        below, above = np.array([-np.inf, *self.edges]), np.array([*self.edges, np.inf])
        return np.asarray(np.nextafter(below, np.inf) == above)

    def count(self, rows: FloatArray) -> tuple[npt.NDArray[np.int64], FineBins]:
        finite = rows[np.isfinite(rows)]
        coarse = np.bincount(np.searchsorted(self.deciles, finite), minlength=len(self.deciles) + 1)
        where, n_fine = np.searchsorted(self.edges, finite), len(self.edges) + 1
        counts = np.bincount(where, minlength=n_fine)
        sums = np.asarray(np.bincount(where, weights=finite, minlength=n_fine), dtype=np.float64)
        std = np.asarray(finite.std() if len(finite) else 0.0)
        other_and_missing = [np.isinf(rows).sum(), np.isnan(rows).sum()]
        return np.array([*coarse, *other_and_missing]), FineBins(counts, sums, self.atoms, std)


@pytest.fixture
def bin_pair() -> BinPair:
    """Bin a reference of shape (n,) and windows of shape (W, m) by that reference; NaN is missing."""

    def bin_both(reference: FloatArray, current: FloatArray) -> tuple[Binned, Binned]:
        bins = _Bins.at_quantiles(reference)
        counts, fine = bins.count(reference)
        windows = [bins.count(rows) for rows in current]
        stacked = FineBins(
            np.stack([w.counts for _, w in windows]),
            np.stack([w.sums for _, w in windows]),
            bins.atoms,
            np.stack([w.std for _, w in windows]),
        )
        return Binned(counts, fine), Binned(np.stack([c for c, _ in windows]), stacked)

    return bin_both


@pytest.fixture(scope="session")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RawStore]:
    """A store with rows that are known."""
    with raw_store(tmp_path_factory.mktemp("raw")) as made:
        yield made
