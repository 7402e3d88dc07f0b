"""How all models do, what about them needs attention, and what happened before."""

from functools import cache

import streamlit as st

from monitoring.ui import (
    Finding,
    _,
    answers,
    choose_few,
    empty,
    explained,
    findings,
    fmt,
    lead,
    ngettext,
    open_page,
    section,
    shell,
)
from monitoring.ui.state import title_of
from monitoring.ui.views import cards, overview, past
from monitoring.ui.views.card import show_card
from monitoring.ui.views.names import Names
from monitoring.ui.views.watching import Concern, ModelState, model_states
from monitoring.ui.views.wording import PAGES

MOST_FINDINGS, MORE_FINDINGS, CARDS, PAST_ROWS = 6, 30, 6, 100
DATES = "DD/MM/YYYY" if fmt.locale().language == "fr" else "YYYY-MM-DD"

context = shell("overview")
store = context.store()


@cache
def names_of(slug: str) -> dict[str, Names]:
    """The names in every version of a model."""
    title = title_of(by_slug[slug].model, context.language)
    return {version.name: Names(title, version.spec) for version in answers.versions(store, slug)}


def show_attention(states: list[ModelState]) -> None:
    section(_("What needs attention"), _("Money first, by the last four weeks of each model."))
    first, more = overview.one_each(overview.all_concerns(states))
    if not first:
        st.caption(_("Nothing: every model does what it did when it was validated."))
    more = [*first[MOST_FINDINGS:], *more]
    findings([found(concern) for concern in first[:MOST_FINDINGS]])
    if more:
        label = ngettext("{count} more", "{count} more", len(more)).format(count=fmt.integer(len(more)))
        with st.expander(label, key="more", on_change="rerun") as others:
            if others.open:
                findings([found(concern) for concern in more[:MORE_FINDINGS]], key="more")


def found(concern: Concern) -> Finding:
    slug, version = concern.watch.model, concern.watch.version
    return overview.finding(concern, by_slug[slug].entry(version), names_of(slug)[version])


def show_past(states: list[ModelState]) -> None:
    section(_("What happened before"), _("What is over, the newest first. A click on a row shows that time."))
    which = {"money": ("kpi", "performance"), "all": tuple(PAGES)}
    words = {"money": _("KPIs and performance"), "all": _("Everything")}
    chosen = choose_few("before", _("What to show"), list(which), caption=words.__getitem__)
    found = past.past(states, which[chosen])[:PAST_ROWS]
    if not found:
        st.caption(_("Nothing so far."))
        return
    rows = [past.past_row(w, episode, names_of(w.model)[w.version]) for w, episode in found]
    dates = st.column_config.DateColumn(format=DATES)
    event = st.dataframe(
        past.table(rows),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"past_{chosen}",
        column_config={_("From"): dates, _("To"): dates},
    )
    for row in (rows[index] for index in event.selection.rows):
        where = overview.link_to(row.watch, [row.episode], by_slug[row.watch.model].entry(row.watch.version))
        open_page(PAGES[row.episode.domain], **where)


def chosen_cards(states: list[ModelState]) -> list[ModelState]:
    """The models that the reader looks for, a page of them."""
    if len(states) <= CARDS:
        return states
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = st.text_input(_("Find a model"), key="find", bind="query-params", icon=":material/search:")
        words = {"all": _("All models"), "attention": _("Those that need attention")}
        which = choose_few("which", _("Show"), list(words), caption=words.__getitem__)
    wanted = overview.matching(states, asked, context.language, attention=which == "attention")
    if not wanted:
        st.caption(_("No model is called that."))
    pages = max(1, -(-len(wanted) // CARDS))
    page = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    return wanted[(page - 1) * CARDS : page * CARDS]


states = model_states(context.models, answers.watches(store))
by_slug = {state.model.slug: state for state in states}
if not states:
    empty(
        _("Nothing to watch yet"),
        _("Register a model, or build the demo models, and their state will be told here."),
        "python -m monitoring demo",
    )
    st.stop()
st.html(cards.STYLE)
lead(overview.summary(states))
show_attention(states)
section(
    _("Models"), _("Every version that has inferences, against what it was validated on and its targets.")
)
explained(overview.how_it_is_judged())
for state in chosen_cards(states):
    show_card(state, names_of(state.model.slug))
show_past(states)
