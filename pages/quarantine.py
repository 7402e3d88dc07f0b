"""Which rows were set aside, why, and what to do with them."""

import streamlit as st

from monitoring.store import intake
from monitoring.ui import _, choose, empty, explained, fmt, lead, link, plain, section, shell
from monitoring.ui.views import quarantine, received
from monitoring.windows import Window

SHOWN, IN_FILE = 1000, 1_000_000
EVER = {"from": "", "to": ""}

context = shell("quarantine")
store = context.store()
if context.model is None or context.version is None:
    empty(_("No models yet"), _("Register a model, or build the demo models."), "python -m monitoring demo")
    st.stop()

model, version = context.model.slug, context.version.name
whole = context.start is None or context.end is None or context.preset == "all"
period = None if whole or context.start is None or context.end is None else Window(context.start, context.end)
counts = intake.quarantine_counts(store, model, version, period)
if not counts:
    empty(
        _("Quarantine is empty"),
        _("Rows that do not fit their version's specification are kept here with the reason."),
    )
    for other in context.model.versions:
        held = sum(item.rows for item in intake.quarantine_counts(store, model, other.name))
        if held:
            text = quarantine.elsewhere(other.name, held)
            link("quarantine", plain(text), icon=":material/shield_question:", version=other.name, **EVER)
    link("inferences", _("See what came in"), icon=":material/inbox:")
    st.stop()

lead(quarantine.summary(counts))
section(_("Reasons"), _("Rows of the period, and rows whose time could not be read."))
st.dataframe(quarantine.counts_table(counts), hide_index=True, width="content")

choices = quarantine.choices(counts)
section(_("Rows"), _("The newest first, at most {count}.").format(count=fmt.integer(SHOWN)))
with st.container(horizontal=True, vertical_alignment="bottom"):
    choice = choose("reason", _("Reason"), list(choices), caption=choices.__getitem__)
    reason, column = quarantine.chosen(choice)

    def everything() -> bytes:
        """All rows of the choice, read when somebody asks for the file."""
        found = intake.quarantined(store, model, version, period, reason=reason, column=column, limit=IN_FILE)
        return quarantine.download(found)

    st.download_button(
        _("Download as CSV"),
        everything,
        file_name=f"quarantine-{model}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        help=_(
            "All rows of this choice. Text that a spreadsheet would run as a formula gets a leading apostrophe."
        ),
    )
rows = intake.quarantined(store, model, version, period, reason=reason, column=column, limit=SHOWN)
moment = received.moments(context.timezone)
st.dataframe(
    quarantine.rows_table(rows), hide_index=True, placeholder=fmt.DASH, column_config={_("Received"): moment}
)

section(_("What to do next"))
st.markdown(
    _(
        "1. Mend the rows where they come from. The column *Content of the row* holds what was sent.\n"
        "2. Send them again, alone or with all others: rows that were accepted before count as duplicates and "
        "change nothing.\n"
        "3. A row whose id is stored with another content stays out: give it an id of its own, or keep the first."
    )
)
st.code(f"python -m monitoring log {model} FILE --version {version}", language="bash")
explained(
    _(
        "Every row that comes in is checked against its version’s specification before anything is stored: times, "
        "numbers, probabilities, classes and ids. A row that fails is kept here as it came, with the first thing that "
        "is wrong with it; all other rows of its file are taken in. The same row again is listed once."
    )
)
