"""What came in, drawn: figures by window, batches, newest rows. Each part returns what the reader clicked on."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from monitoring.store.intake import Batch
from monitoring.thresholds import MATURE
from monitoring.ui import format as fmt
from monitoring.ui.components import chart, explained, section
from monitoring.ui.i18n import _, language
from monitoring.ui.views import arrivals, intake
from monitoring.ui.views.arrivals import Arrival

_HEIGHT = 260


def show_volume(found: Sequence[Arrival], length: str, summary: str, sql: str) -> Arrival | None:
    """Inferences per window; length: the word for a window's length, sql: the rows that are counted."""
    section(
        _("How many came"),
        _("Inferences by {length}; the dotted line is what is usual. A click looks into a window.").format(
            length=length
        ),
    )
    clicked = chart(
        arrivals.volume_figure(found), alt=summary, key="volume", height=_HEIGHT, on_select="rerun"
    )
    explained(
        _(
            "What is usual is the median of up to eight earlier windows of the same phase of the season. A volume is "
            "unusual where it is at most half or at least twice that and chance alone does not explain it; from a "
            "fifth or five times on it is critical."
        ),
        formula=r"\left| \ln \frac{n}{n_{\mathrm{usual}}} \right| \ge \ln 2",
        rows=summary,
        sql=sql,
    )
    return _window_of(clicked, found)


def show_maturity(found: Sequence[Arrival], length: str, summary: str) -> Arrival | None:
    """Share of each window's inferences whose truth has come."""
    section(
        _("How much of the truth is known"),
        _(
            "Share of the inferences whose ground truth has come, by {length}. A window is judged from {share} on, "
            "the dashed line."
        ).format(length=length, share=fmt.percent(MATURE, 0)),
    )
    clicked = chart(
        arrivals.maturity_figure(found), alt=summary, key="maturity", height=_HEIGHT, on_select="rerun"
    )
    explained(
        _(
            "Maturity is the number of inferences with ground truth divided by the number of inferences. Below "
            "{share} (the dashed line) performance is shown and not judged: the truth that comes first is rarely "
            "like all truth."
        ).format(share=fmt.percent(MATURE, 0)),
        formula=r"\mathrm{maturity} = \frac{n_{\mathrm{truth}}}{n}",
        rows=summary,
    )
    return _window_of(clicked, found)


def show_batches(batches: Sequence[Batch], timezone: str) -> Batch | None:
    """The batches that came in."""
    section(
        _("Batches"),
        _(
            "Files and requests, the newest first, in the time of {zone}. Refused rows are a click away."
        ).format(zone=timezone),
    )
    if not batches:
        st.caption(_("None so far."))
        return None
    event = st.dataframe(
        intake.batches_table(batches),
        hide_index=True,
        key="batches",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            _("Received"): moments(timezone),
            **dict.fromkeys(intake.count_headings(), st.column_config.NumberColumn(format="localized")),
        },
    )
    return next((batches[index] for index in event.selection.rows), None)


def show_rows(rows: pa.Table, times: Sequence[str], timezone: str) -> int | None:
    """The newest rows; times: the columns that hold moments. Returns the position of the row that was clicked."""
    section(
        _("Newest rows"),
        _("The last {count} of the period, as they were received. A click on one explains it.").format(
            count=fmt.integer(rows.num_rows)
        ),
    )
    event = st.dataframe(
        rows,
        hide_index=True,
        placeholder=fmt.DASH,
        key="rows",
        on_select="rerun",
        selection_mode="single-row",
        column_config=dict.fromkeys(times, moments(timezone)),
    )
    return next(iter(event.selection.rows), None)


def moments(timezone: str = "UTC") -> ColumnConfig:
    """How a table writes times."""
    clock = "DD/MM/YYYY HH:mm" if language() == "fr" else "YYYY-MM-DD HH:mm"
    return st.column_config.DatetimeColumn(format=clock, timezone=timezone)


def _window_of(clicked: object, found: Sequence[Arrival]) -> Arrival | None:
    points = clicked.selection.points if clicked is not None else []  # type: ignore[attr-defined]
    return next((found[point["customdata"]] for point in points), None)
