"""Summaries of attributions: how much each feature matters, how their order changed, which rows to take.

Nothing here depends on the order of rows: sums are rounded once, samples are chosen by the rows' ids.
"""

from __future__ import annotations

import hashlib
import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from monitoring.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class FeatureImportance:
    """One feature's attributions over many rows.

    `mean_absolute` >= 0, in the output's unit; `mean` has a sign (NaN with more than two classes, where
    it has no meaning); `share` in [0, 1] of all features' `mean_absolute` (NaN when that is 0); `rank`
    is 1 for the largest.
    """

    feature: str
    mean_absolute: float
    mean: float
    share: float
    rank: int


def feature_importances(
    values: NDArray[np.float64],
    features: tuple[str, ...],
    *,
    weights: NDArray[np.float64] | None = None,
) -> tuple[FeatureImportance, ...]:
    """Importances of all features, in the features' order.

    `values` is [rows, features] or [rows, features, classes]; with classes a row's absolute
    attributions are summed over them, as shap does. `weights` [rows] > 0 say how many rows each one
    stands for, one each where left out. NaN throughout when there are no rows. Equal importances rank
    by name.

    >>> [f.mean_absolute for f in feature_importances(np.array([[1.0, -3.0], [-2.0, 1.0]]), ("a", "b"))]
    [1.5, 2.0]
    """
    absolute, signed = np.abs(values), values
    if values.ndim == 3:  # noqa: PLR2004
        absolute, signed = absolute.sum(axis=2), np.full(values.shape[:2], np.nan)
    weights = np.ones(len(values)) if weights is None else weights
    mean_absolute = _means(absolute, weights)
    means = _means(signed, weights)
    total = math.fsum(mean_absolute)
    order = sorted(range(len(features)), key=lambda i: (-mean_absolute[i], features[i]))
    ranks = {position: rank for rank, position in enumerate(order, start=1)}
    return tuple(
        FeatureImportance(name, mean_absolute[i], means[i], _ratio(mean_absolute[i], total), ranks[i])
        for i, name in enumerate(features)
    )


def ndcg(reference: Mapping[str, float], current: Mapping[str, float]) -> float:
    """Agreement of the current order of features with the reference's importances.

    NDCG = DCG / iDCG with DCG = sum_i a(f'_i) / log2(i + 1) over the current order f' of features by
    importance, iDCG the same over the reference's own order, and gains a = the reference's importances
    (mean absolute attributions). Features of equal current importance share the mean of their gains.

    Both mappings hold the same features; importances are >= 0. Returns a number in (0, 1], 1 = same
    order; Amazon SageMaker Clarify takes less than 0.90 for a violation. Undefined, and therefore NaN,
    when there is no feature or no reference importance above 0, or a current importance is unknown.

    Reference: Järvelin and Kekäläinen (2002), Cumulated gain-based evaluation of IR techniques; Amazon
    SageMaker Developer Guide, Feature attribution drift.

    >>> round(ndcg({"a": 3.0, "b": 1.0}, {"a": 1.0, "b": 2.0}), 4)
    0.7967
    """
    if reference.keys() != current.keys():
        changed = sorted(reference.keys() ^ current.keys())
        raise InvalidInput(f"Importances of different features cannot be compared: {changed!r}.")
    names = sorted(reference)
    gains = np.array([reference[name] for name in names])
    scores = np.array([current[name] for name in names])
    if np.isnan(scores).any() or not gains.sum() > 0:
        return float("nan")
    return _dcg(gains, scores) / _dcg(gains, gains)


def levels_of(values: Sequence[object]) -> NDArray[np.float64]:
    """How high each value stands among all, from 0 (lowest) to 1: [rows]; NaN where it has no order or is missing.

    Numbers, times, and false before true have an order. Equal values share a level; all equal, it is 0.5.

    >>> levels_of([3.0, 1.0, None, 2.0]).tolist()
    [1.0, 0.0, nan, 0.5]
    """
    numbers = np.array([_as_number(value) for value in values], dtype=np.float64)
    known = ~np.isnan(numbers)
    distinct, places = np.unique(numbers[known], return_inverse=True)
    levels = np.full(len(numbers), np.nan)
    levels[known] = places / (len(distinct) - 1) if len(distinct) > 1 else 0.5
    return levels


def monotony(values: Sequence[object], attributions: NDArray[np.float64]) -> float:
    """Spearman's rank correlation of a feature's values with its attributions, in [-1, 1].

    1: the higher the value, the more it raises the output; -1: the more it lowers it. Undefined, and therefore NaN,
    when fewer than three values have an order, or either side is constant. Spearman (1904).
    """
    numbers = np.array([_as_number(value) for value in values], dtype=np.float64)
    known = ~np.isnan(numbers)
    if known.sum() < 3:  # noqa: PLR2004
        return float("nan")
    first, second = _ranks(numbers[known]), _ranks(attributions[known])
    spread = float(np.std(first) * np.std(second))
    return (
        float(np.mean((first - first.mean()) * (second - second.mean()))) / spread
        if spread > 0
        else float("nan")
    )


def _as_number(value: object) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    return float(value) if isinstance(value, (bool, int, float)) else float("nan")


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 0 on; equal values share the mean of theirs."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts + 1) / 2)[group])


def sample_ids(ids: Iterable[str], size: int) -> tuple[str, ...]:
    """At most `size` different ids, chosen by a hash of each: the same for any order and any number of calls.

    A larger sample contains every smaller one, and rows that arrive later push out few of those chosen
    before. Ids come in the order of their hashes.
    """
    if size < 0:
        raise InvalidInput(f"The size of a sample cannot be {size!r}; it is at least 0.")
    chosen = heapq.nsmallest(size, ((_hash(name), name) for name in set(ids)))
    return tuple(name for _, name in chosen)


def _hash(name: str) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _means(values: NDArray[np.float64], weights: NDArray[np.float64]) -> list[float]:
    """Weighted column means; sums are rounded once, so that the order of rows does not show."""
    total = math.fsum(weights.tolist())
    return [math.fsum((column * weights).tolist()) / total if total else float("nan") for column in values.T]


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def _dcg(gains: NDArray[np.float64], scores: NDArray[np.float64]) -> float:
    """Discounted gains in the order of falling scores; equal scores share the mean of their gains."""
    discount = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, len(gains) + 2)))])
    _, group, counts = np.unique(-scores, return_inverse=True, return_counts=True)
    means = np.bincount(group, weights=gains) / counts
    ends = np.cumsum(counts)
    return float(np.sum(means * (discount[ends] - discount[ends - counts])))
