"""KPIs over time in words and points: what they cost against their targets."""

from __future__ import annotations

from html import escape
from zoneinfo import ZoneInfo

from monitoring.kpis.charts import KpiPoint, KpiWords
from monitoring.kpis.report import KpiSeries, KpiWindow
from monitoring.thresholds import Status, needs_attention
from monitoring.ui import format as fmt
from monitoring.ui.components import status_text
from monitoring.ui.i18n import _
from monitoring.ui.labels import status_word
from monitoring.ui.theme import GLYPHS
from monitoring.ui.views.names import Names, during
from monitoring.ui.views.timeline import all_of, axis_label, each, some_of

_JUDGED = (Status.OK, Status.WARNING, Status.CRITICAL)


def kpi_sentence(series: KpiSeries, names: Names) -> str:
    """How a KPI did against its target: how often off, by how much in all, and when most."""
    label = names.kpi(series.name)
    judged = [w for w in series.windows if w.status in _JUDGED and w.value is not None]
    if not judged:
        return _("{kpi}: no window is complete yet.").format(kpi=label)
    if series.target is None or len(judged) == 1:
        return _one_window(judged[-1], series, names)
    off = [w for w in judged if needs_attention(w.status)]
    known = {"kpi": label, "target": each(_money(series.target, series), series.per)}
    if not off:
        windows = all_of(len(judged), series.per)
        return _("{kpi}: on target ({target}) {windows}, without exception.").format(**known, windows=windows)
    worst = max(off, key=lambda w: abs((w.value or 0.0) - (series.target or 0.0)))
    text = (
        _("{kpi}: above the target ({target}) {windows}, by {gap} in all; most {when}: {worst}.")
        if series.direction == "down"
        else _("{kpi}: below the target ({target}) {windows}, by {gap} in all; most {when}: {worst}.")
    )
    return text.format(
        **known,
        windows=some_of(len(off), len(judged), series.per),
        gap=_money(sum(abs((w.value or 0.0) - series.target) for w in off), series),
        worst=_money(worst.value, series),
        when=during(worst.start, series.per, names.timezone),
    )


def _one_window(window: KpiWindow, series: KpiSeries, names: Names) -> str:
    if series.target is None:
        text = _("{kpi}: {value} {when}. There is no target for these rows.")
    elif window.status is Status.OK:
        text = _("{kpi}: {value} {when}, on target ({target}).")
    else:
        text = _("{kpi}: {value} {when}, off target ({target}).")
    return text.format(
        kpi=names.kpi(series.name),
        value=_money(window.value, series),
        when=during(window.start, series.per, names.timezone),
        target=_money(series.target, series),
    )


def kpi_points(series: KpiSeries, names: Names) -> list[KpiPoint]:
    """A KPI over time, as the figure wants it."""
    zone = ZoneInfo(names.timezone)
    years = {window.start.year for window in series.windows}
    return [
        KpiPoint(
            window.start.astimezone(zone),
            window.end.astimezone(zone),
            window.value,
            window.status,
            axis_label(window.start, series.per, names.timezone, with_year=len(years) > 1),
            _hover(window, series, names),
        )
        for window in series.windows
    ]


def _hover(window: KpiWindow, series: KpiSeries, names: Names) -> str:
    lines = [
        f"<b>{escape(fmt.window(window.start, series.per, names.timezone))}</b>",
        f"{escape(names.kpi(series.name))}: {escape(_money(window.value, series))}",
    ]
    if series.target is not None:
        lines.append(_("Target: {target}").format(target=escape(_money(series.target, series))))
    lines.append(status_text(window.status))
    lines.append(
        _("{count} inferences, ground truth for {share}").format(
            count=fmt.integer(window.n), share=fmt.percent(window.maturity, 0)
        )
    )
    return "<br>".join(lines)


def kpi_words(series: KpiSeries) -> KpiWords:
    """The words of a KPI over time; what is not complete is not judged."""
    statuses = {status: status_word(status) for status in Status} | {
        Status.NOT_ENOUGH_DATA: _("Not complete yet")
    }
    marks = {status: GLYPHS[status] for status in (Status.WARNING, Status.CRITICAL)}
    return KpiWords(series.unit or "", _("Target"), statuses, marks)


def _money(value: float | None, series: KpiSeries) -> str:
    return fmt.quantity(value, series.unit)
