"""Two versions over the same time, drawn: the metric that speaks for them, and their KPIs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from monitoring.governance.charts import Level, VersionSeries, versions_over_time_figure
from monitoring.governance.comparison import ComparedWindow, Comparison, KpiChange, KpiPoint
from monitoring.performance.methods import METHODS
from monitoring.performance.traces import MetricPoint
from monitoring.thresholds import Interval, Status
from monitoring.ui import format as fmt
from monitoring.ui.components import chart, explained, section
from monitoring.ui.i18n import _, ngettext
from monitoring.ui.labels import metric_word
from monitoring.ui.url import choose
from monitoring.ui.views import versions
from monitoring.ui.views.names import Names
from monitoring.ui.views.versions import name_of
from monitoring.windows import Grain


def show_metric(found: Comparison, rows_sql: str, zone: str) -> None:
    """The primary metric of both versions over time."""
    metric, title = METHODS[found.primary], metric_word(found.primary)
    section(
        _("{metric} over time").format(metric=title),
        _("Both versions {windows} on the same {count} inferences, each in its 95% interval.").format(
            windows=_window_words(found.window), count=fmt.integer(found.n_compared)
        ),
    )
    figure = versions_over_time_figure(*metric_series(found, zone), title)
    chart(figure, alt=versions.lead(found), key="metric", height=320)
    explained(
        _(
            "Both versions are measured on the same inferences, so they meet the same easy and the same hard "
            "cases. Each row's share in the error of the metric is subtracted between the versions, and the "
            "interval of the difference follows from what is left (DeLong's for ROC AUC)."
        ),
        formula=metric.formula,
        rows=versions.rows_sentence(found, zone),
        sql=rows_sql,
        reference=f"{metric.reference}; DeLong, DeLong, Clarke-Pearson (1988); Jaeckel (1972)",
    )


def show_kpi(found: Comparison, names: Names) -> None:
    """A KPI of both versions over time, which the reader chooses; nothing without a whole window."""
    by_name = {kpi.name: kpi for kpi in found.kpis if kpi.whole}
    if not by_name:
        return
    section(_("KPIs over time"), _("Over the same inferences, whole windows only."))
    kpi = by_name[choose("kpi", _("KPI"), list(by_name), caption=names.kpi)]
    target = None if kpi.target is None else Level(_("Target"), kpi.target)
    figure = versions_over_time_figure(
        *kpi_series(kpi, found, names.timezone), kpi.unit or names.kpi(kpi.name), target
    )
    chart(figure, alt=versions.kpi_sentence(found, names), key="kpi_figure", height=300)
    explained(
        _("The formula of the specification, over the rows of each version that the other has scored too."),
        rows=versions.rows_sentence(found, names.timezone),
        sql=kpi.formula,
    )


def metric_series(comparison: Comparison, timezone: str) -> tuple[VersionSeries, VersionSeries]:
    """The primary metric of both versions by window."""

    def series(name: str, values: Sequence[Interval]) -> VersionSeries:
        points = [
            _metric_point(window, value, name, comparison.window, timezone)
            for window, value in zip(comparison.windows, values, strict=True)
        ]
        return VersionSeries(name_of(name), points)

    return (
        series(comparison.champion, [window.champion for window in comparison.windows]),
        series(comparison.challenger, [window.challenger for window in comparison.windows]),
    )


def _metric_point(
    window: ComparedWindow, value: Interval, name: str, grain: Grain, timezone: str
) -> MetricPoint:
    count = ngettext("{count} inference", "{count} inferences", window.n)
    hover = [
        f"<b>{fmt.window(window.start, grain, timezone)}</b>",
        _("{version}: {value} ({lower} to {upper})").format(
            version=_inert(name_of(name)),
            value=fmt.number(value.value),
            lower=fmt.number(value.lower),
            upper=fmt.number(value.upper),
        ),
        count.format(count=fmt.integer(window.n)),
    ]
    return _point(window, (value.value, value.lower, value.upper), grain, "<br>".join(hover), timezone)


def kpi_series(kpi: KpiChange, comparison: Comparison, timezone: str) -> tuple[VersionSeries, VersionSeries]:
    """A KPI of both versions by whole window."""

    def series(name: str, values: Sequence[tuple[KpiPoint, float]]) -> VersionSeries:
        return VersionSeries(name_of(name), [_kpi_point(*each, name, kpi, timezone) for each in values])

    return (
        series(comparison.champion, [(point, before) for point, before, _after in kpi.whole]),
        series(comparison.challenger, [(point, after) for point, _before, after in kpi.whole]),
    )


def _kpi_point(point: KpiPoint, value: float, name: str, kpi: KpiChange, timezone: str) -> MetricPoint:
    window = fmt.window(point.start, kpi.per, timezone)
    said = _("{version}: {value}").format(
        version=_inert(name_of(name)), value=_inert(fmt.quantity(value, kpi.unit))
    )
    return _point(point, (value, math.nan, math.nan), kpi.per, f"<b>{window}</b><br>{said}", timezone)


def _point(
    window: ComparedWindow | KpiPoint,
    values: tuple[float, float, float],
    grain: Grain,
    hover: str,
    timezone: str,
) -> MetricPoint:
    zone = ZoneInfo(timezone)
    # A week is named by its Monday alone here: an axis has little room.
    label = fmt.day(window.start, timezone) if grain == "week" else fmt.window(window.start, grain, timezone)
    start, end = window.start.astimezone(zone), window.end.astimezone(zone)
    return MetricPoint(start, end, *values, Status.OK, True, label, hover)


def _inert(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _window_words(grain: Grain) -> str:
    """How a figure's slices of time are called in its caption."""
    words = {"hour": _("by hour"), "day": _("by day"), "week": _("by week"), "month": _("by month")}
    return words[grain]
