"""Tables by which the bin of a number is found in a few steps, and in what units a bin is summed."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitoring.profiling.binning import Floats, NumericBins

N_CELLS = 4096
"""Cells of the table: 8 kB, so that it stays in the fastest cache beside a window's sums."""

UNIT_BITS = 62
"""A value is added to its bin as an integer below 2^62; sums of integers do not depend on their order."""

_TRIMMED = (0, 1, 3)
"""Percent of the edges that a uniform grid leaves out on each side, so that long tails do not make its cells
wide.
"""

_LARGEST_SHIFT = 1023
_N_OPEN = 2
_SIGN = 63


class Lookup(NamedTuple):
    """Where to start looking for a number's bin, and what the kernel needs to add it up.

    A number falls into a cell of a grid, uniform in the numbers or in their bits (which is uniform in the
    logarithm, for heavy tails), and `starts` has the first bin that a number of the cell can be in; from
    there the edges decide. The grid only has to be monotone for that, so its rounding does no harm.

    edges: shape (K,), with infinity at the end. starts: shape (N_CELLS,). low, per_unit: start of a uniform
    grid and cells per unit. by_bits, shift, first: whether cells are of bits, how many bits are dropped, and
    the first cell. units: shape (K,), values are added as multiples of 2^-units; 0 in `scales` (2^units)
    where a bin is open and its values are added exactly. center, square_unit, square_scale: the same for
    squared distances from the center.
    """

    edges: Floats
    starts: NDArray[np.uint16]
    low: float
    per_unit: float
    by_bits: bool
    shift: int
    first: int
    units: NDArray[np.int64]
    scales: Floats
    center: float
    square_unit: int
    square_scale: float


class _Grid(NamedTuple):
    low: float = 0.0
    per_unit: float = 0.0
    by_bits: bool = False
    shift: int = 0
    first: int = 0

    def cells(self, values: Floats) -> NDArray[np.int64]:
        """The cell of each value; the kernel computes the same."""
        if self.by_bits:
            found = (ordered_bits(values) >> self.shift) - self.first
        else:
            with np.errstate(over="ignore"):
                found = np.clip((values - self.low) * self.per_unit, 0, N_CELLS - 1).astype(np.int64)
        return np.asarray(np.clip(found, 0, N_CELLS - 1))


class _Table(NamedTuple):
    """A grid, the first bin of each of its cells, and all steps from there for the numbers at the ends of the
    bins.
    """

    grid: _Grid
    starts: NDArray[np.uint16]
    steps: int


def ordered_bits(values: Floats) -> NDArray[np.int64]:
    """The bits of floats as integers in the same order; one apart where two floats are neighbours."""
    bits = np.ascontiguousarray(values).view(np.int64)
    return np.asarray(bits ^ ((bits >> _SIGN) & np.int64(2**_SIGN - 1)))


def make_lookup(bins: NumericBins) -> Lookup:
    """The tables for a column's bins."""
    grid, starts = min(
        (_table(grid, bins.edges) for grid in _grids(bins.edges)), key=lambda table: table.steps
    )[:2]
    units, square_unit = _units(bins)
    scales = np.ldexp(1.0, units)
    scales[[0, -1]] = 0.0
    return Lookup(
        np.append(bins.edges, np.inf),
        starts,
        *grid,
        units,
        scales,
        bins.center,
        square_unit or 0,
        0.0 if square_unit is None else math.ldexp(1.0, square_unit),
    )


def _grids(edges: Floats) -> list[_Grid]:
    if edges.size == 0:
        return [_Grid()]
    low, high = (int(bits) for bits in ordered_bits(edges[[0, -1]]))
    shift = max((high - low).bit_length() - N_CELLS.bit_length() + 1, 1)
    shift += (high >> shift) - (low >> shift) >= N_CELLS
    by_bits = _Grid(by_bits=True, shift=shift, first=low >> shift)
    uniform = [
        _uniform(edges[len(edges) * percent // 100], edges[-1 - len(edges) * percent // 100])
        for percent in _TRIMMED
    ]
    return [by_bits, *(grid for grid in uniform if math.isfinite(grid.per_unit))]


def _uniform(low: float, high: float) -> _Grid:
    half = float(high) / 2 - float(low) / 2  # the whole width may be too large for a float
    per_unit = (N_CELLS - 2) / 2 / half if half > 0 else math.inf
    # The grid begins a cell lower, so that a value that most rows share is neither clipped nor subnormal.
    return _Grid(low=float(low) - 1 / per_unit, per_unit=per_unit)


def _table(grid: _Grid, edges: Floats) -> _Table:
    """The table of a grid; edges in the cells before a cell are all below the numbers of the cell."""
    cells = grid.cells(edges)
    in_cell = np.bincount(cells, minlength=N_CELLS)
    starts = np.cumsum(in_cell) - in_cell
    return _Table(grid, starts.astype(np.uint16), int(np.sum(np.arange(len(edges)) - starts[cells])))


def _units(bins: NumericBins) -> tuple[NDArray[np.int64], int | None]:
    """Exponents such that the numbers of each bin, and the squares within all closed bins, are below
    2^UNIT_BITS.
    """
    units = np.zeros(bins.n_bins, dtype=np.int64)
    if bins.n_bins - _N_OPEN < 1:
        return units, None
    size = np.abs(bins.edges)
    _, exponents = np.frexp(np.maximum(size[:-1], size[1:]))
    units[1:-1] = np.minimum(UNIT_BITS - exponents, _LARGEST_SHIFT)
    with np.errstate(over="ignore"):
        square = float(np.max((bins.edges[[0, -1]] - bins.center) ** 2))
    if not math.isfinite(square):
        return units, None
    return units, min(UNIT_BITS - math.frexp(square)[1], _LARGEST_SHIFT)
