"""Parts of the page on data quality: the grid, the tables, one check drawn, the rows behind it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from monitoring.document import iso
from monitoring.profiling.binning import CategoryBins, NumericBins
from monitoring.quality.charts import CheckLine, check_figure, grid_figure
from monitoring.quality.checks import CHECKS
from monitoring.quality.report import VOLUME, CheckHistory, CheckResult, check_history
from monitoring.scope import Scope
from monitoring.store import Store
from monitoring.store.offending import Missing, NotAmong, Outside, Test, offending
from monitoring.store.registry import Version
from monitoring.store.rows import Rows, readable
from monitoring.summaries import Column, columns_of
from monitoring.thresholds import Status
from monitoring.ui import answers
from monitoring.ui import format as fmt
from monitoring.ui.components import chart, explained, section
from monitoring.ui.components import lead as show_lead
from monitoring.ui.i18n import _
from monitoring.ui.labels import grain_word, status_word
from monitoring.ui.url import link, open_page, parameter, set_parameter
from monitoring.ui.views import quality, received
from monitoring.ui.views.names import Names
from monitoring.ui.views.quality import Overview
from monitoring.ui.views.timeline import clicked
from monitoring.ui.views.wording import NO_SHARE
from monitoring.windows import Window

SHOWN = 100
_GRID, _LINE = "quality_grid", "quality_check"


def show_grid(found: Overview, names: Names) -> None:
    """Everything that ever needed attention, by window; a click opens the check."""

    def opened() -> None:
        points = clicked(st.session_state.get(_GRID))
        if points and isinstance(points[0], list | tuple):
            _open(str(points[0][0]))

    figure = grid_figure(quality.grid(found, names), _statuses())
    chart(figure, alt=quality.answer(found, names), key=_GRID, on_select=opened)


def show_table(results: list[CheckResult], columns: dict[str, list[object]], key: str) -> None:
    """Checks in rows; a click on a row opens the check."""

    def opened() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows:
            _open(quality.key_of(results[rows[0]]))

    st.dataframe(columns, hide_index=True, on_select=opened, selection_mode="single-row", key=key)


def _open(key: str) -> None:
    check, _sep, column = key.partition(quality.SEPARATOR)
    set_parameter("check", check)
    set_parameter("column", column)


def show_check(
    store: Store, scope: Scope, found: Overview, result: CheckResult, version: Version, names: Names
) -> None:
    """Everything about one check: its course, what it means, the rows behind it."""
    link("data_quality", _("All checks"), icon=":material/arrow_back:")
    section(quality.subject(result, names), quality.meaning(result.check))
    show_lead(quality.check_answer(found, result, names), quality.note(found))
    history = answers.computed(check_history, store, scope, result.check, result.column)
    window = _chosen(history)
    _show_course(found, history, result, window)
    period = window or Window(found.report.heading.from_, found.report.heading.to)
    rows = Rows(version, periods=(period,), segment=scope.segment)
    check = CHECKS.get(result.check)
    explained(
        quality.rule(result.check),
        formula=check.formula if check else r"\ln \frac{n}{n_{\text{usual}}}",
        rows=quality.note(found),
        sql=readable(rows),
    )
    _show_rows(store, rows, result, names)


def _chosen(history: CheckHistory) -> Window | None:
    """The window that was clicked in the course of the check."""
    asked = parameter("at")
    return next((window for window in history.windows if iso(window.start) == asked), None)


def _show_course(found: Overview, history: CheckHistory, result: CheckResult, window: Window | None) -> None:
    is_volume = result.check == VOLUME
    title = _("Rows by {window}") if is_volume else _("Found by {window}, against what is expected")
    section(
        title.format(window=grain_word(found.grain).lower()), _("A click on a window shows its rows below.")
    )
    value, expected = (
        np.array([np.nan if v is None else v for v in values], dtype=np.float64)
        for values in ([r.value for r in history.results], [r.expected for r in history.results])
    )
    chosen = iso(window.start) if window else ""
    line = CheckLine(
        quality.window_names(history.windows, found.grain, found.timezone, chosen),
        value,
        expected,
        np.array([r.status for r in history.results], dtype=object),
        [
            quality.hover(r, fmt.window(w.start, found.grain, found.timezone))
            for w, r in zip(history.windows, history.results, strict=True)
        ],
    )
    share = _("Rows") if is_volume else _("Share of the rows")
    figure = check_figure(
        line, _statuses(), value=share, expected=_("Expected"), as_share=result.check not in NO_SHARE
    )

    def looked() -> None:
        points = clicked(st.session_state.get(_LINE))
        if points:
            start = points[0]
            set_parameter("at", str(start[0] if isinstance(start, list | tuple) else start))

    chart(figure, alt=title.format(window=grain_word(found.grain)), key=_LINE, height=300, on_select=looked)


def _show_rows(store: Store, rows: Rows, result: CheckResult, names: Names) -> None:
    """The newest rows that the check counts; those of another type were set aside."""
    if result.check == "type":
        link("quarantine", _("Look at the quarantined rows"), icon=":material/shield_question:")
        return
    column = next((c for c in columns_of(store, rows.version) if c.name == result.column), None)
    test = _test_of(result.check, column) if column else None
    if column is None or test is None:
        link("inferences", _("See what came in"), icon=":material/inbox:")
        return
    table = offending(store, rows, column.stored, test, SHOWN)
    when = fmt.period(rows.periods[0].start, rows.periods[0].end, names.timezone)
    caption = _("{period}, the newest first, at most {count}. A click on a row explains its inference.")
    section(_("Rows behind it"), caption.format(period=when, count=fmt.integer(SHOWN)))
    if not table.num_rows:
        st.caption(_("No row of this period stands out."))
        return
    columns = names.spec.columns
    event = st.dataframe(
        table.rename_columns([columns.id, columns.timestamp, column.name]),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={columns.timestamp: received.moments(names.timezone)},
        placeholder=fmt.DASH,
    )
    if event["selection"]["rows"]:
        position = event["selection"]["rows"][0]
        open_page("explainability", id=str(table.column("id")[position].as_py()))


def _test_of(check: str, column: Column) -> Test | None:
    """What rows are looked for, by check."""
    if check == "missing":
        return Missing()
    if check == "range" and isinstance(column.bins, NumericBins):
        kind = column.kind if column.kind in ("datetime", "text") else "numeric"
        return Outside(column.bins.minimum, column.bins.maximum, kind)  # type: ignore[arg-type]
    if check == "unseen_category" and isinstance(column.bins, CategoryBins):
        return NotAmong(tuple(column.bins.categories))
    return None


def _statuses() -> dict[Status, str]:
    return {status: status_word(status) for status in Status}


def show_quarantine(found: Overview) -> None:
    """How many rows were set aside, mostly why, and the way there."""
    section(_("Quarantine"), quality.quarantine_text(found.report))
    link("quarantine", _("Look at the quarantined rows"), icon=":material/shield_question:")
