"""Two versions of a model side by side, on the inferences that both have scored."""

from dataclasses import replace

import streamlit as st

from monitoring.ui import (
    _,
    choose,
    empty,
    governance,
    link,
    section,
    sheet,
    shell,
    tiles,
)
from monitoring.ui.views import side_by_side, version_figures, versions
from monitoring.ui.views.names import Names

context = shell("versions")
st.html(sheet.STYLE)
choice = versions.choice_of(context.model) if context.model else None
if context.model is None:
    empty(
        _("No versions to compare yet"),
        _("Versions stand side by side here once they are registered."),
        "python -m monitoring register SPEC",
    )
    st.stop()
if choice is None:
    empty(
        _("There is one version only"),
        _("Register a second one and let both score the same inferences: then they stand side by side here."),
        "python -m monitoring register SPEC",
    )
    link("model_card", _("Model card"), icon=":material/id_card:")
    st.stop()

left, right = st.columns(2)
with right:
    challenger = choose(
        "challenger",
        _("Challenger"),
        choice.names,
        default=choice.challenger,
        caption=versions.name_of,
        help=_("The version that wants to take the place of the other."),
    )
with left:
    champion = choose(
        "champion",
        _("Champion"),
        choice.champions(challenger),
        caption=versions.name_of,
        help=_("The version that it is compared with."),
    )
store, slug = context.store(), context.model.slug
scope = replace(context.scope, version=challenger)
cards = (governance.card(store, slug, champion), governance.card(store, slug, challenger))
names = Names(context.title, cards[1].version.spec)
found = governance.comparison(store, scope, champion)
if found.n_compared:
    sheet.lead(versions.lead(found))
    sheet.paragraph(versions.more(found, names))
    tiles(versions.tiles_of(found, names))
    version_figures.show_metric(found, governance.shared_rows(store, scope, champion), names.timezone)
    version_figures.show_kpi(found, names)
else:
    empty(_("No inference with known ground truth was scored by both"), versions.advice(found))
section(
    _("Side by side"),
    _("Metrics and KPIs on the same inferences; a difference is challenger minus champion."),
)
heads = ["", *map(versions.name_of, (champion, challenger)), _("Difference")]
sheet.sheet(heads, side_by_side.blocks(found, cards, names), caption=_("Side by side"), numbers=True)
