"""What fine bins tell of the shape of a column: quantiles, and counts in other bins, each with its bound."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.profiling.binning import Floats, NumericBins
from monitoring.profiling.profile import Profiles

_FINEST = 1e-10
"""Steps that are smaller than this part of the values have no round numbers any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Quantiles:
    """Quantiles of W groups of rows at Q shares, shape (W, Q), in the column's unit.

    The quantile of the values themselves lies between lower and upper, whatever the values are. NaN where a group has
    no finite value.
    """

    value: Floats
    lower: Floats
    upper: Floats


def quantiles(profiles: Profiles, bins: NumericBins, shares: Sequence[float]) -> Quantiles:
    """The value that a share of the finite values does not exceed, by bins.

    The quantile at share q of n values is the value of rank ceil(q n), at least 1 (the inverse of the distribution
    function). Its bin is known exactly; inside the bin ranks are spread evenly. Bounds: the ends of the bin, or the
    smallest and the largest value of the group where they are nearer. shares: in [0, 1].

    Reference: R. J. Hyndman and Y. Fan, Sample Quantiles in Statistical Packages, 1996, definition 1.
    """
    reached = profiles.counts.cumsum(axis=1)
    n = reached[:, -1:]
    # 0.29 * 100 is 28.999999999999996 in floats, and its ceiling must be 29; 0.07 * 100 is above 7.
    ranks = np.maximum(np.ceil(np.round(n * np.asarray(shares, dtype=np.float64), 9)), 1).astype(np.int64)
    place = (reached[:, np.newaxis, :] < ranks[:, :, np.newaxis]).sum(axis=2)
    place = np.minimum(place, bins.n_bins - 1)
    low, high = supports(profiles, bins)
    lower, upper, count, last = (
        np.take_along_axis(array, place, axis=1) for array in (low, high, profiles.counts, reached)
    )
    with np.errstate(invalid="ignore", over="ignore"):
        inside = 1.0 - (last - ranks) / np.maximum(count, 1)
        value = np.clip(lower + inside * (upper - lower), lower, upper)
    return Quantiles(*(np.where(n > 0, found, np.nan) for found in (value, lower, upper)))


def spread(profiles: Profiles, bins: NumericBins, edges: Sequence[float]) -> Floats:
    """Finite values in the bins (a, b] between other edges, the first and the last open, shape (W, len(edges) + 1).

    A fine bin that an edge cuts gives each side its part of the width, so that the values up to an edge are counted
    wrongly by less than the fine bin around it holds; where edges coincide, and at repeated values, counts are exact.
    edges: ascending.
    """
    low, high = supports(profiles, bins)
    at = np.asarray(edges, dtype=np.float64)[:, np.newaxis, np.newaxis]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        part = np.where(high > low, np.clip((at - low) / (high - low), 0.0, 1.0), high <= at)
    part = np.where(profiles.counts > 0, part, 0.0)
    below = (part * profiles.counts).sum(axis=2).T
    total = profiles.counts.sum(axis=1, keepdims=True).astype(np.float64)
    return np.diff(np.concatenate((np.zeros_like(total), below, total), axis=1), axis=1)


def supports(profiles: Profiles, bins: NumericBins) -> tuple[Floats, Floats]:
    """Where the values of each fine bin lie in each group: lower and upper ends, shape (W, K).

    The ends of the bin, or the smallest and largest value of the group where they are nearer.
    """
    lower = np.concatenate(([-np.inf], bins.edges))
    upper = np.concatenate((bins.edges, [np.inf]))
    first, last = profiles.minimum[:, np.newaxis], profiles.maximum[:, np.newaxis]
    return np.clip(lower, first, last), np.clip(upper, first, last)


def display_edges(profiles: Sequence[Profiles], bins: NumericBins, at_most: int = 30) -> list[float]:
    """Round edges, evenly spaced, that show all groups but half a percent of their rows at either end.

    Datetime columns: steps of whole days where the days are enough. Empty where there are no finite values; one edge
    where all are equal.
    """
    ends = [quantiles(profile, bins, (0.005, 0.995)).value for profile in profiles]
    known = np.concatenate(ends)[~np.isnan(np.concatenate(ends)).any(axis=1)]
    if known.size == 0:
        return []
    low, high = float(known[:, 0].min()), float(known[:, 1].max())
    if not high > low:
        return [low]
    unit = 86400.0 if bins.kind == "datetime" and high - low >= at_most * 86400.0 else 1.0
    size = high / at_most - low / at_most
    if size < _FINEST * max(abs(low), abs(high), _FINEST):
        return [low]
    step = unit * round_step(size / unit)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def round_step(size: float) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below the size.

    >>> [round_step(size) for size in (0.012, 0.3, 2.1, 7.0, 10.0)]
    [0.02, 0.5, 2.5, 10.0, 10.0]
    """
    exponent = math.floor(math.log10(size))
    steps = (float(f"{factor}e{exponent}") for factor in (1, 2, 2.5, 5, 10))
    return next(step for step in steps if step >= size * (1 - 1e-9))
