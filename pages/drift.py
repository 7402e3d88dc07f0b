"""What has changed in the data, when, and whether it matters; one column of it under ?feature=."""

import streamlit as st

from monitoring.drift.charts import heatmap_figure
from monitoring.drift.methods import METHODS
from monitoring.drift.report import EFFECT
from monitoring.store.rows import Rows, readable
from monitoring.ui import (
    _,
    answers,
    chart,
    empty,
    explained,
    findings,
    fmt,
    lead,
    link,
    ngettext,
    parameter,
    plain,
    section,
    shell,
    tiles,
)
from monitoring.ui.views import drift, drift_parts
from monitoring.ui.views.feature_parts import show_feature
from monitoring.ui.views.metrics import against_noun
from monitoring.ui.views.names import Names
from monitoring.ui.views.timeline import drawable
from monitoring.windows import Window

MOST_FINDINGS, PER_PAGE = 3, 20

context = shell("drift")
if context.model is None or context.start is None:
    empty(
        _("No drift to show yet"),
        _("Drift is measured once inferences have been received and profiled."),
        "python -m monitoring log MODEL FILE",
    )
    st.stop()
store = context.store()
scope = drawable(context)
version = next(v for v in answers.versions(store, scope.model) if v.name == scope.version)
names = Names(context.title, version.spec)
found = drift.overview(answers.drift(store, scope))
report = found.report
asked = parameter("feature")
st.html(drift_parts.STYLE)
standing = next((s for s in (*found.features, *found.outcomes) if s.name == asked), None)
if standing is not None:
    show_feature(context, scope, found, standing, version, names)
    st.stop()
if asked:
    st.warning(_("There is no column {column}.").format(column=plain(asked)), icon=":material/search_off:")

lead(drift.answer(found), drift.rows_note(report, names))
if report.n_current == 0 or report.n_reference == 0:
    empty(
        _("Nothing to compare"),
        _("One side has no rows. Choose another period, or something else to compare with, above."),
    )
    if report.against != "reference":
        link("drift", _("Compare with the reference"), icon=":material/compare_arrows:", against="")
    st.stop()
if found.changed:
    findings(drift.findings(found, names, MOST_FINDINGS))
    more = len(found.changed) - MOST_FINDINGS
    if more > 0:
        text = ngettext("{count} more below.", "{count} more below.", more)
        st.caption(text.format(count=fmt.integer(more)))
tiles(drift.tiles_of(found, names))

section(_("What changed when"), drift_parts.grid_caption(context, scope, found))
shown = drift_parts.chosen_columns(found, names, PER_PAGE)
if shown or found.outcomes:
    with st.container(key="vigie_grid"):
        chart(
            heatmap_figure(drift.grid(found, shown, names), drift.words()),
            alt=drift.grid_alt(found),
            key="drift_grid",
            on_select=drift_parts.open_cell,
        )
explained(
    plain(
        _(
            "Colour is the effect (PSI), from none to twice its critical limit. A mark is a verdict, which needs both: "
            "an effect beyond the limit of {warning} or {critical} after chance is taken off, and evidence, a false "
            "discovery rate below 1 % over all columns of the window. Bins come from the reference only; missing and "
            "unseen values are part of the distribution. Gaps are windows without inferences."
        ).format(
            warning=fmt.number(drift.effect_threshold().warning),
            critical=fmt.number(drift.effect_threshold().critical),
        )
    ),
    formula=METHODS[EFFECT].formula,
    rows=drift.rows_note(report, names),
    sql=readable(
        Rows(version, periods=(Window(report.heading.from_, report.heading.to),), segment=scope.segment)
    ),
    reference=METHODS[EFFECT].reference,
)

section(
    _("All columns"),
    _("Over the whole period, compared with {against}. A click on a row opens the column.").format(
        against=against_noun(report.against)
    ),
)
drift_parts.show_table([*found.features, *found.outcomes], names)
