"""One inference on the page on explanations, drawn: search, the table to choose from, and why it came out so."""

from __future__ import annotations

from typing import cast

import pyarrow as pa
import streamlit as st

from monitoring.errors import NotFound
from monitoring.explain.charts import waterfall_figure
from monitoring.explain.report import InferenceExplanation, explain_inference
from monitoring.scope import Scope
from monitoring.store import Store
from monitoring.store.names import score_columns
from monitoring.store.ranked import Order, orders_of, ranked
from monitoring.store.rows import Rows
from monitoring.summaries import resolve
from monitoring.ui import answers
from monitoring.ui.components import chart, facts, lead, plain, section
from monitoring.ui.i18n import _
from monitoring.ui.url import choose, parameter, set_parameter
from monitoring.ui.views import decision
from monitoring.ui.views.explain_parts import View

LISTED = 50
_SEARCH, _TABLE = "decision_search", "decision_table"


def show_decision(view: View) -> None:
    """One inference, found by its id or in a table."""
    name = parameter("id")
    st.session_state[_SEARCH] = name
    st.text_input(
        _("Inference id"),
        key=_SEARCH,
        icon=":material/search:",
        placeholder=_("Type an id, or choose an inference from the table below"),
        on_change=_searched,
    )
    if name:
        _show_found(view, name)
    _show_table(view)


def _searched() -> None:
    set_parameter("id", st.session_state[_SEARCH].strip())


def _show_found(view: View, name: str) -> None:
    try:
        found = answers.computed(explain_inference_of, view.store, view.scope.model, view.version.name, name)
    except NotFound:
        text = _("Version {version} has no inference with the id {id}.")
        st.warning(plain(text.format(version=view.version.name, id=name)), icon=":material/search_off:")
        return
    said = decision.answer(found, view.names)
    lead(said.sentence, said.note)
    reasons = decision.reasons(found, view.names)
    if reasons:
        section(_("Main reasons"))
        st.markdown("\n".join(f"{number}. {plain(reason)}" for number, reason in enumerate(reasons, start=1)))
    _show_waterfall(view, found)


def _show_waterfall(view: View, found: InferenceExplanation) -> None:
    section(
        _("How it came about"),
        _(
            "From what the model expects when nothing is known, step by step to its output; the largest steps first."
        ),
    )
    figure = waterfall_figure(
        found.base_value, decision.contributions(found, view.names), decision.waterfall_words(found)
    )
    chart(figure, alt=" ".join(decision.reasons(found, view.names)), key="waterfall")
    facts(decision.facts_of(found, view.names))
    st.caption(decision.addition_note(found))
    with st.expander(_("All features")):
        st.dataframe(decision.attribution_rows(found, view.names), hide_index=True)


def explain_inference_of(store: Store, model: str, version: str, name: str) -> InferenceExplanation:
    """The explanation of an inference of a version."""
    return explain_inference(store, model, version, name)


def inferences(store: Store, scope: Scope, order: Order, features: tuple[str, ...]) -> pa.Table:
    """The first inferences of a scope in an order, with some features, what was said and what happened."""
    version, resolved = resolve(store, scope)
    source = Rows(version, periods=(resolved.period,), segment=resolved.segment, with_truth=True)
    scores = [stored for label, stored in score_columns(version.spec).items() if not label]
    columns = ["id", "timestamp", "y_pred", *scores, "y_true", *(version.stored[name] for name in features)]
    return ranked(store, source, columns, order, LISTED)


def _show_table(view: View) -> None:
    section(_("Inferences of the period"), _("A click on a row explains it."))
    orders = list(orders_of(view.version.spec.task))
    with st.container(width=380):
        order = cast(Order, choose("order", _("Order"), orders, caption=decision.order_word))
    features = [feature.feature for feature in view.report.features[:3]]
    table = answers.computed(inferences, view.store, view.scope, order, tuple(features))
    if not table.num_rows:
        st.caption(_("No inference of this period is of that kind."))
        return
    ids = table.column("id").to_pylist()

    def chosen() -> None:
        rows = st.session_state[_TABLE]["selection"]["rows"]
        set_parameter("id", ids[rows[0]] if rows else "")

    st.dataframe(
        decision.table_rows(table, view.version.stored, features, view.names),
        hide_index=True,
        on_select=chosen,
        selection_mode="single-row",
        key=_TABLE,
    )
