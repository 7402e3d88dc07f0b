"""Why the model says what it says: which features decide, whether that has changed, and one inference's reasons."""

from dataclasses import replace

import streamlit as st

from monitoring.errors import VigieError
from monitoring.ui import _, answers, choose_few, empty, lead, shell
from monitoring.ui.views import explain, timeline
from monitoring.ui.views import explain_parts as parts
from monitoring.ui.views.decision_parts import show_decision
from monitoring.ui.views.names import Names

VIEWS = ("model", "decision")

context = shell("explainability")
if context.model is None or context.start is None:
    empty(
        _("No explanations to show yet"),
        _("Inferences are explained once a version with an artifact has received some."),
        "python -m monitoring log MODEL FILE",
    )
    st.stop()
store, scope = context.store(), replace(timeline.drawable(context), against="reference")
version = next(v for v in answers.versions(store, scope.model) if v.name == scope.version)
names = Names(context.title, version.spec)
if version.spec.artifact is None:
    empty(
        _("This version is not explained"),
        _("It was registered without its model. Register a version whose specification names an artifact."),
        "python -m monitoring register SPEC",
    )
    st.stop()
try:
    report = answers.explanations(store, scope)
except VigieError as error:
    empty(_("This version is not explained"), str(error))
    st.stop()
view = parts.View(context, scope, version, names, report)
words = {"model": _("The model"), "decision": _("One inference")}
default = "decision" if parts.wants_inference() else "model"
if choose_few("view", _("What to explain"), VIEWS, default=default, caption=words.__getitem__) == "decision":
    show_decision(view)
    st.stop()
answer = explain.answer(report, names)
lead(answer.sentence, answer.note)
if report.n_explained:
    parts.show_importance(view)
    parts.show_shape(view)
    parts.show_history(view)
