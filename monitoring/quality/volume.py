"""How many rows come, against how many usually come."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

MEMORY = 8
"""How many earlier windows of the same phase say what is usual."""

_FEWEST = 2


def usual_volume(counts: Sequence[float] | NDArray[np.float64], period: int = 1) -> NDArray[np.float64]:
    """The median number of rows of up to 8 earlier windows of the same phase.

    counts: rows per window, every window of the time in order, 0 where nothing came and NaN where a window is not
    complete, shape (W,). period: how many windows make a season, 7 for days that repeat weekly. Returns shape (W,);
    NaN where fewer than two complete windows came before.

    >>> usual_volume([900, 920, 910, 0]).tolist()
    [nan, nan, 910.0, 910.0]
    """
    values = np.asarray(counts, dtype=np.float64)
    usual = np.full(len(values), np.nan)
    for index in range(len(values)):
        earlier = values[max(0, index - MEMORY * period) : index][::-1][period - 1 :: period]
        complete = earlier[~np.isnan(earlier)]
        if len(complete) >= _FEWEST:
            usual[index] = float(np.median(complete))
    return usual


def log_ratio(count: float, usual: float) -> float:
    """Natural logarithm of how many times the usual number of rows came; 0 is as usual.

    No rows where some are usual is minus infinity; NaN where nothing says what is usual, or none is.
    """
    if math.isnan(usual) or usual <= 0:
        return math.nan
    return math.log(count / usual) if count > 0 else -math.inf


def volume_pvalue(count: float, usual: float) -> float:
    """Probability of a number of rows at least as unusual, if rows came independently at the usual rate.

    Twice the smaller tail of the Poisson distribution, in [0, 1]: three rows instead of one prove nothing. NaN where
    nothing says what is usual.
    """
    if math.isnan(usual):
        return math.nan
    tail = min(poisson.cdf(count, usual), poisson.sf(count - 1, usual))
    return min(1.0, 2.0 * float(tail))
