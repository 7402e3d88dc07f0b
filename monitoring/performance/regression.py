"""A window of a regression with truth: its profile, and the metrics that read it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from monitoring.performance.intervals import (
    Estimate,
    Reason,
    mean_estimate,
    student,
    undefined,
    without_interval,
)
from monitoring.performance.records import Record, parts_of, sums_of
from monitoring.performance.sums import ExactSum, FloatArray, Moments, two_product
from monitoring.spec import Task

EPSILON = float(np.finfo(np.float64).eps)
"""Smallest truth that an error is divided by, as in scikit-learn."""

LARGEST = 1e70
"""A number beyond it counts as infinite: the fourth power of an error must still be a number."""

_BLOCK = 8192


@dataclass(frozen=True, slots=True)
class ErrorSums:
    """Sums over rows with truth y and error e = prediction - truth; r is |e| / max(|y|, 2.2e-16)."""

    error: ExactSum
    absolute: ExactSum
    squared: ExactSum
    fourth: ExactSum
    relative: ExactSum
    relative_squared: ExactSum
    truth: ExactSum
    truth_squared: ExactSum
    truth_cubed: ExactSum
    truth_fourth: ExactSum
    squared_by_truth: ExactSum
    squared_by_truth_squared: ExactSum

    @classmethod
    def of(cls, truth: FloatArray, error: FloatArray) -> ErrorSums:
        """The sums of some rows. Powers of y are not rounded, since a variance cancels nearly all of them."""
        blocks = range(0, truth.size, _BLOCK)
        return cls.merge([cls._of_block(truth[i : i + _BLOCK], error[i : i + _BLOCK]) for i in blocks])

    @classmethod
    def _of_block(cls, truth: FloatArray, error: FloatArray) -> ErrorSums:
        squared = error * error
        relative = np.abs(error) / np.maximum(np.abs(truth), EPSILON)
        square = _times([truth], truth)
        cube = _times(square, truth)
        weighted = _times([squared], truth)
        return cls(
            error=ExactSum.of(error),
            absolute=ExactSum.of(np.abs(error)),
            squared=ExactSum.of(squared),
            fourth=ExactSum.of(squared * squared),
            relative=ExactSum.of(relative),
            relative_squared=ExactSum.of(relative * relative),
            truth=ExactSum.of(truth),
            truth_squared=_total(square),
            truth_cubed=_total(cube),
            truth_fourth=_total(_times(cube, truth)),
            squared_by_truth=_total(weighted),
            squared_by_truth_squared=_total(_times(weighted, truth)),
        )

    @classmethod
    def merge(cls, parts: Sequence[ErrorSums]) -> ErrorSums:
        """The sums of all rows together."""
        columns = zip(*parts, strict=True) if parts else ((),) * len(fields(cls))
        return cls(*map(ExactSum.merge, columns))

    def __iter__(self) -> Iterator[ExactSum]:
        return (getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class RegressionProfile:
    """Summary of the rows of a window.

    n: all rows. n_truth: those with truth. n_pairs: those with truth and prediction, both at most 1e70 in
    size; everything below is of these. n_zero: rows whose truth is 0, or closer to it than 2.2e-16. sums:
    exact sums.
    """

    n: int
    n_truth: int
    n_pairs: int
    n_zero: int
    sums: ErrorSums

    task: ClassVar[Task] = "regression"

    @classmethod
    def from_rows(cls, y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> RegressionProfile:
        """Summarise rows. A million take about 0.3 s.

        y_true, y_pred: numbers, NaN where unknown, shape (n,). Raises ValueError for other shapes.
        """
        truth, prediction = np.asarray(y_true, np.float64), np.asarray(y_pred, np.float64)
        if truth.ndim != 1 or truth.shape != prediction.shape:
            raise ValueError(
                f"Truth of shape {truth.shape!r} and predictions of shape {prediction.shape!r} "
                "are not of the same rows."
            )
        # NaN fails the comparison too.
        usable = (np.abs(truth) <= LARGEST) & (np.abs(prediction) <= LARGEST)
        known = truth[usable]
        return cls(
            n=truth.size,
            n_truth=int(np.count_nonzero(~np.isnan(truth))),
            n_pairs=known.size,
            n_zero=int(np.count_nonzero(np.abs(known) < EPSILON)),
            sums=ErrorSums.of(known, prediction[usable] - known),
        )

    @classmethod
    def merge(cls, *parts: RegressionProfile) -> RegressionProfile:
        """The profile of all rows together, whatever the order of the parts."""
        return cls(
            n=sum(part.n for part in parts),
            n_truth=sum(part.n_truth for part in parts),
            n_pairs=sum(part.n_pairs for part in parts),
            n_zero=sum(part.n_zero for part in parts),
            sums=ErrorSums.merge([part.sums for part in parts]),
        )

    def compact(self) -> RegressionProfile:
        """The same: a regression has no scores to group."""
        return self

    def to_record(self) -> Record:
        """Plain numbers and lists."""
        content = {
            "task": self.task,
            "n": self.n,
            "n_truth": self.n_truth,
            "n_pairs": self.n_pairs,
            "n_zero": self.n_zero,
            "sums": parts_of(list(self.sums)),
        }
        return Record(content, [], [], [])

    @classmethod
    def from_record(cls, record: Record) -> RegressionProfile:
        """The way back."""
        content = record.content
        return cls(
            n=content["n"],
            n_truth=content["n_truth"],
            n_pairs=content["n_pairs"],
            n_zero=content["n_zero"],
            sums=ErrorSums(*sums_of(content["sums"])),
        )


def _times(terms: Sequence[FloatArray], factor: FloatArray) -> list[FloatArray]:
    """The product of a sum of arrays with another array, as a sum of arrays, without any rounding."""
    return [part for term in terms for part in two_product(term, factor)]


def _total(terms: Sequence[FloatArray]) -> ExactSum:
    return ExactSum.of(np.concatenate(terms))


def mean_error(profile: RegressionProfile) -> Estimate:
    """Mean of prediction - truth, in the truth's unit, 0 best; above 0 the model predicts too much.

    Undefined without rows.
    """
    sums = profile.sums
    return mean_estimate(Moments(profile.n_pairs, sums.error, sums.squared), _nothing(profile))


def mean_absolute_error(profile: RegressionProfile) -> Estimate:
    """Mean of |prediction - truth|, in the truth's unit, 0 best. Undefined without rows."""
    sums = profile.sums
    return mean_estimate(
        Moments(profile.n_pairs, sums.absolute, sums.squared), _nothing(profile), (0.0, math.inf)
    )


def root_mean_squared_error(profile: RegressionProfile) -> Estimate:
    """Square root of the mean of (prediction - truth)^2, in the truth's unit, 0 best. Undefined without rows.

    Interval: Student's, on the logarithm (delta method), so that it stays above 0. Oehlert (1992).
    """
    moments = Moments(profile.n_pairs, profile.sums.squared, profile.sums.fourth)
    if moments.n == 0:
        return undefined(_nothing(profile))
    value = math.sqrt(moments.mean)
    if moments.n == 1:
        return without_interval(value, Reason.TOO_FEW_ROWS)
    if value == 0:
        return Estimate(0.0, 0.0, 0.0)
    return _scaled(value, student(moments.n) * moments.standard_error / (2 * moments.mean))


def mean_absolute_percentage_error(profile: RegressionProfile) -> Estimate:
    """Mean of |prediction - truth| / max(|truth|, 2.2e-16), a share of the truth, 0 best. Undefined without
    rows.

    Where some truth is 0 the value is scikit-learn's, huge and without meaning; it comes without interval,
    and with the reason zero_truth.
    """
    moments = Moments(profile.n_pairs, profile.sums.relative, profile.sums.relative_squared)
    if profile.n_zero:
        return without_interval(moments.mean, Reason.ZERO_TRUTH)
    return mean_estimate(moments, _nothing(profile), (0.0, math.inf))


def r2(profile: RegressionProfile) -> Estimate:
    """Share of the truth's variance that the prediction explains: 1 - sum of (y - prediction)^2 / sum of (y -
    mean y)^2.

    At most 1, 1 best, 0 for predicting the mean of the window, below it worse than that. Undefined below two
    rows, and where the truth is the same everywhere. Interval: Student's, on the logarithm of 1 - r2, by the
    delta method.
    """
    n, sums = profile.n_pairs, profile.sums
    if n == 0:
        return undefined(_nothing(profile))
    if n == 1:
        return undefined(Reason.TOO_FEW_ROWS)
    variation = sums.truth_squared.exact - sums.truth.exact**2 / n
    if variation == 0:
        return undefined(Reason.CONSTANT_TRUTH)
    unexplained = float(sums.squared.exact / variation)
    value = 1 - unexplained
    if unexplained == 0:
        return Estimate(value, value, value)
    bounds = _scaled(unexplained, student(n) * _log_ratio_error(profile, variation / n))
    return Estimate(value, min(value, 1 - bounds.upper), max(value, 1 - bounds.lower))


def _log_ratio_error(profile: RegressionProfile, variance: Fraction) -> float:
    """Standard error of ln(mean e^2 / variance of y).

    To first order it is that of the mean of e^2 / mean e^2 - (y - mean y)^2 / variance.
    """
    n, sums = profile.n_pairs, profile.sums
    mean, squared = sums.truth.exact / n, sums.squared.exact
    both = sums.squared_by_truth_squared.exact - 2 * mean * sums.squared_by_truth.exact + mean**2 * squared
    fourth = (
        sums.truth_fourth.exact
        - 4 * mean * sums.truth_cubed.exact
        + 6 * mean**2 * sums.truth_squared.exact
        - 3 * n * mean**4
    )
    size = squared / n
    spread = sums.fourth.exact / size**2 - 2 * both / (size * variance) + fourth / variance**2
    return math.sqrt(max(0.0, float(spread)) / n / (n - 1))


def _scaled(value: float, half: float) -> Estimate:
    """A positive value with an interval that is symmetric on its logarithm."""
    factor = math.exp(min(half, 700.0))
    return Estimate(value, value / factor, value * factor)


def _nothing(profile: RegressionProfile) -> Reason:
    return Reason.NO_PREDICTION if profile.n_truth else Reason.NO_TRUTH
