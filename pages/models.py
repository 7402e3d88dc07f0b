"""Which models are monitored, and how one more is registered."""

import streamlit as st

from monitoring.ui import _, answers, empty, lead, open_page, section, shell
from monitoring.ui.state import title_of
from monitoring.ui.views import received, registry

context = shell("models")


def show_models() -> None:
    """Every version; a click on one opens its card."""
    store = context.store()
    versions = {(v.model, v.name): v for m in context.models for v in answers.versions(store, m.slug)}
    statuses = {(watch.model, watch.version): watch.status for watch in answers.watches(store)}
    titles = {model.slug: title_of(model, context.language) for model in context.models}
    rows = list(registry.rows_of(context.models, titles, versions, statuses))
    lead(registry.summary(context.models))
    section(
        _("Models and versions"),
        _("The newest version of each model first. A click on a row opens its card."),
    )
    moments = received.moments()
    count = st.column_config.NumberColumn(format="localized")
    event = st.dataframe(
        registry.table(rows),
        hide_index=True,
        key="models",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            **dict.fromkeys((_("First"), _("Last"), _("Registered")), moments),
            **dict.fromkeys((_("Inferences"), _("Reference rows")), count),
        },
    )
    st.caption(_("Times are in UTC."))
    for row in (rows[index] for index in event.selection.rows):
        rest = {"from": "", "to": "", "segment": "", "window": "", "against": ""}
        open_page("model_card", model=row.model.slug, version=row.entry.name, **rest)


if context.models:
    show_models()
else:
    empty(_("No models yet"), _("Register a model, or build the demo models."), "python -m monitoring demo")
with st.expander(
    _("Register a model of your own"), icon=":material/add_circle:", expanded=not context.models
):
    st.markdown(
        _(
            "Write down what the model is in a file `spec.yaml`, beside the rows it was validated on with their "
            "predictions and outcomes:"
        )
    )
    st.code(registry.SPEC, language="yaml")
    st.markdown(_("Then register it, log what it says, add what really happened, and compute:"))
    st.code(registry.COMMANDS, language="bash")
    st.markdown(
        _(
            "All columns that play no part are watched as features; their kinds are read from the reference. Files "
            "may be CSV, Parquet or JSON Lines. Sending a row twice changes nothing."
        )
    )
