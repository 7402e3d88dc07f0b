"""What the page on performance says: the answer in a sentence, tiles, points of figures, rows of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import cast
from zoneinfo import ZoneInfo

from monitoring.performance.charts import (
    MetricWords,
)
from monitoring.performance.methods import METHODS
from monitoring.performance.report import (
    MetricEstimate,
    PerformanceReport,
    PerformanceSlice,
    PerformanceWindow,
)
from monitoring.performance.traces import MetricPoint
from monitoring.spec import Spec
from monitoring.thresholds import MATURE, Status, needs_attention
from monitoring.ui import format as fmt
from monitoring.ui.components import Tile, status_text
from monitoring.ui.i18n import N_, _, ngettext
from monitoring.ui.labels import metric_word, status_word
from monitoring.ui.views.metrics import (
    MEANINGS,
    VERDICTS,
    against_label,
    against_noun,
    interval_text,
    is_same,
    metric_text,
    reason_text,
    rows_text,
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
    judged = [w for w in report.windows if w.slice.metrics[name].status in VERDICTS]
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


def metric_words(name: str, against: str) -> MetricWords:
    """The words of a metric over time."""
    return MetricWords(
        metric=metric_word(name),
        interval=_("95 % interval"),
        reference=against_label(against),
        immature=_("Ground truth still missing"),
        statuses={status: status_word(status) for status in Status},
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
