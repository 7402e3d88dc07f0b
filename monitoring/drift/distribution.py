"""A column's distribution as it is drawn: the same bars for both sides, and its course over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from monitoring.drift.binned import FloatArray, shares
from monitoring.profiling.binning import Bins, CategoryBins, Floats, NumericBins
from monitoring.profiling.profile import Profiles
from monitoring.profiling.shape import display_edges, quantiles, spread

MOST_VALUES = 40
"""A numeric column of more distinct values is drawn as intervals."""
MOST_CATEGORIES = 20
BAND = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The quantiles that a band over time shows."""

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """Shares of all rows in the same bars for the reference and the period, arrays of shape (B + 2,).

    The last two bars are anything else (infinite, unseen, beyond the values drawn) and missing. kind `values`: a bar
    for each of `numbers`; `intervals`: bars (a, b] between neighbours of `numbers`, the first and the last open;
    `categories`: a bar for each of `names`, and a last one for `n_rest` others where there are any.
    """

    kind: Literal["values", "intervals", "categories"]
    numbers: tuple[float, ...]
    names: tuple[str, ...]
    n_rest: int
    reference: FloatArray
    current: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Shares of some categories over W windows, shape (W, C), and in what they are compared with, shape (C,)."""

    names: tuple[str, ...]
    reference: FloatArray
    current: FloatArray


def bars(bins: Bins, reference: Profiles, current: Profiles, *, count_missing: bool = True) -> Bars:
    """The bars of a column; each side is one group of rows.

    count_missing: False for truth, whose absence says only that it has not come.
    """
    sides = (reference, current)
    missing = [float(side.missing[0]) if count_missing else 0.0 for side in sides]
    if isinstance(bins, CategoryBins):
        return _category_bars(bins, sides, missing)
    values = _repeated_values(bins, sides)
    if values is not None:
        return _value_bars(bins, values, sides, missing)
    edges = display_edges(sides, bins)
    counts = [
        np.array([*spread(side, bins, edges)[0], float(side.infinite[0]), lost])
        for side, lost in zip(sides, missing, strict=True)
    ]
    return Bars("intervals", tuple(edges), (), 0, *(shares(each) for each in counts))


def band_over_time(bins: NumericBins, current: Profiles) -> Floats:
    """The quantiles of BAND in each window, shape (W, 5); NaN where a window has no finite value."""
    return quantiles(current, bins, BAND).value


def course(bins: CategoryBins, reference: Profiles, current: Profiles, at_most: int = 6) -> Course:
    """The shares, among rows with a value, of the categories that have or had the largest ones.

    Values that are no category are the last, called by the empty text, where there were any.
    """
    before, whole = (shares(side.counts.sum(axis=0).astype(np.float64)) for side in (reference, current))
    now = shares(current.counts.astype(np.float64))
    size = np.fmax(np.nan_to_num(before), np.nan_to_num(whole))
    chosen = [int(place) for place in np.sort(np.argsort(-size[:-1], kind="stable")[:at_most])]
    names = [bins.categories[place] for place in chosen]
    if size[-1] > 0:
        chosen.append(len(bins.categories))
        names.append("")
    return Course(tuple(names), before[chosen], now[:, chosen])


def _category_bars(bins: CategoryBins, sides: tuple[Profiles, Profiles], missing: list[float]) -> Bars:
    counts = [side.counts[0].astype(np.float64) for side in sides]
    size = np.max([np.nan_to_num(shares(each)[:-1]) for each in counts], axis=0, initial=0.0)
    chosen = np.sort(np.argsort(-size, kind="stable")[:MOST_CATEGORIES])
    rest = np.delete(np.arange(len(bins.categories)), chosen)
    drawn = [
        np.array([*each[chosen], *([each[rest].sum()] if len(rest) else []), each[-1], lost])
        for each, lost in zip(counts, missing, strict=True)
    ]
    names = tuple(bins.categories[place] for place in chosen)
    return Bars("categories", (), names, len(rest), *(shares(each) for each in drawn))


def _repeated_values(bins: NumericBins, sides: tuple[Profiles, Profiles]) -> Integers | None:
    """The bins of single values, where the reference has no others and they are few enough to draw."""
    if (sides[0].counts[0][~bins.atom] > 0).any() or not sides[0].counts[0].any():
        return None
    found = np.flatnonzero(bins.atom & ((sides[0].counts[0] > 0) | (sides[1].counts[0] > 0)))
    return found if len(found) <= MOST_VALUES else None


def _value_bars(
    bins: NumericBins, values: Integers, sides: tuple[Profiles, Profiles], missing: list[float]
) -> Bars:
    drawn = [
        np.array(
            [
                *side.counts[0][values].astype(np.float64),
                float(side.counts[0].sum() - side.counts[0][values].sum() + side.infinite[0]),
                lost,
            ]
        )
        for side, lost in zip(sides, missing, strict=True)
    ]
    return Bars("values", tuple(bins.edges[values].tolist()), (), 0, *(shares(each) for each in drawn))
