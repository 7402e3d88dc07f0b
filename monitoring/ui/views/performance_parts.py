"""The parts of the page on performance, drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring.kpis.charts import kpi_over_time_figure
from monitoring.kpis.report import KpiSeries
from monitoring.performance.charts import (
    by_value_figure,
    confusion_figure,
    error_over_time_figure,
    metric_over_time_figure,
    reliability_figure,
)
from monitoring.performance.methods import METHODS
from monitoring.performance.report import (
    GroupPerformance,
    PerformanceReport,
    performance_by_hour,
    performance_by_value,
)
from monitoring.scope import Scope
from monitoring.store import Store
from monitoring.store.registry import Version
from monitoring.store.rows import Rows, readable, readable_aggregate
from monitoring.ui import answers
from monitoring.ui.components import chart, explained, plain, section
from monitoring.ui.i18n import _
from monitoring.ui.labels import metric_word
from monitoring.ui.state import Context
from monitoring.ui.url import choose_few, link, set_filters
from monitoring.ui.views import groups, money, outcomes, performance, timeline
from monitoring.ui.views.metrics import MEANINGS, against_noun
from monitoring.ui.views.names import Names
from monitoring.windows import Grain, Window


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: a report of a version, and the metric that the reader looks at."""

    context: Context
    scope: Scope
    version: Version
    names: Names
    report: PerformanceReport
    metric: str

    @property
    def store(self) -> Store:
        """Where it comes from."""
        return self.context.store()


def show_over_time(view: View) -> None:
    """The chosen metric over time; a short period stands inside its history."""
    report, metric, names = view.report, view.metric, view.names
    history = timeline.surroundings(view.context, len(report.windows))
    shown = answers.performance(view.store, history) if history else report
    section(
        _("{metric} over time").format(metric=metric_word(metric)),
        performance.over_time_caption(shown, names, is_history=history is not None),
    )
    points = performance.points_of(shown, metric, names)
    words = performance.metric_words(metric, report.against)
    # Each window has its own phase of the season, so that no line holds for all.
    level = math.nan if report.against == "season" else report.reference.metrics[metric].value
    figure = metric_over_time_figure(points, words, reference=level)
    grain = performance.grain_of(shown)
    _clickable(view, figure, performance.over_time_alt(points, metric), f"over_time_{metric}", grain, history)
    with st.container(horizontal=True, vertical_alignment="center"):
        _explain_metric(view)
        if timeline.is_part(view.context):
            everything = {"from": "", "to": "", "window": "", "metric": metric}
            link("performance", _("All history"), icon=":material/zoom_out_map:", **everything)


def _clickable(
    view: View, figure: go.Figure, alt: str, key: str, grain: Grain, history: Scope | None, height: int = 340
) -> None:
    """A figure over time whose windows can be clicked; the chosen period is shaded where it is a part of it."""
    context = view.context
    if history and context.start and context.end:
        timeline.shade(figure, context.start, context.end, view.names.timezone)
    look = partial(timeline.look_at_window, f"{key}_{grain}", context, grain)
    chart(figure, alt=alt, key=f"{key}_{grain}", height=height, on_select=look)


def _explain_metric(view: View) -> None:
    method = METHODS[view.metric]
    parts = [
        _(MEANINGS[view.metric]),
        _("95 % interval: {method}.").format(method=_(method.interval)),
        _(
            "A loss is real where the value of {against} lies outside what chance allows, on the better side, and the "
            "loss is at least 5 % of it; from 10 % on it is critical. Windows with less than 80 % of their ground "
            "truth, or fewer than 50 rows, are not judged."
        ).format(against=against_noun(view.report.against)),
    ]
    explained(
        "\n\n".join(map(plain, parts)),
        formula=method.formula,
        rows=performance.rows_note(view.report, view.names),
        sql=_query(view),
        reference=method.reference,
    )


def _query(view: View) -> str:
    period = Window(view.report.heading.from_, view.report.heading.to)
    return readable(Rows(view.version, periods=(period,), segment=view.scope.segment, with_truth=True))


def show_task(view: View) -> None:
    """What only models of this task have: confusion and reliability, or errors."""
    if view.version.spec.task == "regression":
        _show_errors(view)
        return
    if not view.report.reliability:
        _show_confusion(view)
        return
    left, right = st.columns(2, gap="large")
    with left:
        _show_confusion(view)
    with right:
        _show_reliability(view.report)


def _show_confusion(view: View) -> None:
    caption = outcomes.confusion_caption(view.report)
    section(_("What was predicted, and what happened"), caption)
    matrix, names = outcomes.confusion_of(view.report.overall, view.version.classes)
    figure = confusion_figure(np.array(matrix), names, outcomes.confusion_words())
    chart(figure, alt=caption, key="confusion", height=360)


def _show_reliability(report: PerformanceReport) -> None:
    caption = outcomes.reliability_caption(report)
    section(_("Do probabilities come true?"), caption)
    words = outcomes.reliability_words(report.against)
    figure = reliability_figure(report.reliability, words, reference=report.reliability_reference)
    chart(figure, alt=caption, key="reliability", height=360)


def _show_errors(view: View) -> None:
    report = view.report
    caption = outcomes.bias_caption(report)
    section(_("Too high or too low?"), caption)
    bias = performance.points_of(report, "mean_error", view.names)
    size = [window.slice.metrics["root_mean_squared_error"].value for window in report.windows]
    chart(error_over_time_figure(bias, size, outcomes.error_words()), alt=caption, key="errors", height=300)
    hours = answers.computed(performance_by_hour, view.store, view.scope)
    if len(hours) > 1:
        caption = groups.hours_caption(hours, view.names.timezone)
        section(_("By hour of the day"), caption)
        points = groups.group_points(hours, report.primary, report.against)
        words = groups.group_words(_("Hour of the day"), report.primary, report.against)
        chart(by_value_figure(points, words, upright=True), alt=caption, key="hours", height=300)


def show_kpis(view: View) -> None:
    """What the predictions cost, against target."""
    by_name = {each.name: each for each in _kpis_of(view, view.scope)}
    if not by_name:
        return
    section(
        _("What it costs"),
        _("Each bar is a window of the KPI's own target. Empty bars are not complete yet."),
    )
    name = choose_few("kpi", _("KPI"), list(by_name), caption=view.names.kpi)
    sentence = money.kpi_sentence(by_name[name], view.names)
    st.markdown(plain(sentence))
    history = timeline.surroundings(view.context, len(by_name[name].windows))
    shown = next(each for each in _kpis_of(view, history or view.scope) if each.name == name)
    points = money.kpi_points(shown, view.names)
    figure = kpi_over_time_figure(points, money.kpi_words(shown), target=shown.target)
    _clickable(view, figure, sentence, f"kpi_{name}", shown.per, history, height=280)
    explained(
        _(
            "The formula of the specification, over the rows of each window. A window that inferences or ground truth "
            "do not fill is shown and not held against the target."
        ),
        rows=performance.rows_note(view.report, view.names),
        sql=readable_aggregate(shown.formula, _query(view)),
    )


def _kpis_of(view: View, scope: Scope) -> Sequence[KpiSeries]:
    found = answers.kpis(view.store, scope).kpis
    # Targets are for all rows.
    return tuple(replace(each, target=None) for each in found) if scope.segment else found


def show_segments(view: View) -> None:
    """The chosen metric for every value of a declared segment."""
    declared = view.version.spec.segments
    if not declared:
        return
    section(
        _("By segment"),
        _("Each value is compared with the same value before. A click on a row looks at it alone."),
    )
    column = choose_few("by", _("Segment by"), list(declared), caption=view.names.column)
    scope = groups.without_segment(view.scope, column)
    found = answers.computed(performance_by_value, view.store, scope, column)
    if found:
        _show_groups(view, found, column)


def _show_groups(view: View, found: Sequence[GroupPerformance], column: str) -> None:
    metric, against, label = view.metric, view.report.against, view.names.column(column)
    sentence = groups.groups_sentence(found, metric, label)
    st.markdown(plain(sentence))
    points = groups.group_points(found, metric, against)
    figure = by_value_figure(points, groups.group_words(label, metric, against))
    chart(figure, alt=sentence, key=f"groups_{column}", height=90 + 26 * len(found))
    key = f"segments_{column}"

    def chosen() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        set_filters(segment=f"{column}={found[rows[0]].value}" if rows else "")

    st.dataframe(
        groups.group_rows(found, metric, label, against),
        hide_index=True,
        on_select=chosen,
        selection_mode="single-row",
        key=key,
    )
