"""What the page on performance says: the answer in a sentence, tiles, points of figures, rows of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import cast
from zoneinfo import ZoneInfo

from monitoring.performance.calibration import ReliabilityPoint
from monitoring.performance.charts import (
    ConfusionWords,
    ErrorWords,
    GroupPoint,
    GroupWords,
    MetricWords,
    ReliabilityWords,
)
from monitoring.performance.methods import METHODS
from monitoring.performance.report import (
    GroupPerformance,
    MetricEstimate,
    PerformanceReport,
    PerformanceSlice,
    PerformanceWindow,
)
from monitoring.performance.traces import MetricPoint
from monitoring.scope import Scope
from monitoring.spec import Spec
from monitoring.thresholds import MATURE, Status, needs_attention
from monitoring.ui import format as fmt
from monitoring.ui.components import Tile, status_text
from monitoring.ui.i18n import N_, _, ngettext
from monitoring.ui.labels import metric_word, status_word
from monitoring.ui.views.metrics import (
    MEANINGS,
    against_label,
    against_noun,
    gap_text,
    interval_text,
    is_same,
    metric_text,
    reason_text,
    tile_metrics,
)
from monitoring.ui.views.names import Names, during, plain_metric
from monitoring.ui.views.timeline import all_of, axis_label, some_of
from monitoring.windows import Grain


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of the page: a sentence, and below it over which rows."""

    sentence: str
    note: str


def answer(report: PerformanceReport, names: Names) -> Answer:
    """How the model did, compared with what, and when it did worst."""
    name, overall = report.primary, report.overall
    current, expected = overall.metrics[name], report.reference.metrics[name]
    return Answer(_sentence(report, current, expected, names), rows_note(report, names))


def _sentence(
    report: PerformanceReport, current: MetricEstimate, expected: MetricEstimate, names: Names
) -> str:
    overall = report.overall
    if overall.n_truth == 0:
        return _("No ground truth has come for this period yet, so nothing can be said of it.")
    if fmt.absent(current.value):
        return _("{metric} is undefined for this period. {reason}").format(
            metric=plain_metric(report.primary), reason=reason_text(current.reason)
        )
    parts = [_compared(report, current, expected)]
    if current.status is Status.NOT_ENOUGH_DATA:
        parts.append(_waiting(overall))
    parts.append(_by_window(report, names))
    return " ".join(filter(None, parts))


def _compared(report: PerformanceReport, current: MetricEstimate, expected: MetricEstimate) -> str:
    name = report.primary
    known = {"metric": plain_metric(name), "value": metric_text(name, current.value)}
    if fmt.absent(expected.value):
        return _("{metric}: {value}. There is nothing to compare it with.").format(**known)
    gap = current.value - expected.value
    better = METHODS[name].higher_is_better
    if is_same(name, current.value, expected.value):
        text = _("{metric}: {value}, no different from {against} ({expected}).")
    elif (gap > 0) == better:
        text = _("{metric}: {value}, {gap} better than {against} ({expected}).")
    else:
        text = _("{metric}: {value}, {gap} worse than {against} ({expected}).")
    return text.format(
        **known,
        gap=metric_text(name, abs(gap)),
        against=against_noun(report.against),
        expected=metric_text(name, expected.value),
    )


def _waiting(overall: PerformanceSlice) -> str:
    if (overall.maturity or 0.0) < MATURE:
        text = _("Only {share} of the ground truth has come: too little for a verdict.")
        return text.format(share=fmt.percent(overall.maturity, 0))
    return _("These are too few rows for a verdict.")


def _by_window(report: PerformanceReport, names: Names) -> str:
    """In how many windows something was wrong, and when it was worst."""
    name = report.primary
    judged = [w for w in report.windows if w.slice.metrics[name].status in _VERDICTS]
    bad = [w for w in judged if needs_attention(w.slice.metrics[name].status)]
    if len(judged) < 2:  # noqa: PLR2004 - the only window is the whole
        return ""
    grain = grain_of(report)
    if not bad:
        return _("No real loss {windows}.").format(windows=all_of(len(judged), grain))
    pick = min if METHODS[name].higher_is_better else max
    worst = pick(bad, key=lambda window: window.slice.metrics[name].value)
    return _("The loss is real {windows}, the worst {when} ({value}).").format(
        windows=some_of(len(bad), len(judged), grain),
        when=during(worst.start, grain, names.timezone),
        value=metric_text(name, worst.slice.metrics[name].value),
    )


_VERDICTS = (Status.OK, Status.WARNING, Status.CRITICAL)


def grain_of(report: PerformanceReport) -> Grain:
    """The window that a report is told in."""
    return cast(Grain, report.heading.window)


def rows_note(report: PerformanceReport, names: Names) -> str:
    """Over which rows: the period, how many inferences, how much of their truth is known."""
    heading, overall = report.heading, report.overall
    return " · ".join(
        [
            fmt.period(heading.from_, heading.to, names.timezone),
            ngettext("{count} inference", "{count} inferences", overall.n).format(
                count=fmt.integer(overall.n)
            ),
            _("ground truth known for {share}").format(share=fmt.percent(overall.maturity)),
        ]
    )


def tiles_of(report: PerformanceReport, spec: Spec) -> list[Tile]:
    """The main metrics beside what they are compared with."""
    return [_metric_tile(report, name) for name in tile_metrics(spec)]


def _metric_tile(report: PerformanceReport, name: str) -> Tile:
    current, expected = report.overall.metrics[name], report.reference.metrics[name]
    detail = _("{interval} (95 %) · {against}: {expected}").format(
        interval=interval_text(name, current),
        against=against_label(report.against).lower(),
        expected=metric_text(name, expected.value),
    )
    return Tile(
        metric_word(name),
        metric_text(name, current.value),
        current.status,
        detail=detail if current.reason is None else reason_text(current.reason),
        trend=tuple(_drawn(w, name) for w in report.windows),
        alt=_trend_alt(report, name),
        target=None if fmt.absent(expected.value) else expected.value,
        help=_(MEANINGS[name]),
    )


def _trend_alt(report: PerformanceReport, name: str) -> str:
    drawn = [value for value in (_drawn(window, name) for window in report.windows) if value is not None]
    if not drawn:
        return ""
    text = _("Between {low} and {high} over time")
    return text.format(low=metric_text(name, min(drawn)), high=metric_text(name, max(drawn)))


def _drawn(window: PerformanceWindow, name: str) -> float | None:
    """The value of a window whose truth has come: others would draw noise."""
    value = window.slice.metrics[name].value
    return None if fmt.absent(value) or (window.slice.maturity or 0.0) < MATURE else value


def points_of(report: PerformanceReport, name: str, names: Names) -> list[MetricPoint]:
    """A metric over time, as the figure wants it."""
    zone = ZoneInfo(names.timezone)
    long = bool(report.windows) and report.windows[-1].start.year != report.windows[0].start.year
    grain = grain_of(report)
    return [
        MetricPoint(
            window.start.astimezone(zone),
            window.end.astimezone(zone),
            found.value,
            found.lower,
            found.upper,
            found.status,
            (window.slice.maturity or 0.0) >= MATURE,
            axis_label(window.start, grain, names.timezone, with_year=long),
            _hover(window, name, report, names),
        )
        for window in report.windows
        for found in [window.slice.metrics[name]]
    ]


def _hover(window: PerformanceWindow, name: str, report: PerformanceReport, names: Names) -> str:
    found, expected = window.slice.metrics[name], report.reference.metrics[name]
    lines = [
        f"<b>{escape(fmt.window(window.start, grain_of(report), names.timezone))}</b>",
        f"{metric_word(name)}: {metric_text(name, found.value)} ({interval_text(name, found)})",
    ]
    if report.against != "season":
        lines.append(f"{against_label(report.against)}: {metric_text(name, expected.value)}")
    lines += [status_text(found.status), rows_text(window.slice)]
    return "<br>".join([*lines, *([reason_text(found.reason)] if found.reason else [])])


def rows_text(found: PerformanceSlice) -> str:
    """How many rows, and how much of their truth is known."""
    count = ngettext("{count} inference", "{count} inferences", found.n).format(count=fmt.integer(found.n))
    return _("{rows}, ground truth for {share}").format(rows=count, share=fmt.percent(found.maturity, 0))


def metric_words(name: str, against: str) -> MetricWords:
    """The words of a metric over time."""
    return MetricWords(
        metric=metric_word(name),
        interval=_("95 % interval"),
        reference=against_label(against),
        immature=_("Ground truth still missing"),
        statuses={status: status_word(status) for status in Status},
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


def over_time_alt(points: Sequence[MetricPoint], name: str) -> str:
    """A metric over time in words."""
    known = [point for point in points if not fmt.absent(point.value)]
    if not known:
        return _("No window has a value.")
    low, high = min(known, key=lambda p: p.value), max(known, key=lambda p: p.value)
    text = _("{metric} in {count} windows, from {low} ({when_low}) to {high} ({when_high})")
    return text.format(
        metric=metric_word(name),
        count=fmt.integer(len(known)),
        low=metric_text(name, low.value),
        when_low=low.label,
        high=metric_text(name, high.value),
        when_high=high.label,
    )


def group_rows(
    groups: Sequence[GroupPerformance], name: str, column: str, against: str
) -> list[dict[str, str]]:
    """A table of segments: rows, truth, the metric with its interval beside the reference, verdict."""
    return [
        {
            column: group.value,
            _("Inferences"): fmt.integer(group.slice.n),
            _("Ground truth known"): fmt.percent(group.slice.maturity),
            metric_word(name): metric_text(name, found.value),
            _("95 % interval"): interval_text(name, found),
            against_label(against): metric_text(name, expected.value),
            _("Difference"): fmt.DASH
            if fmt.absent(found.value) or fmt.absent(expected.value)
            else gap_text(name, found.value, expected.value),
            _("Verdict"): status_text(found.status),
        }
        for group in groups
        for found, expected in [(group.slice.metrics[name], group.reference.metrics[name])]
    ]


def groups_sentence(groups: Sequence[GroupPerformance], name: str, column: str) -> str:
    """Which values of a segment did worse than they used to."""
    bad = [group for group in groups if needs_attention(group.slice.metrics[name].status)]
    judged = [group for group in groups if group.slice.metrics[name].status in _VERDICTS]
    if not judged:
        return _("No value of {column} has enough rows for a verdict.").format(column=column)
    if not bad:
        return _("No value of {column} did worse than before, beyond chance.").format(column=column)
    pick = min if METHODS[name].higher_is_better else max
    worst = pick(bad, key=lambda group: group.slice.metrics[name].value)
    text = ngettext(
        "{count} of {total} values of {column} did worse than before: {value}, {metric} {is_now} against {was}.",
        "{count} of {total} values of {column} did worse than before; the worst is {value}, {metric} {is_now} "
        "against {was}.",
        len(bad),
    )
    return text.format(
        count=fmt.integer(len(bad)),
        total=fmt.integer(len(judged)),
        column=column,
        value=worst.value,
        metric=metric_word(name),
        is_now=metric_text(name, worst.slice.metrics[name].value),
        was=metric_text(name, worst.reference.metrics[name].value),
    )


def over_time_caption(report: PerformanceReport, names: Names, *, is_history: bool) -> str:
    """What the figure over time shows, and by which windows."""
    grain = _(GRAIN_ADVERBS[report.heading.window])
    if is_history:
        text = _(
            "All history {by_window}; the chosen period is shaded. A click on a window looks at it alone."
        )
        return text.format(by_window=grain)
    if report.against == "season":
        text = _(
            "{period}, {by_window}, each compared with its like a season before. A click looks at one alone."
        )
    else:
        text = _("{period}, {by_window}. A click on a window looks at it alone.")
    period = fmt.period(report.heading.from_, report.heading.to, names.timezone)
    return text.format(period=period, by_window=grain)


GRAIN_ADVERBS = {
    "hour": N_("hour by hour"),
    "day": N_("day by day"),
    "week": N_("week by week"),
    "month": N_("month by month"),
}


def without_segment(scope: Scope, column: str) -> Scope:
    """The scope of a table of a column's values: not limited to one of them."""
    limited = scope.segment is not None and scope.segment.column == column
    return replace(scope, segment=None) if limited else scope


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


def hours_caption(groups: Sequence[GroupPerformance], timezone: str) -> str:
    """Whose hours they are, and in which of them errors are largest."""
    name = "mean_absolute_error"
    known = [group for group in groups if not fmt.absent(group.slice.metrics[name].value)]
    if not known:
        return _("Hours of {timezone}.").format(timezone=timezone)
    worst = max(known, key=lambda group: group.slice.metrics[name].value)
    text = _("Errors are largest at {hour}:00, {value} on average. Hours of {timezone}.")
    return text.format(hour=worst.value, value=_value(worst.slice, name), timezone=timezone)


def group_points(groups: Sequence[GroupPerformance], name: str, against: str) -> list[GroupPoint]:
    """A metric of each group, as the figure wants it."""
    return [
        GroupPoint(
            group.value,
            found.value,
            found.lower,
            found.upper,
            expected.value,
            found.status,
            "<br>".join(
                [
                    f"<b>{escape(group.value)}</b>",
                    f"{metric_word(name)}: {metric_text(name, found.value)} ({interval_text(name, found)})",
                    f"{against_label(against)}: {metric_text(name, expected.value)}",
                    status_text(found.status),
                    rows_text(group.slice),
                ]
            ),
        )
        for group in groups
        for found, expected in [(group.slice.metrics[name], group.reference.metrics[name])]
    ]


def group_words(values: str, name: str, against: str) -> GroupWords:
    """The words of a metric by group."""
    statuses = {status: status_word(status) for status in Status}
    return GroupWords(values, metric_word(name), against_label(against), statuses)
