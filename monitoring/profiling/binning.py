"""Bins of a column, learned from the reference only, so that no absurd value of a window can move them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from monitoring.errors import InvalidInput
from monitoring.profiling.values import as_numbers, as_text
from monitoring.spec import Kind

Floats = NDArray[np.float64]

N_FINE = 256
MAX_CATEGORIES = 5_000
DECILES = np.arange(1, 10) / 10
NUMERIC_KINDS: tuple[Kind, ...] = ("numeric", "datetime", "text")

_HUGE = 1e307
"""Differences of values beyond this size could overflow."""


@dataclass(frozen=True, slots=True, eq=False)
class NumericBins:
    """Bins (a, b] of a numeric column; the first and the last are open.

    edges: shape (K - 1,), ascending. coarse: shape (K,), the decile bin that each bin lies in, 0 to n_coarse
    - 1. atom: shape (K,), whether a bin holds one single number: a value that the reference repeats. center,
    std: mean and population standard deviation of the reference; 0 and NaN when it has no finite value.
    minimum, maximum: of the reference, NaN when it has no finite value. kind: datetime columns are seconds
    since 1970-01-01 UTC, text columns numbers of characters.

    The outer bins are what lies below the reference's minimum and above its maximum. A reference without any
    finite value has one bin.
    """

    edges: Floats
    coarse: NDArray[np.int64]
    center: float
    std: float
    minimum: float
    maximum: float
    kind: Kind = "numeric"
    atom: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        lower = np.concatenate(([-np.inf], self.edges))
        upper = np.concatenate((self.edges, [np.nan]))  # open, so never an atom
        object.__setattr__(self, "atom", _just_below(upper) == lower)

    @property
    def n_bins(self) -> int:
        """Number of bins, K."""
        return len(self.edges) + 1

    @property
    def n_coarse(self) -> int:
        """Number of decile bins."""
        return int(self.coarse[-1]) + 1

    @property
    def coarse_edges(self) -> Floats:
        """Edges between decile bins: the distinct deciles of the reference, shape (n_coarse - 1,)."""
        return self.edges[np.flatnonzero(np.diff(self.coarse))]

    def to_record(self) -> dict[str, Any]:
        """Plain lists and scalars, from which bins_from_record makes the same bins."""
        scalars = {name: getattr(self, name) for name in ("center", "std", "minimum", "maximum")}
        return {
            "kind": self.kind,
            "edges": self.edges.tolist(),
            "coarse": self.coarse.tolist(),
            **{name: None if math.isnan(value) else value for name, value in scalars.items()},
        }


@dataclass(frozen=True, slots=True)
class CategoryBins:
    """Bins of a categorical column: one per category, the most frequent first, and a last one for any other
    value.
    """

    categories: tuple[str, ...]
    kind: Kind = "categorical"

    @property
    def n_bins(self) -> int:
        """Number of bins, K: the categories and `other`."""
        return len(self.categories) + 1

    @property
    def n_coarse(self) -> int:
        """Number of categories."""
        return len(self.categories)

    def to_record(self) -> dict[str, Any]:
        """Plain lists and scalars, from which bins_from_record makes the same bins."""
        return {"kind": self.kind, "categories": list(self.categories)}


Bins = NumericBins | CategoryBins


def learn_bins(values: pa.Array | pa.ChunkedArray, kind: Kind) -> Bins:
    """Bins of a column of that kind from the reference's values."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if kind in NUMERIC_KINDS:
        return learn_numeric(as_numbers(values, kind).to_numpy(zero_copy_only=False), kind=kind)
    return learn_categories(as_text(values), kind=kind)


def learn_numeric(values: ArrayLike, n_fine: int = N_FINE, kind: Kind = "numeric") -> NumericBins:
    """Bins at n_fine quantiles of the values, split further where that makes statistics exact.

    Edges beside the quantiles (linear interpolation): the deciles; minimum and maximum; and both sides of
    every value that is more than a share 1 / n_fine of all, or of every value when there are no more than
    n_fine distinct ones. values: numbers; NaN is missing, and infinite values are left out.
    """
    if n_fine < 1:
        raise InvalidInput(f"n_fine is {n_fine!r}; it must be 1 or more.")
    given = np.asarray(values, dtype=np.float64).ravel()
    finite = np.sort(given[np.isfinite(given)]) + 0.0  # -0.0 and 0.0 are one value
    if finite.size == 0:
        return NumericBins(np.empty(0), np.zeros(1, dtype=np.int64), 0.0, math.nan, math.nan, math.nan, kind)
    deciles = np.unique(_quantiles(finite, DECILES))
    edges = np.unique(np.concatenate((deciles, _fine_edges(finite, n_fine))))
    edges = edges[np.isfinite(edges)]
    coarse = np.append(np.searchsorted(deciles, edges, side="left"), len(deciles))
    mean, std = _moments(finite)
    return NumericBins(edges, coarse, mean, std, float(finite[0]), float(finite[-1]), kind)


def learn_categories(values: pa.Array | pa.ChunkedArray, kind: Kind = "categorical") -> CategoryBins:
    """The categories of the values, the most frequent first and equals by name, at most MAX_CATEGORIES."""
    found = pc.value_counts(values.drop_null())
    counted = zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True)
    ranked = sorted(counted, key=lambda pair: (-pair[1], pair[0]))
    return CategoryBins(tuple(name for name, _ in ranked[:MAX_CATEGORIES]), kind)


def bins_from_record(record: Mapping[str, Any]) -> Bins:
    """Bins from what their to_record gave."""
    if "categories" in record:
        return CategoryBins(tuple(record["categories"]), record["kind"])
    center, std, minimum, maximum = (
        math.nan if record[name] is None else float(record[name])
        for name in ("center", "std", "minimum", "maximum")
    )
    edges = np.asarray(record["edges"], dtype=np.float64)
    coarse = np.asarray(record["coarse"], dtype=np.int64)
    return NumericBins(edges, coarse, center, std, minimum, maximum, record["kind"])


def _fine_edges(ordered: Floats, n_fine: int) -> Floats:
    distinct, counts = np.unique(ordered, return_counts=True)
    if len(distinct) <= n_fine:
        atoms, quantiles = distinct, np.empty(0)
    else:
        atoms = distinct[counts * n_fine > ordered.size]
        quantiles = _quantiles(ordered, np.arange(1, n_fine) / n_fine)
    isolated = np.append(atoms, ordered[0])  # so that the first bin is below the minimum
    return np.concatenate((quantiles, atoms, ordered[-1:], _just_below(isolated)))


def _just_below(values: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.nextafter(values, -np.inf)


def _quantiles(ordered: Floats, shares: Floats) -> Floats:
    # A quarter of the values cannot overflow when two of them are subtracted, and has the same digits.
    scale = 4.0 if max(-ordered[0], ordered[-1]) > _HUGE else 1.0
    return np.asarray(np.quantile(ordered / scale, shares) * scale, dtype=np.float64)


def _moments(ordered: Floats) -> tuple[float, float]:
    """Mean and population standard deviation; values up to 2 in size have squares that neither overflow nor
    vanish.
    """
    scale = math.ldexp(1.0, math.frexp(max(-ordered[0], ordered[-1]))[1] - 1)
    scaled = ordered / scale
    mean = min(max(float(scaled.mean()), float(scaled[0])), float(scaled[-1]))
    return mean * scale, float(np.sqrt(np.mean((scaled - mean) ** 2))) * scale
