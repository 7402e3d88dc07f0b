"""The page of one column, drawn."""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from monitoring.drift.charts import (
    band_figure,
    distribution_figure,
    effect_over_time_figure,
    is_logarithmic,
    shares_figure,
)
from monitoring.drift.methods import METHODS
from monitoring.drift.report import EFFECT, feature_profiles, segment_drift
from monitoring.scope import Scope, Segment
from monitoring.store.registry import Version
from monitoring.store.rows import Rows, readable
from monitoring.ui import answers
from monitoring.ui import format as fmt
from monitoring.ui.components import chart, explained, plain, section
from monitoring.ui.i18n import _
from monitoring.ui.labels import kind_word
from monitoring.ui.sheet import lead
from monitoring.ui.source import store
from monitoring.ui.state import Context
from monitoring.ui.url import link, parameter, set_filters, set_parameter
from monitoring.ui.views import drift, feature
from monitoring.ui.views.drift import Overview, Standing
from monitoring.ui.views.feature import Look
from monitoring.ui.views.metrics import against_noun
from monitoring.ui.views.names import Names
from monitoring.ui.views.timeline import clicked, some_of
from monitoring.windows import Window

_HEIGHT = 300


def show_feature(
    context: Context, scope: Scope, found: Overview, standing: Standing, version: Version, names: Names
) -> None:
    """Everything about one column."""
    profiles = answers.computed(feature_profiles, store(), scope, standing.name)
    view = feature.look(standing, profiles, drift.start_of(parameter("at")))
    _show_way(found, standing)
    _show_title(view, names)
    lead(feature.answer(view, found, names), feature.note(view, found, names), feature.status(view))
    _show_choice(view, found, names)
    left, right = st.columns(2, gap="large")
    with left:
        _show_distribution(view, scope, found, version, names)
    with right:
        _show_effect(view, found, names)
    _show_course(view, found, names)
    _show_methods(view, names)
    if context.version is not None:
        by_column = {c: values for c, values in context.version.segments.items() if c != standing.name}
        segments = [Segment(c, value) for c, values in by_column.items() for value in values]
        _show_segments(scope, standing, segments[: feature.MOST_SEGMENTS], found)


def _show_way(found: Overview, standing: Standing) -> None:
    """Back to all columns, and on to the neighbours."""
    before, after = feature.neighbours(found, standing.name)
    with st.container(horizontal=True, key="vigie_way"):
        link("drift", _("All columns"), icon=":material/arrow_back:")
        if before:
            link(
                "drift",
                plain(before),
                icon=":material/chevron_left:",
                help=_("The column before"),
                feature=before,
            )
        if after:
            link(
                "drift",
                plain(after),
                icon=":material/chevron_right:",
                help=_("The next column"),
                feature=after,
            )


def _show_title(view: Look, names: Names) -> None:
    unit = feature.unit_text(view, names)
    kind = kind_word(view.profiles.column.kind)
    caption = _("{kind}, in {unit}").format(kind=kind, unit=unit) if unit else kind
    section(drift.title(view.standing.name, names), caption)


def _show_choice(view: Look, found: Overview, names: Names) -> None:
    """Where a window was chosen: which one, and the way back to the whole period."""
    if view.window is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        window = fmt.window(view.window.start, found.grain, names.timezone)
        st.caption(_("One window: {window}").format(window=plain(window)))
        link("drift", _("Whole period"), icon=":material/zoom_out_map:", feature=view.standing.name)


def _show_distribution(view: Look, scope: Scope, found: Overview, version: Version, names: Names) -> None:
    now = fmt.period(found.report.heading.from_, found.report.heading.to, names.timezone)
    if view.window is not None:
        now = fmt.window(view.window.start, found.grain, names.timezone)
    before = drift.capital(against_noun(found.report.against))
    caption = _("{now} ({n_now} rows) over {before} ({n_before} rows).").format(
        now=now,
        n_now=fmt.integer(view.drift.n_current),
        before=against_noun(found.report.against),
        n_before=fmt.integer(view.drift.n_reference),
    )
    section(_("Distribution"), f"{caption} {feature.how_it_changed(view, names)}")
    figure = distribution_figure(
        feature.distribution(view, names), reference=before, current=now, share=_("Share of the rows")
    )
    figure.update_xaxes(title_text=feature.unit_text(view, names) or None)
    chart(figure, alt=f"{caption} {feature.how_it_changed(view, names)}", key="distribution", height=_HEIGHT)
    heading = found.report.heading
    looked_at = view.window or Window(heading.from_, heading.to)
    period = Window(looked_at.start, looked_at.end)
    rows = Rows(version, periods=(period,), segment=scope.segment)
    explained(
        _(
            "The same bars for both sides, chosen by the reference. Numbers with few distinct values and categories "
            "have a bar each and are counted exactly. Other numbers are counted in about 256 fine bins of the "
            "reference and drawn in round intervals: an edge can be off by the share of the fine bin around it, less "
            "than half a percent of the reference's rows."
        ),
        rows=drift.rows_note(found.report, names),
        sql=readable(rows),
    )


def _show_effect(view: Look, found: Overview, names: Names) -> None:
    seen = some_of(len(view.standing.changed), view.standing.judged, found.grain)
    caption = _("PSI against {against}; changed {windows}. A click on a window looks at it.").format(
        against=against_noun(found.report.against), windows=seen
    )
    line = feature.effect_line(view, found, names)
    if is_logarithmic(line):
        caption += " " + _("Logarithmic scale.")
    section(_("How much it changed"), caption)
    figure = effect_over_time_figure(line, drift.words())
    key = "effect_over_time"
    chart(figure, alt=caption, key=key, height=_HEIGHT, on_select=_look_at_clicked(key))
    method = METHODS[EFFECT]
    explained(
        plain(
            _(
                "The PSI says how much the distribution changed, missing and unseen values included; the q-value how "
                "sure that is. A window is a warning from {warning} on and critical from {critical}, after what "
                "chance alone gives to samples of these sizes is taken off, and only where the false discovery rate "
                "over all columns is below 1 %. Fewer than 50 rows are not judged."
            ).format(
                warning=fmt.number(drift.effect_threshold().warning),
                critical=fmt.number(drift.effect_threshold().critical),
            )
        ),
        formula=method.formula,
        rows=drift.compared_with(found.report),
        reference=method.reference,
    )


def _look_at_clicked(key: str) -> Callable[[], None]:
    """What a click on a window of a figure does: it becomes what is looked at."""

    def look() -> None:
        points = clicked(st.session_state.get(key))
        if points and isinstance(points[0], list | tuple):
            set_parameter("at", str(points[0][0]))

    return look


def _show_course(view: Look, found: Overview, names: Names) -> None:
    """Quantiles or shares by window, and missing values beside them where there are any."""
    drawn: list[tuple[str, str, go.Figure]] = []
    windows = feature.effect_line(view, found, names).windows
    line = feature.band_line(view, found, names)
    share = {"share": _("Share of the rows"), "reference": against_noun(found.report.against)}
    if line is not None:
        caption = _("Median, middle half and nine tenths of the rows by window.")
        drawn.append((_("Values over time"), caption, band_figure(line, feature.band_words(view, names))))
    lines = feature.share_lines(view, found, names)
    if lines:
        caption = _("The largest categories, dotted as in {against}.").format(against=share["reference"])
        drawn.append((_("Categories over time"), caption, shares_figure(windows, lines, **share)))
    lost = feature.missing_line(view, found, names)
    if lost is not None:
        caption = _("Rows without a value, dotted as in {against}.").format(against=share["reference"])
        drawn.append((_("Missing over time"), caption, shares_figure(windows, [lost], **share)))
    for column, (title, caption, figure) in zip(
        st.columns(max(1, len(drawn)), gap="large"), drawn, strict=False
    ):
        with column:
            section(title, caption)
            chart(figure, alt=caption, key=f"course_{title}", height=_HEIGHT)


def _show_methods(view: Look, names: Names) -> None:
    section(
        _("All methods"),
        _(
            "Only the PSI decides; the others show the same change from other sides. Bold: beyond its own limit."
        ),
    )
    heads = [_("Method"), _("Value"), _("Warning / critical"), _("Formula"), _("How it misleads")]
    lines = [" | ".join(map(plain, heads)), " | ".join(["---"] * len(heads))]
    for row in feature.method_rows(view, names):
        value = f"**{plain(row.value)}**" if row.breached else plain(row.value)
        formula = row.formula.replace(r"\left|", r"\left\vert ").replace(r"\right|", r"\right\vert ")
        lines.append(
            " | ".join([plain(row.label), value, plain(row.limits), f"${formula}$", plain(row.trap)])
        )
    with st.container(key="vigie_methods"):
        st.markdown("\n".join(f"| {line} |" for line in lines))
    st.caption(_("p: share of a bin in what is compared with, q: share of it now, B bins, n and m rows."))


def _show_segments(scope: Scope, standing: Standing, segments: list[Segment], found: Overview) -> None:
    if not segments or standing.whole.role == "truth":
        return
    section(
        _("By segment"),
        _(
            "Each segment over the whole period against the same segment of {against}. A click looks at it alone."
        ).format(against=against_noun(found.report.against)),
    )
    drifts = feature.ordered(answers.computed(segment_drift, store(), scope, standing.name, tuple(segments)))
    key = "feature_segments"

    def chosen() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        set_filters(segment=str(drifts[rows[0]].segment) if rows else "")

    st.dataframe(
        feature.segment_table(drifts),
        hide_index=True,
        on_select=chosen,
        selection_mode="single-row",
        key=key,
        placeholder=fmt.DASH,
        column_config={
            _("PSI"): st.column_config.NumberColumn(format="localized"),
            _("Rows before"): st.column_config.NumberColumn(format="localized"),
            _("Rows now"): st.column_config.NumberColumn(format="localized"),
        },
    )
