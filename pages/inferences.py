"""What came in and when, how much of its truth is known, and the newest rows."""

from dataclasses import replace

import streamlit as st

from monitoring.performance.job import has_performance
from monitoring.quality.report import VOLUME, check_history
from monitoring.store import intake as intake_store
from monitoring.store import rows as row_store
from monitoring.store import truths
from monitoring.store.rows import Rows
from monitoring.ui import _, answers, empty, labels, lead, open_page, shell
from monitoring.ui.state import period_parameters
from monitoring.ui.views import arrivals, intake, received
from monitoring.watch import history_grain
from monitoring.windows import Window, windows_between

NEWEST = 100

context = shell("inferences")
store = context.store()
if context.model is None or context.version is None:
    empty(_("No models yet"), _("Register a model, or build the demo models."), "python -m monitoring demo")
    st.stop()

slug, entry, zone = context.model.slug, context.version, context.timezone
version = next(v for v in answers.versions(store, slug) if v.name == entry.name)
rows = None
if context.start is None or context.end is None:
    empty(
        _("Nothing received yet"),
        _("What comes in is counted here, window by window."),
        f"python -m monitoring log {slug} FILE --version {version.name}",
    )
else:
    period = Window(context.start, context.end)
    grain = context.window
    if len(windows_between(period.start, period.end, grain, zone)) > arrivals.MOST_WINDOWS:
        grain = history_grain(version, period)
    scope = replace(context.scope, window=grain)
    report = answers.performance(store, scope) if has_performance(version) else None
    found = arrivals.arrivals(
        answers.computed(check_history, store, scope, VOLUME, None), report, grain, zone
    )
    rows = Rows(version, periods=(period,), segment=context.segment, with_truth=True)

    length = labels.grain_word(grain).lower()
    summary = arrivals.summary(found, period, zone)
    lead(summary, arrivals.unusual(found, length))
    clicked = received.show_volume(found, length, summary, row_store.readable(rows))
    if report is not None:
        clicked = received.show_maturity(found, length, summary) or clicked
    if clicked is not None:
        first, last = period_parameters(entry, clicked.start, clicked.end)
        open_page("inferences", **{"from": first, "to": last})

waiting = truths.n_waiting(store, slug)
if waiting:
    st.info(intake.waiting_text(waiting), icon=":material/hourglass_empty:")
batches = intake.batches_of(intake_store.batches(store, slug), version.name)
batch = received.show_batches(batches, zone)
if batch is not None and batch.quarantined:
    open_page("quarantine", **{"from": "", "to": ""})

if rows is not None:
    columns = intake.shown_columns(version)
    newest = row_store.fetch(store, rows, columns, order_by='"timestamp" desc, "id"', limit=NEWEST)
    times = (version.spec.columns.timestamp, _("received"))
    position = received.show_rows(intake.named_rows(version, newest), times, zone)
    if position is not None:
        open_page("explainability", id=newest.column("id")[position].as_py())
