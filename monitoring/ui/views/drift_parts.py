"""Parts of the page on drift: what it is asked, the choice of columns, the table, what clicks do."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from monitoring.scope import Scope
from monitoring.ui import format as fmt
from monitoring.ui.i18n import _, ngettext
from monitoring.ui.labels import grain_word
from monitoring.ui.state import Context
from monitoring.ui.url import set_parameter, set_parameters
from monitoring.ui.views import drift
from monitoring.ui.views.drift import Overview, Standing
from monitoring.ui.views.names import Names
from monitoring.ui.views.timeline import clicked

_GRID, _TABLE = "drift_grid", "drift_table"
STYLE = """<style>
/* On a phone what is wide keeps a width at which it can be read, and is moved sideways. */
@media (max-width: 640px) {
  .st-key-vigie_grid, .st-key-vigie_methods { overflow-x: auto; }
  .st-key-vigie_grid > * { min-width: 42rem; }
  .st-key-vigie_methods table { min-width: 52rem; }
}
/* Formulas stand in rows of text. */
.st-key-vigie_methods td { vertical-align: top; }
.st-key-vigie_methods table { font-size: 0.9375rem; }
</style>"""


def grid_caption(context: Context, scope: Scope, found: Overview) -> str:
    """What the grid shows, over which rows, and in which windows where they are not those asked for."""
    parts = [
        _(
            "Effect by column and window, {compared}; what matters most is on top. A click opens a column."
        ).format(compared=drift.compared_with(found.report))
    ]
    if scope.window and scope.window != context.window:
        parts.append(
            _("Drawn by {window}, since shorter windows would be too many to tell apart.").format(
                window=grain_word(scope.window).lower()
            )
        )
    return " ".join(parts)


def chosen_columns(found: Overview, names: Names, per_page: int) -> list[Standing]:
    """The features that the reader looks for, a page of them."""
    features = list(found.features)
    if len(features) <= per_page:
        return features
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = st.text_input(_("Find a column"), key="find", bind="query-params", icon=":material/search:")
        wanted = drift.matching(features, asked, names)
        pages = max(1, -(-len(wanted) // per_page))
        page = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    text = ngettext("{count} column", "{count} columns", len(wanted))
    st.caption(text.format(count=fmt.integer(len(wanted))) if wanted else _("No column is called that."))
    page = min(page, pages)
    return wanted[(page - 1) * per_page : page * per_page]


def open_cell() -> None:
    """Open the column, at the window, that was clicked in the grid; the callback of the grid."""
    points = clicked(st.session_state.get(_GRID))
    if points and isinstance(points[0], list | tuple):
        set_parameters(feature=str(points[0][0]), at=str(points[0][1]))


def show_table(standings: Sequence[Standing], names: Names) -> None:
    """All columns with their numbers; a click on a row opens the column."""

    def chosen() -> None:
        rows = st.session_state[_TABLE]["selection"]["rows"]
        if rows:
            set_parameter("feature", standings[rows[0]].name)

    number, share = (
        st.column_config.NumberColumn(format=text, width="small") for text in ("localized", "percent")
    )
    st.dataframe(
        drift.table(standings, names),
        hide_index=True,
        on_select=chosen,
        selection_mode="single-row",
        key=_TABLE,
        placeholder=fmt.DASH,
        column_config={
            _("PSI"): number,
            _("Highest PSI"): number,
            _("PSI over time"): st.column_config.LineChartColumn(y_min=0, width="medium"),
            _("Importance"): share,
            _("Impact"): number,
            _("Missing before"): share,
            _("Missing now"): share,
        },
    )
