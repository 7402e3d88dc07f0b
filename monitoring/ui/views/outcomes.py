"""What models of one task have: confusion and reliability of a classifier, bias of a regression, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from monitoring.performance.calibration import ReliabilityPoint
from monitoring.performance.charts import ConfusionWords, ErrorWords, ReliabilityWords
from monitoring.performance.report import PerformanceReport, PerformanceSlice
from monitoring.ui import format as fmt
from monitoring.ui.i18n import _
from monitoring.ui.labels import metric_word
from monitoring.ui.views.metrics import against_label, against_noun, metric_text


def confusion_of(found: PerformanceSlice, classes: Sequence[str]) -> tuple[list[list[int]], list[str]]:
    """Rows by truth and prediction, and the names of the classes."""
    cells = found.confusion
    if "matrix" in cells:
        return cast(list[list[int]], cells["matrix"]), cast(list[str], cells["labels"])
    counts = {name: cast(int, cells[name]) for name in ("tn", "fp", "fn", "tp")}
    negative, positive = classes
    labels = [_("Negative ({name})").format(name=negative), _("Positive ({name})").format(name=positive)]
    return [[counts["tn"], counts["fp"]], [counts["fn"], counts["tp"]]], labels


def confusion_caption(report: PerformanceReport) -> str:
    """How many positives were found and how many alarms were right; else how many predictions were right."""
    if "tp" not in report.overall.confusion:
        return _("{share} of the predictions were right, {expected} in {against}.").format(
            share=_value(report.overall, "accuracy"),
            expected=_value(report.reference, "accuracy"),
            against=against_noun(report.against),
        )
    return _(
        "{found} of what was positive was predicted ({found_before} in {against}); {right} of what was predicted "
        "positive was right ({right_before})."
    ).format(
        found=_value(report.overall, "recall"),
        found_before=_value(report.reference, "recall"),
        right=_value(report.overall, "precision"),
        right_before=_value(report.reference, "precision"),
        against=against_noun(report.against),
    )


def _value(found: PerformanceSlice, name: str) -> str:
    return metric_text(name, found.metrics[name].value)


def confusion_words() -> ConfusionWords:
    """The words of a confusion matrix."""

    def cell(count: int, share: float | None) -> str:
        return f"{fmt.integer(count)}<br>{fmt.percent(share)}"

    return ConfusionWords(_("What happened"), _("What was predicted"), cell)


def reliability_caption(report: PerformanceReport) -> str:
    """How far probabilities are from what came true, and to which side."""
    points = report.reliability
    n = sum(point.n for point in points)
    gap = sum((point.share_positive - point.mean_score) * point.n for point in points) / n
    side = (
        _("On average they are {gap} too low.") if gap > 0 else _("On average they are {gap} too high.")
    ).format(gap=fmt.percent(abs(gap)))
    name = "expected_calibration_error"
    text = _("Predicted probabilities are {error} off ({expected} in {against}). {side}")
    return text.format(
        error=_value(report.overall, name),
        expected=_value(report.reference, name),
        against=against_noun(report.against),
        side=side,
    )


def reliability_words(against: str) -> ReliabilityWords:
    """The words of a reliability curve."""

    def hover(point: ReliabilityPoint) -> str:
        return _("Predicted {score}, came true {share} ({lower} to {upper})<br>{count} rows").format(
            score=fmt.percent(point.mean_score),
            share=fmt.percent(point.share_positive),
            lower=fmt.percent(point.lower),
            upper=fmt.percent(point.upper),
            count=fmt.integer(point.n),
        )

    return ReliabilityWords(
        score=_("Predicted probability"),
        share=_("Came true"),
        rows=_("Rows"),
        current=_("Chosen period"),
        reference=against_label(against),
        perfect=_("As predicted"),
        hover=hover,
    )


def bias_caption(report: PerformanceReport) -> str:
    """Whether predictions are too high or too low, and by how much."""
    now, before = report.overall.metrics["mean_error"], report.reference.metrics["mean_error"]
    text = (
        _("On average, predictions were {gap} too low ({expected} in {against}).")
        if now.value < 0
        else _("On average, predictions were {gap} too high ({expected} in {against}).")
    )
    return text.format(
        gap=fmt.number(abs(now.value)),
        expected=fmt.signed(fmt.number(before.value), before.value),
        against=against_noun(report.against),
    )


def error_words() -> ErrorWords:
    """The words of errors over time."""
    return ErrorWords(
        error=_("Prediction minus truth"),
        bias=metric_word("mean_error"),
        interval=_("95 % interval"),
        usual=_("Usual size of errors (root mean squared error)"),
        immature=_("Ground truth still missing"),
    )
