"""Whether the data can be trusted: every check of every column, window by window; one of them under ?check=."""

import streamlit as st

from monitoring.quality.charts import grid_figure
from monitoring.thresholds import Status
from monitoring.ui import _, answers, chart, empty, labels, lead, link, section, shell, tiles
from monitoring.ui.views import quality
from monitoring.ui.views.names import Names
from monitoring.ui.views.timeline import drawable

context = shell("data_quality")
if context.model is None or context.start is None:
    empty(
        _("No data to check yet"),
        _("Checks appear here once inferences have been received."),
        "python -m monitoring log MODEL FILE",
    )
    st.stop()
store, scope = context.store(), drawable(context)
version = next(v for v in answers.versions(store, scope.model) if v.name == scope.version)
names = Names(context.title, version.spec)
found = quality.overview(answers.quality(store, scope), names.timezone)

lead(quality.answer(found, names), quality.note(found))
tiles(quality.tiles_of(found))
if found.faults:
    section(_("When it happened"))
    words = {status: labels.status_word(status) for status in Status}
    chart(
        grid_figure(quality.grid(found, names), words), alt=quality.answer(found, names), key="quality_grid"
    )
    section(_("Checks that need attention"))
    st.dataframe(
        quality.table([f.whole for f in found.faults], names, found.grain, names.timezone), hide_index=True
    )
section(_("Quarantine"))
link("quarantine", _("Quarantine"), icon=":material/shield_question:")
