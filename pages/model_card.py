"""What a version is, what it was made from, and what it is for."""

import streamlit as st

from monitoring.governance.card import spec_yaml
from monitoring.performance.methods import METHODS
from monitoring.thresholds import Status
from monitoring.ui import _, empty, explained, facts, governance, labels, section, sheet, shell
from monitoring.ui.views import model_card, verdict_rules
from monitoring.ui.views.names import Names

context = shell("model_card")
st.html(sheet.STYLE)
if context.model is None or context.version is None:
    empty(
        _("No model card yet"),
        _("A model card is written from the specification that a version was registered with."),
        "python -m monitoring register SPEC",
    )
    st.stop()

card = governance.card(context.store(), context.model.slug, context.version.name)
spec, names = card.version.spec, Names(context.title, card.version.spec)
metric = labels.metric_word(card.primary or "")


def show_head() -> None:
    title = _("{title}, version {version}").format(title=names.title, version=spec.version)
    sheet.lead(title, model_card.facts_line(card), card.watch.status if card.watch else None)
    sheet.paragraph(model_card.reading(card, names))
    with st.container(horizontal=True, vertical_alignment="center", key="vigie_noprint"):
        name = f"{spec.model}-{spec.version}.yaml"
        label, icon = _("Specification (YAML)"), ":material/download:"
        st.download_button(label, spec_yaml(spec), name, "application/yaml", icon=icon)
        st.caption(_("Your browser prints this page without menus: Ctrl + P."), width="content")


def show_purpose() -> None:
    title = _("What it is for")
    section(title, _("The business figures that it answers for, and the last whole window of each."))
    heads = [_("KPI"), _("Formula"), _("Target"), _("Last window")]
    sheet.sheet(heads, model_card.kpi_block(card, names), caption=title)


def show_reference() -> None:
    section(_("What it was validated on"), _("The reference: every later comparison starts from these rows."))
    facts(model_card.validated_on(card))
    if card.primary is None:
        return
    title = _("How good it was there")
    section(title, _("On the reference, with 95% intervals."))
    heads = [_("Metric"), _("Value"), _("From"), _("To")]
    sheet.sheet(heads, model_card.metric_block(card), caption=title, numbers=True)
    explained(
        _("Every metric over the reference rows whose truth is known; the first one speaks for the version."),
        formula=METHODS[card.primary].formula,
        rows=model_card.rows_text(card),
        reference=METHODS[card.primary].reference,
    )
    if card.segments:
        title = _("By segment")
        caption = _("{metric} on the reference; weaker where it is surely so, and by 5% at least.")
        section(title, caption.format(metric=metric))
        heads = [_("Value"), _("Rows with truth"), metric, _("95% interval"), ""]
        sheet.sheet(heads, model_card.segment_blocks(card, names), caption=title, numbers=True)


def show_features() -> None:
    title = _("What it reads")
    section(title, _("Weight: share of the mean absolute attribution on the reference."))
    heads = [_("Feature"), _("Kind"), _("Weight"), _("Missing"), _("In the reference")]
    sheet.sheet(heads, model_card.feature_block(card, names), caption=title)


def show_limits() -> None:
    section(_("Known limits"), _("What the data shows. What nobody measured is not listed."))
    sheet.bullets(model_card.limits(card, names), _("None was found."))
    section(_("When it failed"), model_card.failures_caption(card))
    sheet.bullets(model_card.failures(card, names), _("Never so far."))


def show_rules() -> None:
    title = _("What counts as a fault")
    section(title, _("From which value on a verdict is a warning, and from which it is critical."))
    words = [labels.status_word(status) for status in (Status.WARNING, Status.CRITICAL)]
    heads = [_("Rule"), *words, _("And only")]
    sheet.sheet(heads, verdict_rules.rule_blocks(spec, names), caption=title)


show_head()
if spec.kpis:
    show_purpose()
show_reference()
show_limits()
show_features()
show_rules()
section(_("Identity"))
facts(model_card.identity(card))
