"""Performance metrics in words: what they mean, how their values are written, what a period is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from monitoring.performance.intervals import REASONS, Reason
from monitoring.performance.methods import METHODS
from monitoring.performance.report import MetricEstimate, PerformanceSlice
from monitoring.spec import Spec
from monitoring.thresholds import Status
from monitoring.ui import format as fmt
from monitoring.ui.i18n import N_, _, ngettext

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "roc_auc": N_(
            "How often the model gives a positive case a higher score than a negative one: 1 is always, 0.5 is chance."
        ),
        "average_precision": N_(
            "How pure the top of the list is, from the highest score down to the last positive case; the share of "
            "positives is what chance reaches."
        ),
        "accuracy": N_("How many predictions are right."),
        "precision": N_("How many of the predicted positives really are positive."),
        "recall": N_("How many of the real positives were predicted."),
        "f1": N_("One figure for precision and recall: it is high only where both are."),
        "log_loss": N_(
            "How surprised the model is by what really happened: 0 is never, and certainty that is wrong costs most."
        ),
        "brier_score": N_("The mean squared distance between the predicted probability and what happened."),
        "expected_calibration_error": N_(
            "How far predicted probabilities are from how often they come true."
        ),
        "mean_absolute_error": N_("How far off a prediction is on average, to whichever side."),
        "root_mean_squared_error": N_(
            "How far off predictions are, large errors counting more than small ones."
        ),
        "mean_absolute_percentage_error": N_(
            "How far off a prediction is on average, as a share of the real value."
        ),
        "r2": N_("How much of the ups and downs the model explains: 1 is all, 0 is no better than the mean."),
        "mean_error": N_("Whether predictions are too high (above 0) or too low (below 0) on average."),
    }
)

INTERVALS = (
    N_(
        "DeLong's variance on the log-odds, Student's quantile for the smaller class; several classes: mean of the "
        "classes' intervals, which holds however they depend on one another"
    ),
    N_("infinitesimal jackknife on the log-odds, Student's quantile for the positives"),
    N_("Wilson's score interval"),
    N_(
        "Wilson's score interval; several classes: Wilson's per class, combined as errors of independent parts (MOVER)"
    ),
    N_(
        "Wilson's for tp / (tp + fp + fn), carried over; several classes: the same per class, combined with the "
        "correlation that shared mistakes give (MOVER, delta method)"
    ),
    N_("Student's, from the mean and variance over rows"),
    N_("Student's given the sign of each gap, its lower bound less what noise gives to small gaps"),
    N_("Student's on the logarithm, by the delta method"),
    N_("Student's, from the mean and variance over rows; none where some truth is 0"),
    N_("Student's on the logarithm of 1 - R², by the delta method"),
)
"""How intervals are found, as the table of methods says it, for the translators."""

NO_VALUE = (
    N_("No ground truth has arrived."),
    N_("No inference with ground truth has a usable prediction."),
    N_("No inference with ground truth has a score."),
    N_("Some scores lie outside 0 to 1, so they are no probabilities."),
    N_("The ground truth has a single class, so nothing can be told apart."),
    N_("Nothing is positive in the ground truth."),
    N_("Nothing was predicted positive."),
    N_("A class was predicted that the ground truth does not have."),
    N_("A class of the ground truth was never predicted."),
    N_("The ground truth has a class without a score."),
    N_("The ground truth is the same everywhere, so there is no variance to explain."),
    N_("Some ground truth is 0, and a percentage of 0 means nothing."),
    N_("There are too few rows for an interval."),
)
"""Why there is no value, as the table of reasons says it, for the translators."""

VERDICTS = (Status.OK, Status.WARNING, Status.CRITICAL)
"""Statuses that say something of the model."""

_PERCENTAGES = (
    "accuracy",
    "precision",
    "recall",
    "expected_calibration_error",
    "mean_absolute_percentage_error",
)
_TILES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "binary_classification": ("roc_auc", "precision", "recall", "expected_calibration_error"),
        "multiclass_classification": ("f1", "accuracy", "precision", "recall"),
        "regression": ("mean_absolute_error", "root_mean_squared_error", "mean_error", "r2"),
    }
)
_WITHOUT_SCORE = ("f1", "precision", "recall", "accuracy")


def metric_text(name: str, value: float | None) -> str:
    """A metric's value as people write it: a percentage where it is a share of rows, three decimals or digits else."""
    if name in _PERCENTAGES:
        return fmt.percent(value)
    return fmt.number(value, None if METHODS[name].unit == "truth" else 3)


def interval_text(name: str, estimate: MetricEstimate) -> str:
    """The 95 % interval of a metric; a dash where there is none."""
    if fmt.absent(estimate.lower) or fmt.absent(estimate.upper):
        return fmt.DASH
    return _("{lower} to {upper}").format(
        lower=metric_text(name, estimate.lower), upper=metric_text(name, estimate.upper)
    )


def is_same(name: str, value: float, expected: float) -> bool:
    """Whether two values are the same as far as they are written out."""
    return metric_text(name, abs(value - expected)) == metric_text(name, 0.0)


def gap_text(name: str, value: float, expected: float) -> str:
    """How much worse or better a value is than what it is compared with; how far from it where neither side is."""
    if is_same(name, value, expected):
        return _("no different")
    gap = metric_text(name, abs(value - expected))
    better = METHODS[name].higher_is_better
    if better is None:
        text = _("{gap} higher") if value > expected else _("{gap} lower")
    else:
        text = _("{gap} better") if (value > expected) == better else _("{gap} worse")
    return text.format(gap=gap)


def reason_text(reason: str | None) -> str:
    """Why a metric has no value, or no interval."""
    return _(REASONS[Reason(reason)]) if reason else ""


def tile_metrics(spec: Spec) -> tuple[str, ...]:
    """The metrics that a version's page shows first."""
    names = _TILES[spec.task]
    return names if spec.columns.scores or not METHODS[names[0]].needs_score else _WITHOUT_SCORE


def known_metrics(current: PerformanceSlice, reference: PerformanceSlice) -> list[str]:
    """The metrics that have a value in the period or in what it is compared with."""
    return [
        name
        for name, found in current.metrics.items()
        if not (fmt.absent(found.value) and fmt.absent(reference.metrics[name].value))
    ]


def against_noun(against: str) -> str:
    """What a period is compared with, as it stands in a sentence."""
    words = {
        "reference": _("the reference"),
        "training": _("the training data"),
        "previous": _("the period before"),
        "season": _("the season before"),
    }
    return words.get(against, against.replace("..", " – "))


def against_label(against: str) -> str:
    """What a period is compared with, as the name of a column or a line."""
    words = {
        "reference": _("Reference"),
        "training": _("Training data"),
        "previous": _("Period before"),
        "season": _("Season before"),
    }
    return words.get(against, against.replace("..", " – "))


def rows_text(found: PerformanceSlice) -> str:
    """How many rows, and how much of their truth is known."""
    count = ngettext("{count} inference", "{count} inferences", found.n).format(count=fmt.integer(found.n))
    return _("{rows}, ground truth for {share}").format(rows=count, share=fmt.percent(found.maturity, 0))
