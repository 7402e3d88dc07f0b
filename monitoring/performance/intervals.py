"""A metric's value with its 95 % interval, or the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from scipy.special import expit, logit, stdtrit

from monitoring.performance.sums import FloatArray, Moments
from monitoring.thresholds import Interval

Z = 1.959963984540054
"""97.5 % quantile of the normal distribution."""

Bounds = tuple[float, float]


class Reason(StrEnum):
    """Why a metric has no value, or a value but no interval."""

    NO_TRUTH = "no_truth"
    NO_PREDICTION = "no_prediction"
    NO_SCORE = "no_score"
    NOT_A_PROBABILITY = "not_a_probability"
    ONE_CLASS = "one_class"
    NO_POSITIVES = "no_positives"
    NO_PREDICTED_POSITIVES = "no_predicted_positives"
    CLASS_WITHOUT_TRUTH = "class_without_truth"
    CLASS_WITHOUT_PREDICTION = "class_without_prediction"
    CLASS_WITHOUT_SCORE = "class_without_score"
    CONSTANT_TRUTH = "constant_truth"
    ZERO_TRUTH = "zero_truth"
    TOO_FEW_ROWS = "too_few_rows"


REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.NO_TRUTH: "No ground truth has arrived.",
        Reason.NO_PREDICTION: "No inference with ground truth has a usable prediction.",
        Reason.NO_SCORE: "No inference with ground truth has a score.",
        Reason.NOT_A_PROBABILITY: "Some scores lie outside 0 to 1, so they are no probabilities.",
        Reason.ONE_CLASS: "The ground truth has a single class, so nothing can be told apart.",
        Reason.NO_POSITIVES: "Nothing is positive in the ground truth.",
        Reason.NO_PREDICTED_POSITIVES: "Nothing was predicted positive.",
        Reason.CLASS_WITHOUT_TRUTH: "A class was predicted that the ground truth does not have.",
        Reason.CLASS_WITHOUT_PREDICTION: "A class of the ground truth was never predicted.",
        Reason.CLASS_WITHOUT_SCORE: "The ground truth has a class without a score.",
        Reason.CONSTANT_TRUTH: "The ground truth is the same everywhere, so there is no variance to explain.",
        Reason.ZERO_TRUTH: "Some ground truth is 0, and a percentage of 0 means nothing.",
        Reason.TOO_FEW_ROWS: "There are too few rows for an interval.",
    }
)
"""The reasons as sentences."""


@dataclass(frozen=True, slots=True)
class Estimate(Interval):
    """A value with its 95 % interval.

    reason: why the value is NaN; or, where only the bounds are NaN, why there is no interval.
    """

    reason: Reason | None = None


def undefined(reason: Reason) -> Estimate:
    """No value, and why."""
    return Estimate(math.nan, math.nan, math.nan, reason)


def without_interval(value: float, reason: Reason) -> Estimate:
    """A value whose interval is unknown, and why."""
    return Estimate(value, math.nan, math.nan, reason)


def student(n: float) -> float:
    """97.5 % quantile of Student's distribution with n - 1 degrees of freedom: few rows make it wider."""
    return float(stdtrit(n - 1, 0.975))


def proportion(hits: int, n: int, none: Reason) -> Estimate:
    """Share of hits with Wilson's interval; undefined for the given reason when n is 0. Wilson (1927)."""
    if n == 0:
        return undefined(none)
    return Estimate(hits / n, *wilson(hits / n, n))


def wilson(share: float, n: float) -> Bounds:
    """Wilson's interval of a share among n rows, n > 0: inside [0, 1] and never of width 0."""
    shrink = 1 + Z * Z / n
    middle = (share + Z * Z / (2 * n)) / shrink
    half = Z / shrink * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    # At 0 and 1 the bound is the value itself; rounding must not move it past the value.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def mean_estimate(moments: Moments, none: Reason, bounds: Bounds = (-math.inf, math.inf)) -> Estimate:
    """Mean with Student's interval, cut at what the metric can be; none below two rows. Student (1908)."""
    if moments.n == 0:
        return undefined(none)
    if moments.n == 1:
        return without_interval(moments.mean, Reason.TOO_FEW_ROWS)
    half = student(moments.n) * moments.standard_error
    return Estimate(moments.mean, max(bounds[0], moments.mean - half), min(bounds[1], moments.mean + half))


def beside(current: Interval, reference: Interval) -> Interval:
    """The current value with an interval that leaves out the reference's value where the two surely differ.

    The distances of both values to their bounds add up like errors do, so that a reference of few rows makes
    nobody sure. NaN bounds stay. Zou and Donner (2008), the method of variance estimates recovery.
    """
    return Interval(
        current.value,
        current.value - math.hypot(current.value - current.lower, reference.upper - reference.value),
        current.value + math.hypot(current.upper - current.value, reference.value - reference.lower),
    )


def on_logit_scale(share: float, standard_error: float, n: int) -> Estimate:
    """A value in [0, 1] with an interval that stays inside: value and error are carried to the log-odds.

    n: rows of the class that decides (n - 1 degrees of freedom). Where all rows agree (error 0, or a value of
    0 or 1) the error says nothing, and Wilson's interval of a share among n rows stands in. No interval below
    n = 2.
    """
    if n < 2:  # noqa: PLR2004 - a variance needs two
        return without_interval(share, Reason.TOO_FEW_ROWS)
    if standard_error == 0 or not 0 < share < 1:
        return Estimate(share, *wilson(share, n))
    half = student(n) * standard_error / (share * (1 - share))
    middle = logit(share)
    # Rounding on the way to the log-odds and back must not move a narrow interval off its value.
    return Estimate(share, min(share, float(expit(middle - half))), max(share, float(expit(middle + half))))


def mean_of_shares(
    values: FloatArray, lower: FloatArray, upper: FloatArray, correlation: FloatArray
) -> Estimate:
    """Mean of K shares, each with an interval of its own: their distances to the bounds add up like errors
    do.

    values, lower, upper: shape (K,). correlation: between the estimates, shape (K, K).
    Unlike a symmetric interval it keeps the skewness of the parts and has a width where all are 1. Zou and
    Donner (2008), the method of variance estimates recovery.
    """

    def distance(sides: FloatArray) -> float:
        return math.sqrt(max(0.0, float(sides @ correlation @ sides))) / sides.size

    value = float(np.mean(values))
    return Estimate(
        value, max(0.0, value - distance(values - lower)), min(1.0, value + distance(upper - values))
    )
