"""The one place where a number becomes a verdict.

Every verdict of Vigie is one of five statuses. Statistics say how much and how sure; these functions say
whether that is ok, and nothing else in Vigie does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """A verdict. `undefined` means that the question has no answer there, and the report says why."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    NOT_ENOUGH_DATA = "not_enough_data"
    UNDEFINED = "undefined"


_SEVERITY = {
    Status.UNDEFINED: 0,
    Status.NOT_ENOUGH_DATA: 1,
    Status.OK: 2,
    Status.WARNING: 3,
    Status.CRITICAL: 4,
}


@dataclass(frozen=True, slots=True)
class Threshold:
    """The values from which something is a warning, and from which it is critical."""

    warning: float
    critical: float


MINIMUM_ROWS = 50
"""A distribution of fewer rows gets no verdict: at 50 rows a tenth of the rows is five of them."""

MINIMUM_REFERENCE_ROWS = 20
"""What a metric is compared with may have fewer rows, since its interval says how sure it is; 20 it needs."""

SIGNIFICANCE = 0.01
"""Largest false discovery rate at which a change counts as sure."""

SHARE_DRIFTED = Threshold(warning=0.1, critical=0.5)
MISSING_INCREASE = Threshold(warning=0.05, critical=0.2)
OUT_OF_RANGE_SHARE = Threshold(warning=0.01, critical=0.1)
UNSEEN_SHARE = Threshold(warning=0.01, critical=0.1)
TYPE_ERROR_SHARE = Threshold(warning=0.0, critical=0.05)
ATTRIBUTION_DISORDER = Threshold(warning=0.10, critical=0.25)
"""1 - NDCG of the features' order; Amazon SageMaker Clarify reports a violation when NDCG falls below 0.90."""
CONSTANT_COLUMN = Threshold(warning=1.0, critical=2.0)
VOLUME_LOG_RATIO = Threshold(warning=math.log(2), critical=math.log(5))
PERFORMANCE_LOSS = Threshold(warning=0.05, critical=0.10)
MATURE = 0.8
"""Share of a window's inferences whose truth must have come before its performance is judged."""


def worst(statuses: Iterable[Status]) -> Status:
    """The status that needs attention most; `undefined` when there is none."""
    return max(statuses, key=_SEVERITY.__getitem__, default=Status.UNDEFINED)


def needs_attention(status: Status) -> bool:
    """Whether somebody should look."""
    return status in (Status.WARNING, Status.CRITICAL)


def by_size(value: float, threshold: Threshold, *, strictly: bool = False) -> Status:
    """Verdict on a value that is worse the larger it is; NaN is undefined.

    The limits themselves count as reached, unless `strictly`: then only what lies above them does.
    """
    if math.isnan(value):
        return Status.UNDEFINED
    if value > threshold.critical or (value == threshold.critical and not strictly):
        return Status.CRITICAL
    if value > threshold.warning or (value == threshold.warning and not strictly):
        return Status.WARNING
    return Status.OK


def drift_status(
    effect: float,
    qvalue: float,
    threshold: Threshold,
    *,
    n_reference: int,
    n_current: int,
    noise: float = 0.0,
) -> Status:
    """Verdict on a change of distribution: it must be large enough to matter and sure enough to be real.

    effect: distance between reference and current, 0 for none. noise: the effect that samples of these sizes
    are expected to show without any drift; only what exceeds it is held against the threshold. qvalue:
    p-value adjusted for the number of columns compared.
    """
    if min(n_reference, n_current) < MINIMUM_ROWS:
        return Status.NOT_ENOUGH_DATA
    if math.isnan(effect) or math.isnan(qvalue):
        return Status.UNDEFINED
    return by_size(effect - noise, threshold) if qvalue < SIGNIFICANCE else Status.OK


def dataset_drift_status(statuses: Iterable[Status]) -> Status:
    """Verdict on all columns of a window together, by the share of them that drifted."""
    judged = [s for s in statuses if s in (Status.OK, Status.WARNING, Status.CRITICAL)]
    if not judged:
        return Status.NOT_ENOUGH_DATA
    share = sum(map(needs_attention, judged)) / len(judged)
    if share == 0:
        return Status.OK
    return Status.CRITICAL if share >= SHARE_DRIFTED.critical else Status.WARNING


def share_status(
    share: float, threshold: Threshold, *, pvalue: float, n_rows: int, minimum_rows: int = 1
) -> Status:
    """Verdict on a share of rows that should not be there, where chance alone is ruled out by the p-value."""
    if n_rows < minimum_rows:
        return Status.NOT_ENOUGH_DATA
    if math.isnan(share):
        return Status.UNDEFINED
    return by_size(share, threshold) if pvalue < SIGNIFICANCE else Status.OK


def volume_status(log_ratio: float, *, pvalue: float) -> Status:
    """Verdict on a number of rows, by the absolute logarithm of its ratio to what is usual, beyond chance."""
    if math.isnan(log_ratio):
        return Status.NOT_ENOUGH_DATA
    return by_size(abs(log_ratio), VOLUME_LOG_RATIO) if pvalue < SIGNIFICANCE else Status.OK


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % interval; a bound is NaN where there is none."""

    value: float
    lower: float
    upper: float


def performance_status(
    current: Interval,
    reference: float,
    *,
    higher_is_better: bool | None,
    n_truth: int,
    maturity: float,
    scale: float,
) -> Status:
    """Verdict on a metric of a window against the reference.

    It is worse only when the reference lies outside the window's interval, on the better side, and the loss
    is at least 5 % (warning) or 10 % (critical) of `scale`, which is the absolute value of the reference
    where that is a natural yardstick. Without a direction (`higher_is_better` None: a bias), both sides are
    worse. A metric that has no interval is shown and never held against the model.
    """
    if maturity < MATURE or n_truth < MINIMUM_ROWS:
        return Status.NOT_ENOUGH_DATA
    if math.isnan(current.value) or math.isnan(reference):
        return Status.UNDEFINED
    loss = _loss(current.value, reference, higher_is_better)
    is_sure = reference < current.lower or reference > current.upper
    if loss <= 0 or not is_sure:
        return Status.OK
    return by_size(loss / scale if scale > 0 else math.inf, PERFORMANCE_LOSS)


def _loss(value: float, reference: float, higher_is_better: bool | None) -> float:
    if higher_is_better is None:
        return abs(value - reference)
    return reference - value if higher_is_better else value - reference


def attribution_status(ndcg: float, *, n_explained: int) -> Status:
    """Verdict on how far the order of the features' importance is from that of the reference; NDCG 1 is the same."""
    if n_explained < MINIMUM_ROWS:
        return Status.NOT_ENOUGH_DATA
    return by_size(1.0 - ndcg, ATTRIBUTION_DISORDER, strictly=True)


def limit_status(
    value: float | None, *, below: float | None, above: float | None, severity: Status = Status.CRITICAL
) -> Status:
    """Verdict by fixed limits that somebody wrote down: outside them the value has that severity."""
    if value is None or math.isnan(value):
        return Status.UNDEFINED
    breached = (below is not None and value < below) or (above is not None and value > above)
    return severity if breached else Status.OK


def target_status(value: float | None, target: float | None, direction: str) -> Status:
    """Verdict on a KPI: critical beyond 1.25 times its target on the wrong side, warning beyond the target.

    direction: "down" when less is better, "up" when more is. Without a target the KPI is shown and not
    judged: ok.
    """
    if value is None or math.isnan(value):
        return Status.UNDEFINED
    if target is None:
        return Status.OK
    excess = value - target if direction == "down" else target - value
    if excess <= 0:
        return Status.OK
    return Status.CRITICAL if excess > 0.25 * abs(target) else Status.WARNING
