"""The card of a model on the overview, drawn: how it does, its figures, its history."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from monitoring.ui.components import plain, tiles
from monitoring.ui.i18n import _
from monitoring.ui.strip import strip
from monitoring.ui.url import link
from monitoring.ui.views import cards, history
from monitoring.ui.views.names import Names
from monitoring.ui.views.overview import NO_FILTERS, link_to
from monitoring.ui.views.watching import ModelState


def show_card(state: ModelState, names: Mapping[str, Names]) -> None:
    """Draw the card of a model; names: those in each of its versions."""
    slug, watch = state.model.slug, state.current
    newest = names[watch.version if watch else state.versions[0][0]]
    with st.container(border=True, key=f"vigie_card_{slug}"):
        with st.container(horizontal=True, vertical_alignment="top"):
            st.html(cards.head_html(state, newest))
            link(
                "model_card", _("Model card"), icon=":material/id_card:", model=slug, version="", **NO_FILTERS
            )
        if watch:
            st.html(cards.part_html(_("Figures"), _("Version {name}").format(name=watch.version)))
            tiles(cards.tiles_of(watch, newest))
            _history(state, names)


def _history(state: ModelState, names: Mapping[str, Names]) -> None:
    slug, watches = state.model.slug, [watch for _name, watch in state.versions if watch]
    span = history.span_of(watches)
    groups = [
        history.group_of(w, state.entry(w.version), names[w.version], span, cards.heading(w, watches))
        for w in watches
    ]
    st.html(cards.key_html(_("History")))
    strip(groups, history.ticks_of(span, names[watches[0].version].timezone), key=f"strip_{slug}")
    moments = cards.worst_moments(watches, names)
    if not moments:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"vigie_moments_{slug}"):
        st.caption(_("Most expensive:"), width="content")
        for moment in moments:
            where = link_to(moment.watch, [moment.episode], state.entry(moment.watch.version))
            link("performance", plain(moment.label), help=plain(moment.help), **where)
