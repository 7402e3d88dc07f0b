"""A small binning of its own for the tests: quantile edges of a reference, with repeated values isolated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from monitoring.drift.binned import Binned, BoolArray, FineBins, FloatArray


@dataclass(frozen=True)
class Binning:
    """Right-closed bins (a, b] at the given upper edges, the last one open."""

    edges: FloatArray
    deciles: FloatArray

    @classmethod
    def of(cls, reference: FloatArray, fine: int = 64) -> Binning:
        finite = reference[np.isfinite(reference)]
        deciles = np.unique(np.quantile(finite, np.arange(1, 10) / 10, method="inverted_cdf"))
        quantiles = np.quantile(finite, np.arange(1, fine) / fine, method="inverted_cdf")
        values, repeats = np.unique(finite, return_counts=True)
        atoms = values[repeats > max(1, len(finite) // fine)]
        edges = np.unique(np.concatenate([quantiles, deciles, atoms, np.nextafter(atoms, -np.inf)]))
        return cls(edges, deciles)

    @property
    def atoms(self) -> BoolArray:
        below = np.concatenate([[-np.inf], self.edges])
        above = np.concatenate([self.edges, [np.inf]])
        return np.asarray(np.nextafter(below, np.inf) == above)

    def bin(self, values: FloatArray) -> Binned:
        """Count values of shape (W, n): NaN is missing, infinite is other."""
        windows = [self._bin_one(row) for row in np.atleast_2d(values)]
        counts, fine, sums, std = (np.stack(parts) for parts in zip(*windows, strict=True))
        return Binned(counts, FineBins(fine, sums, self.atoms, std))

    def _bin_one(self, row: FloatArray) -> tuple[npt.NDArray[np.int64], ...]:
        finite = row[np.isfinite(row)]
        coarse = np.bincount(np.searchsorted(self.deciles, finite), minlength=len(self.deciles) + 1)
        where = np.searchsorted(self.edges, finite)
        fine = np.bincount(where, minlength=len(self.edges) + 1)
        sums = np.bincount(where, weights=finite, minlength=len(self.edges) + 1)
        counts = np.concatenate([coarse, [np.isinf(row).sum(), np.isnan(row).sum()]])
        return counts, fine, sums, np.asarray(finite.std() if len(finite) else 0.0)


@pytest.fixture
def binning() -> Callable[[FloatArray], Binning]:
    """How the tests find bins for a reference."""
    return Binning.of
