"""The filter bar: which widgets a page shows, and how each writes to the URL."""

from __future__ import annotations

from datetime import date

import streamlit as st

from monitoring.catalog import CatalogVersion
from monitoring.ui import format as fmt
from monitoring.ui.i18n import LANGUAGES, _, language
from monitoring.ui.labels import against_word, grain_word, preset_word
from monitoring.ui.navigation import PageInfo
from monitoring.ui.state import (
    DEFAULT_AGAINST,
    PRESETS,
    Context,
    day_bounds,
    grains_of,
    included_days,
    period_parameters,
    preset_period,
    title_of,
    window_of,
)
from monitoring.ui.url import captions, set_filters
from monitoring.windows import Grain

_NO_SEGMENT = ""
_MOST_VALUES = 500


def filter_bar(page: PageInfo, context: Context) -> None:
    """Show the filters that the page obeys."""
    if context.model is None or context.version is None or not page.filters:
        return
    show = {
        "model": _model,
        "version": _version,
        "period": _period,
        "segment": _segment,
        "against": _against,
    }
    with st.container(horizontal=True, vertical_alignment="bottom", key="vigie_filters"):
        for name in page.filters:
            if name != "segment" or context.version.segments:
                show[name](context, context.version)


def language_switch() -> None:
    """Let the reader choose the language."""
    st.session_state["choose_lang"] = language()
    st.segmented_control(
        _("Language"),
        list(LANGUAGES),
        key="choose_lang",
        format_func=captions(LANGUAGES, LANGUAGES.__getitem__),
        label_visibility="collapsed",
        required=True,
        on_change=_language_chosen,
    )


def _language_chosen() -> None:
    set_filters(lang=st.session_state["choose_lang"])


def _model(context: Context, version: CatalogVersion) -> None:
    titles = {model.slug: title_of(model, context.language) for model in context.models}
    st.session_state["choose_model"] = context.model.slug if context.model else None
    st.selectbox(
        _("Model"),
        list(titles),
        key="choose_model",
        format_func=captions(titles, titles.__getitem__),
        label_visibility="collapsed",
        icon=":material/deployed_code:",
        width=205,
        on_change=_model_chosen,
    )


def _model_chosen() -> None:
    rest = {"from": "", "to": ""}
    set_filters(model=st.session_state["choose_model"], version="", segment="", window="", against="", **rest)


def _version(context: Context, version: CatalogVersion) -> None:
    names = [entry.name for entry in reversed(context.model.versions)] if context.model else []
    st.session_state["choose_version"] = version.name
    st.selectbox(
        _("Version"),
        names,
        key="choose_version",
        format_func=captions(names, lambda name: _("Version {name}").format(name=name)),
        label_visibility="collapsed",
        width=150,
        on_change=_version_chosen,
    )


def _version_chosen() -> None:
    set_filters(version=st.session_state["choose_version"])


def _period(context: Context, version: CatalogVersion) -> None:
    with st.popover(
        fmt.period(context.start, context.end, version.timezone),
        icon=":material/calendar_month:",
        help=_("Period and window"),
        disabled=context.start is None,
    ):
        _period_choices(context, version)


def _period_choices(context: Context, version: CatalogVersion) -> None:
    if context.start is None or context.end is None:
        return
    st.session_state["choose_preset"] = context.preset
    st.pills(
        _("Period"),
        list(PRESETS),
        key="choose_preset",
        format_func=captions(PRESETS, preset_word),
        on_change=_preset_chosen,
        args=(version,),
    )
    st.session_state["choose_days"] = included_days(context.start, context.end, version.timezone)
    st.date_input(
        _("From the first to the last day"),
        key="choose_days",
        format="DD/MM/YYYY" if language() == "fr" else "YYYY-MM-DD",
        on_change=_days_chosen,
        args=(version,),
    )
    grains = grains_of(version)
    st.session_state["choose_window"] = context.window
    st.segmented_control(
        _("Window"),
        grains,
        key="choose_window",
        format_func=captions(grains, grain_word),
        on_change=_window_chosen,
        args=(window_of(version, "", context.start, context.end),),
        required=True,
        help=_("The slices of time that figures are drawn by. Longer windows are sums of shorter ones."),
    )
    st.caption(_("Days are those of the time zone {zone}.").format(zone=version.timezone))


def _preset_chosen(version: CatalogVersion) -> None:
    preset = st.session_state["choose_preset"]
    start, end = preset_period(version, preset or "all")
    if start is not None and end is not None:
        _set_period(version, *period_parameters(version, start, end))


def _days_chosen(version: CatalogVersion) -> None:
    chosen: tuple[date, ...] = st.session_state["choose_days"]
    if len(chosen) == 2:  # noqa: PLR2004 - a range is half chosen after the first click
        start, end = day_bounds(chosen[0], chosen[1], version.timezone)
        _set_period(version, *period_parameters(version, start, end))


def _set_period(version: CatalogVersion, start: str, end: str) -> None:
    set_filters(**{"from": start, "to": end})


def _window_chosen(default: Grain) -> None:
    chosen = st.session_state["choose_window"]
    set_filters(window="" if chosen == default else chosen)


def _segment(context: Context, version: CatalogVersion) -> None:
    label = str(context.segment).replace("=", " = ", 1) if context.segment else _("All rows")
    with st.popover(label, icon=":material/filter_alt:", help=_("Segment")):
        columns = [_NO_SEGMENT, *version.segments]
        st.session_state["choose_segment_column"] = context.segment.column if context.segment else _NO_SEGMENT
        st.selectbox(
            _("Segment by"),
            columns,
            key="choose_segment_column",
            format_func=captions(columns, lambda column: column or _("All rows")),
            on_change=_segment_column_chosen,
            args=(version,),
        )
        if context.segment:
            values = list(version.segments[context.segment.column][:_MOST_VALUES])
            if context.segment.value not in values:
                values.append(context.segment.value)
            st.session_state["choose_segment_value"] = context.segment.value
            st.selectbox(_("Value"), values, key="choose_segment_value", on_change=_segment_value_chosen)


def _segment_column_chosen(version: CatalogVersion) -> None:
    column = st.session_state["choose_segment_column"]
    values = version.segments.get(column, ())
    set_filters(segment=f"{column}={values[0]}" if values else "")


def _segment_value_chosen() -> None:
    column, value = st.session_state["choose_segment_column"], st.session_state["choose_segment_value"]
    set_filters(segment=f"{column}={value}")


def _against(context: Context, version: CatalogVersion) -> None:
    names = list(version.against)
    if context.against not in names:
        names.append(context.against)
    st.session_state["choose_against"] = context.against
    st.selectbox(
        _("Compared with"),
        names,
        key="choose_against",
        format_func=captions(names, against_word),
        label_visibility="collapsed",
        icon=":material/compare_arrows:",
        width=245,
        on_change=_against_chosen,
    )


def _against_chosen() -> None:
    chosen = st.session_state["choose_against"]
    set_filters(against="" if chosen == DEFAULT_AGAINST else chosen)
