"""Whether the data can be trusted: every check of every column, window by window; one of them under ?check=."""

import streamlit as st

from monitoring.store.rows import Rows, readable
from monitoring.ui import _, answers, empty, explained, fmt, labels, lead, parameter, section, shell, tiles
from monitoring.ui.views import quality, quality_parts
from monitoring.ui.views.names import Names
from monitoring.ui.views.timeline import drawable
from monitoring.windows import Window

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
checks = list(found.report.checks)

asked = (parameter("check"), parameter("column"))
chosen = next((check for check in checks if (check.check, check.column or "") == asked), None)
if chosen is not None:
    quality_parts.show_check(store, scope, found, chosen, version, names)
    st.stop()
if asked[0]:
    st.warning(_("There is no such check of this column."), icon=":material/search_off:")

if not found.report.n:
    empty(
        _("No rows in this period"),
        _("Choose another period or another segment, above."),
    )
    st.stop()
lead(quality.answer(found, names), quality.note(found))
tiles(quality.tiles_of(found))
if found.faults:
    caption = _("Checks that ever needed attention, by {window}. A click opens a check.")
    section(_("When it happened"), caption.format(window=labels.grain_word(found.grain).lower()))
    quality_parts.show_grid(found, names)
    section(_("Checks that needed attention"), _("Over the whole period or in some of its windows."))
    faults = [fault.whole for fault in found.faults]
    quality_parts.show_table(faults, quality.fault_table(found, names), "quality_faults")
show_all = _("Show all {count} checks").format(count=fmt.integer(len(checks)))
if st.toggle(show_all, key="all", bind="query-params"):
    quality_parts.show_table(checks, quality.table(checks, names, found.grain, names.timezone), "quality_all")
explained(
    _(
        "Every column is checked against the reference of its version: missing values, wrong types, values out of "
        "range, unseen categories, and values that no longer vary. The number of rows is checked against earlier "
        "windows. A verdict needs both: a share beyond its limit, and a test that rules out chance. Open a check "
        "for its limits and its formula."
    ),
    rows=quality.note(found),
    sql=readable(
        Rows(
            version,
            periods=(Window(found.report.heading.from_, found.report.heading.to),),
            segment=scope.segment,
        )
    ),
)
quality_parts.show_quarantine(found)
