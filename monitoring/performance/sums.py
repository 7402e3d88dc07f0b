"""Sums of floats without any rounding: neither the order of the rows nor how they were split matters."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_CHUNK = 8192
_FEW = 256
"""So many values are added one by one: cutting them into chunks would take longer."""
_GUARD_BITS = (_CHUNK + 1).bit_length()
_SPLITTER = float(2**27 + 1)


@dataclass(frozen=True, slots=True)
class ExactSum:
    """A sum of floats, kept as the few floats that add up to it exactly, the largest first.

    The first is the sum rounded once, each further one is what the former ones left, rounded. So equal sums
    are equal bit by bit. Values must be finite, and small enough that their sum is.
    """

    parts: tuple[float, ...] = ()

    @classmethod
    def of(cls, values: FloatArray) -> ExactSum:
        """The sum of an array, about 5 ms for a million values."""
        few = values.size <= _FEW
        return cls(_carried(np.ravel(values).tolist() if few else _chunk_sums(np.ravel(values))))

    @classmethod
    def merge(cls, sums: Iterable[ExactSum]) -> ExactSum:
        """The sum of sums."""
        return cls(_carried(part for each in sums for part in each.parts))

    def __add__(self, other: ExactSum) -> ExactSum:
        return ExactSum.merge((self, other))

    @property
    def value(self) -> float:
        """The sum, rounded once."""
        return self.parts[0] if self.parts else 0.0

    @property
    def exact(self) -> Fraction:
        """The sum, not rounded at all."""
        return sum(map(Fraction, self.parts), Fraction(0))


@dataclass(frozen=True, slots=True)
class Moments:
    """Number, sum and sum of squares of values that are averaged over rows."""

    n: int = 0
    total: ExactSum = ExactSum()
    squares: ExactSum = ExactSum()

    @classmethod
    def of(cls, values: FloatArray) -> Moments:
        """The moments of an array."""
        return cls(values.size, ExactSum.of(values), ExactSum.of(values * values))

    @classmethod
    def weighted(cls, values: FloatArray, counts: IntArray) -> Moments:
        """The moments of an array in which each value stands `counts` times: the same as if written out."""
        squares = values * values
        return cls(int(counts.sum()), exact_dot(values, counts), exact_dot(squares, counts))

    @classmethod
    def merge(cls, parts: Sequence[Moments]) -> Moments:
        """The moments of all values together."""
        return cls(
            sum(part.n for part in parts),
            ExactSum.merge(part.total for part in parts),
            ExactSum.merge(part.squares for part in parts),
        )

    @property
    def mean(self) -> float:
        """Sum over number; NaN without values."""
        return self.total.value / self.n if self.n else math.nan

    @property
    def standard_error(self) -> float:
        """Standard error of the mean, with n - 1 in the variance; NaN below two values."""
        if self.n < 2:  # noqa: PLR2004 - a variance needs two
            return math.nan
        spread = self.squares.exact - self.total.exact**2 / self.n
        # Squares are rounded one by one, so that equal values can come out a little below 0.
        return math.sqrt(max(0.0, float(spread)) / (self.n - 1) / self.n)


def exact_dot(values: FloatArray, counts: IntArray) -> ExactSum:
    """Sum of values that each stand `counts` times, without any rounding."""
    single, several = counts == 1, counts > 1
    products = two_product(values[several], counts[several].astype(np.float64))
    return ExactSum.of(np.concatenate([values[single], *products]))


def two_product(left: FloatArray, right: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Products, rounded, and what the rounding took away: together they are exact.

    Not for sizes beyond 1e290, where the splitting overflows. Dekker (1971).
    """
    product = left * right
    left_high, left_low = _split(left)
    right_high, right_low = _split(right)
    lost = left_low * right_low - (
        ((product - left_high * right_high) - left_low * right_high) - left_high * right_low
    )
    return product, lost


def _split(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    scaled = _SPLITTER * values
    high = scaled - (scaled - values)
    return high, values - high


def _chunk_sums(values: FloatArray) -> list[float]:
    """Few floats whose exact sum is that of the values (the extraction of Rump, Ogita and Oishi, 2008).

    Adding and taking away a large power of two cuts every value at the same bit. What lies above it has so
    few bits that adding a chunk of it cannot round; what lies below goes round again, until nothing is left.
    """
    sums = []
    for start in range(0, values.size, _CHUNK):
        rest = values[start : start + _CHUNK]
        while (largest := float(np.abs(rest).max())) > 0:
            cut = math.ldexp(1.0, math.frexp(largest)[1] + _GUARD_BITS)
            high = (rest + cut) - cut
            sums.append(float(high.sum()))
            rest = rest - high
    return sums


def _carried(parts: Iterable[float]) -> tuple[float, ...]:
    """The one way to write an exact sum: what `fsum` gives, then what it left, until nothing is left."""
    rest = list(parts)
    carried = []
    while (rounded := math.fsum(rest)) != 0:
        carried.append(rounded)
        rest.append(-rounded)
    return tuple(carried)
