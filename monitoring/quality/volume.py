"""How many rows come, against how many usually come."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MEMORY = 8
"""How many earlier windows of the same phase say what is usual."""


def usual_volume(counts: Sequence[int] | NDArray[np.int64], period: int = 1) -> NDArray[np.float64]:
    """The median number of rows of up to 8 earlier windows of the same phase.

    counts: rows per window, every window of the time in order (0 where nothing came), shape (W,). period: how many
    windows make a season, 7 for days that repeat weekly. Returns shape (W,); NaN for the first two of a phase.
    """
    values = np.asarray(counts, dtype=np.float64)
    usual = np.full(len(values), np.nan)
    for index in range(len(values)):
        earlier = values[max(0, index - MEMORY * period) : index][::-1][period - 1 :: period]
        if len(earlier) >= 2:
            usual[index] = float(np.median(earlier))
    return usual


def log_ratio(count: float, usual: float) -> float:
    """Natural logarithm of how many times the usual number of rows came; 0 is as usual.

    No rows where some are usual is minus infinity; NaN where nothing says what is usual, or none is.
    """
    if math.isnan(usual) or usual <= 0:
        return math.nan
    return math.log(count / usual) if count > 0 else -math.inf
