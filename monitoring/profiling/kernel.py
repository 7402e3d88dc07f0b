"""The compiled inner loops: which window, which bin, and sums that no order of rows can change.

Sums of floats depend on their order, so nothing is summed as a float. Within a closed bin a value is a
multiple of a fixed unit, and multiples are added as integers: up to 2^-62 of the bin's larger edge is rounded
away per value. Values of the open bins, which can be of any size, are added exactly, digit by digit to a
number wide enough for every float. Only when all rows are in do the sums become floats.

Reference: R. M. Neal, Fast exact summation using small and large superaccumulators, 2015.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from monitoring.profiling.lookup import N_CELLS, Lookup

LOW, HIGH, SQUARES = 0, 1, 2
"""What is added exactly in each group: values of the lowest bin, of the highest, and squares of both."""

N_DIGITS = 70
"""Digits of 32 bits that hold any sum of floats: 2,098 bits of floats, and room above for 2^30 of them."""

INFINITE = N_DIGITS - 1
"""The digit that counts what was too large to be added."""

_DIGIT_BITS = 32
_DIGIT = 2**_DIGIT_BITS - 1
_HALF_BITS = 31
_HALF = 2**_HALF_BITS - 1
_MANTISSA_BITS = 53
_LOWEST = 1126
"""Least float: 2^52 times 2^-1126."""


class Sums(NamedTuple):
    """What is summed up for W groups and K bins, in integers.

    missing, infinite: shape (W,). cells: shape (W, K, 3), number of values, and the high and low halves of
    their sum. squares: shape (W, 2), halves of the sum of squares. digits: shape (W, 3, N_DIGITS), what is
    added exactly. extremes: shape (W, 2), smallest and largest value.
    """

    missing: NDArray[np.int64]
    infinite: NDArray[np.int64]
    cells: NDArray[np.int64]
    squares: NDArray[np.int64]
    digits: NDArray[np.int64]
    extremes: NDArray[np.float64]


def no_sums(n_groups: int, n_bins: int) -> Sums:
    """Sums of nothing yet."""
    return Sums(
        np.zeros(n_groups, dtype=np.int64),
        np.zeros(n_groups, dtype=np.int64),
        np.zeros((n_groups, n_bins, 3), dtype=np.int64),
        np.zeros((n_groups, 2), dtype=np.int64),
        np.zeros((n_groups, 3, N_DIGITS), dtype=np.int64),
        np.tile(np.array([np.inf, -np.inf]), (n_groups, 1)),
    )


@njit(cache=True, nogil=True)
def windows_of_rows(
    times: NDArray[np.int64],
    valid: NDArray[np.uint8],
    offset: int,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    found: NDArray[np.int32],
) -> None:
    """The window that each time is in, -1 for none: starts[w] <= time < ends[w]; windows are ascending and
    disjoint.

    valid, offset: Arrow's validity bits, empty where all are valid, and the bit of the first row.
    """
    window = 0
    for row in range(len(times)):
        if not _is_valid(valid, offset + row):
            found[row] = -1
            continue
        time = times[row]
        if not starts[window] <= time < ends[window]:
            window = max(np.searchsorted(starts, time, side="right") - 1, 0)
        found[row] = window if starts[window] <= time < ends[window] else -1


@njit(cache=True, nogil=True)
def add_codes(
    codes: NDArray[np.int32],
    groups: NDArray[np.int32],
    missing: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> None:
    """Count bins per group: counts has shape (W, K); a negative code is a missing value."""
    for row in range(len(codes)):
        group = groups[row]
        if group < 0:
            continue
        if codes[row] < 0:
            missing[group] += 1
        else:
            counts[group, codes[row]] += 1


@njit(cache=True, nogil=True)
def add_numbers(
    values: NDArray[np.float64],
    valid: NDArray[np.uint8],
    offset: int,
    groups: NDArray[np.int32],
    lookup: Lookup,
    sums: Sums,
) -> None:
    """Add values to the sums of their groups; rows of group -1 are left out."""
    # Tuples are taken apart here since numba counts references each time that it takes an array out of one.
    missing, infinite, cells, squares, digits, extremes = sums
    edges, starts, low, per_unit, by_bits, shift, first, _, scales, center, _, square_scale = lookup
    for row in range(len(values)):
        group = groups[row]
        if group < 0:
            continue
        value = values[row]
        if not _is_valid(valid, offset + row) or math.isnan(value):
            missing[group] += 1
            continue
        if math.isinf(value):
            infinite[group] += 1
            continue
        value += 0.0  # -0.0 becomes 0.0
        place = _first_bin(value, starts, low, per_unit, by_bits, shift, first)
        place += value > edges[place]  # most cells have one edge: a step without a branch
        while value > edges[place]:
            place += 1
        cells[group, place, 0] += 1
        extremes[group, 0] = min(extremes[group, 0], value)
        extremes[group, 1] = max(extremes[group, 1], value)
        square = (value - center) * (value - center)
        scale = scales[place]
        if scale > 0.0:
            multiple = int(value * scale)
            cells[group, place, 1] += multiple >> _HALF_BITS
            cells[group, place, 2] += multiple & _HALF
        else:
            _add_exactly(value, digits[group, LOW if place == 0 else HIGH])
        if scale > 0.0 and square_scale > 0.0:
            multiple = int(square * square_scale)
            squares[group, 0] += multiple >> _HALF_BITS
            squares[group, 1] += multiple & _HALF
        else:
            _add_exactly(square, digits[group, SQUARES])


@njit(cache=True, nogil=True)
def _is_valid(valid: NDArray[np.uint8], bit: int) -> bool:
    return len(valid) == 0 or (valid[bit >> 3] >> (bit & 7)) & 1 == 1


@njit(cache=True, nogil=True)
def _first_bin(
    value: float,
    starts: NDArray[np.uint16],
    low: float,
    per_unit: float,
    by_bits: bool,
    shift: int,
    first: int,
) -> int:
    """The first bin that numbers of the value's cell can be in."""
    if by_bits:
        bits = np.float64(value).view(np.int64)
        bits = bits ^ ((bits >> 63) & 0x7FFFFFFFFFFFFFFF)
        cell = min(max(int(bits >> shift) - first, 0), N_CELLS - 1)
    else:
        cell = int(min(max((value - low) * per_unit, 0.0), N_CELLS - 1.0))
    return int(starts[cell])


@njit(cache=True, nogil=True)
def _add_exactly(value: float, digits: NDArray[np.int64]) -> None:
    if math.isinf(value):
        digits[INFINITE] += 1
        return
    fraction, exponent = math.frexp(abs(value))
    sign = -1 if value < 0 else 1
    mantissa = int(math.ldexp(fraction, _MANTISSA_BITS))
    position = exponent - _MANTISSA_BITS + _LOWEST
    digit, shift = position >> 5, position & 31
    low = (mantissa & _DIGIT) << shift
    high = (mantissa >> _DIGIT_BITS) << shift
    digits[digit] += sign * (low & _DIGIT)
    digits[digit + 1] += sign * ((low >> _DIGIT_BITS) + (high & _DIGIT))
    digits[digit + 2] += sign * (high >> _DIGIT_BITS)


@njit(cache=True, nogil=True)
def finish(
    sums: Sums,
    lookup: Lookup,
    counts: NDArray[np.int64],
    bin_sums: NDArray[np.float64],
    moments: NDArray[np.float64],
) -> None:
    """The sums as floats: counts and bin_sums of shape (W, K); moments of shape (W, 2), total and squares.

    To be called once: the digits are carried in place.
    """
    n_groups, n_bins = counts.shape
    for group in range(n_groups):
        counts[group] = sums.cells[group, :, 0]
        for place in range(1, n_bins - 1):
            bin_sums[group, place] = _of_halves(sums.cells[group, place, 1:], lookup.units[place])
        bin_sums[group, n_bins - 1] = _exact_sum(sums.digits[group, HIGH])
        bin_sums[group, 0] = _exact_sum(sums.digits[group, LOW])
        moments[group, 0] = _compensated_sum(bin_sums[group])
        moments[group, 1] = _of_halves(sums.squares[group], lookup.square_unit) + _exact_sum(
            sums.digits[group, SQUARES]
        )


@njit(cache=True, nogil=True)
def _of_halves(halves: NDArray[np.int64], unit: int) -> float:
    return math.ldexp(float(halves[0]) * 2.0**_HALF_BITS + float(halves[1]), -unit)


@njit(cache=True, nogil=True)
def _exact_sum(digits: NDArray[np.int64]) -> float:
    """The sum as a float; the digits are left in a form that depends on the sum alone."""
    if digits[INFINITE] > 0:
        return math.inf
    negative = _carry(digits) < 0
    if negative:
        for digit in range(INFINITE):
            digits[digit] = -digits[digit]
        _carry(digits)
    top = INFINITE - 1
    while top > 2 and digits[top] == 0:  # noqa: PLR2004
        top -= 1
    size = (digits[top] * 2.0**_DIGIT_BITS + digits[top - 1]) * 2.0**_DIGIT_BITS + digits[top - 2]
    size = math.ldexp(size, _DIGIT_BITS * (top - 2) - _LOWEST)
    return -size if negative else size


@njit(cache=True, nogil=True)
def _carry(digits: NDArray[np.int64]) -> int:
    """Bring every digit but the highest into its range; the highest has the sign of the sum."""
    for digit in range(INFINITE - 1):
        digits[digit + 1] += digits[digit] >> _DIGIT_BITS
        digits[digit] &= _DIGIT
    return int(digits[INFINITE - 1])


@njit(cache=True, nogil=True)
def _compensated_sum(values: NDArray[np.float64]) -> float:
    """Sum with the rounding errors of its steps added at the end (Knuth's TwoSum)."""
    total, errors = 0.0, 0.0
    for value in values:
        grown = total + value
        part = grown - total
        errors += (total - (grown - part)) + (value - part)
        total = grown
    return total + errors if math.isfinite(total) else total
