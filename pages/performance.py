"""How right the model is: its metrics and its KPIs beside what they were, over time and by segment."""

import streamlit as st

from monitoring.ui import _, answers, choose, empty, labels, lead, shell, tiles
from monitoring.ui.views import metrics, performance, timeline
from monitoring.ui.views import performance_parts as parts
from monitoring.ui.views.names import Names

context = shell("performance")
if context.model is None or context.start is None:
    empty(
        _("No performance to show yet"),
        _("Performance is measured once inferences and their ground truth have been received."),
        "python -m monitoring log MODEL FILE",
    )
    st.stop()
store, scope = context.store(), timeline.drawable(context)
version = next(v for v in answers.versions(store, scope.model) if v.name == scope.version)
names = Names(context.title, version.spec)
report = answers.performance(store, scope)
answer = performance.answer(report, names)
lead(answer.sentence, answer.note)
if report.overall.n_truth == 0:
    empty(
        _("No ground truth yet"),
        _("Once it has been sent and the windows have been computed again, performance stands here."),
        f"python -m monitoring truth {scope.model} FILE",
    )
    st.stop()
tiles(performance.tiles_of(report, version.spec))
known = metrics.known_metrics(report.overall, report.reference)
with st.container(width=340):
    default = report.primary if report.primary in known else known[0]
    metric = choose("metric", _("Metric"), known, default=default, caption=labels.metric_word)
view = parts.View(context, scope, version, names, report, metric)
parts.show_over_time(view)
parts.show_task(view)
parts.show_kpis(view)
parts.show_segments(view)
