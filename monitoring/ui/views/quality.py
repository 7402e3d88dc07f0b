"""What the page on data quality says: faults in a sentence, the grid of checks and windows, the table of checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from monitoring.document import iso
from monitoring.quality.charts import CheckGrid
from monitoring.quality.evidence import Extremes, UnseenValues, WorstWindow
from monitoring.quality.report import VOLUME, CheckResult, QualityReport, QualityWindow
from monitoring.spec import Kind
from monitoring.thresholds import Status, needs_attention, worst
from monitoring.traces import Windows
from monitoring.ui import format as fmt
from monitoring.ui.components import Tile, status_text
from monitoring.ui.i18n import N_, _, language, ngettext
from monitoring.ui.labels import check_word
from monitoring.ui.views.names import Names, during
from monitoring.ui.views.quarantine import reason_word
from monitoring.ui.views.timeline import all_of, axis_label, some_of
from monitoring.ui.views.wording import NO_SHARE
from monitoring.windows import Grain, Window, windows_between

SEPARATOR = "\x1f"
_MEANINGS: Mapping[str, str] = {
    "missing": N_("Counts rows without a value, against the share that the reference had."),
    "type": N_("Counts rows that were refused because the column held another type of value."),
    "range": N_("Counts rows below the smallest or above the largest value of the reference."),
    "unseen_category": N_("Counts rows with a category that the reference does not have."),
    "constant": N_("Notices a column that varied in the reference and now has one value only."),
    "volume": N_("Compares how many rows came with what earlier windows of the same phase had."),
}
_RULES: Mapping[str, str] = {
    "missing": N_(
        "A rise by more than 5 percentage points is a warning, by more than 20 it is critical, if Fisher’s exact "
        "test rules out chance (p < 0.01). Fewer missing values are no fault."
    ),
    "type": N_(
        "Any such row is a warning, more than 5% of the rows are critical. A refused row without a readable time "
        "counts in the period and in none of its windows."
    ),
    "range": N_(
        "More than 1% of the rows is a warning, more than 10% is critical, if Fisher’s exact test rules out chance "
        "(p < 0.01). A reference that saw one season only calls every other season out of range."
    ),
    "unseen_category": N_(
        "More than 1% of the rows is a warning, more than 10% is critical, if Fisher’s exact test rules out chance "
        "(p < 0.01). A new spelling of a known category counts as unseen."
    ),
    "constant": N_(
        "A warning from 50 rows on. A value that is stuck for a part of a window is not seen here."
    ),
    "volume": N_(
        "Twice or half the usual number is a warning, five times or a fifth is critical, if chance is ruled out "
        "(Poisson, p < 0.01). Usual is the median of up to eight earlier windows of the same phase."
    ),
}
_SEVERITY = (Status.UNDEFINED, Status.NOT_ENOUGH_DATA, Status.OK, Status.WARNING, Status.CRITICAL)


@dataclass(frozen=True, slots=True)
class Fault:
    """A check of a column that needed attention, over the period or in some of its windows."""

    whole: CheckResult
    by_window: tuple[tuple[QualityWindow, CheckResult], ...]

    @property
    def key(self) -> str:
        """What it is called in figures: the check and its column."""
        return key_of(self.whole)

    @property
    def status(self) -> Status:
        """The worst of the period and its windows."""
        return worst([self.whole.status, *(result.status for _window, result in self.by_window)])

    @property
    def n_rows(self) -> int:
        """Rows at fault: those of the period, or where only windows are at fault, theirs."""
        if needs_attention(self.whole.status) and self.whole.check != VOLUME:
            return self.whole.n_rows
        return sum(result.n_rows for _window, result in self.by_window)

    @property
    def peak(self) -> CheckResult:
        """The worst answer of all windows, or that of the period."""
        answers = [result for _window, result in self.by_window] or [self.whole]
        return max(answers, key=lambda result: (_SEVERITY.index(result.status), result.value or 0.0))


@dataclass(frozen=True, slots=True)
class Overview:
    """The checks of a report, with those that needed attention apart, the most urgent first."""

    report: QualityReport
    faults: tuple[Fault, ...]
    timezone: str

    @property
    def grain(self) -> Grain:
        """The window that the report is told in."""
        return cast(Grain, self.report.heading.window)


def key_of(result: CheckResult) -> str:
    """A check and its column as one text."""
    return f"{result.check}{SEPARATOR}{result.column or ''}"


def overview(report: QualityReport, timezone: str) -> Overview:
    """A report as the page shows it."""
    seen: dict[str, list[tuple[QualityWindow, CheckResult]]] = {}
    for window in report.windows:
        for result in window.checks:
            seen.setdefault(key_of(result), []).append((window, result))
    faults = [
        Fault(result, tuple(seen.get(key_of(result), ())))
        for result in report.checks
        if needs_attention(result.status) or key_of(result) in seen
    ]
    faults.sort(key=_urgency, reverse=True)
    return Overview(report, tuple(faults), timezone)


def _urgency(fault: Fault) -> tuple[int, int, int, int]:
    last = max((window.start.timestamp() for window, _result in fault.by_window), default=0.0)
    place = _SEVERITY.index(fault.whole.status)
    return place, _SEVERITY.index(fault.status), len(fault.by_window), int(last)


def subject(result: CheckResult, names: Names) -> str:
    """A check with its column, for a heading or a row: Missing values: distance."""
    if result.column is None:
        return check_word(result.check)
    return _("{check}: {columns}").format(
        check=check_word(result.check), columns=column_title(result.column, names)
    )


def column_title(column: str, names: Names) -> str:
    """A column by its name, with what it means where the specification says so."""
    meaning = names.spec.labelled(column, language())
    return column if meaning == column else _("{column} ({meaning})").format(column=column, meaning=meaning)


def answer(found: Overview, names: Names) -> str:
    """Whether the data can be trusted, in a sentence."""
    report, total = found.report, len(found.report.checks)
    rows = ngettext("{count} row", "{count} rows", report.n).format(count=fmt.integer(report.n))
    windows = all_of(len(report.windows), found.grain)
    if not found.faults:
        text = ngettext(
            "The data can be trusted: {count} check passed over {rows} {windows}.",
            "The data can be trusted: all {count} checks passed over {rows} {windows}.",
            total,
        )
        return text.format(count=fmt.integer(total), rows=rows, windows=windows)
    lasting = [fault for fault in found.faults if needs_attention(fault.whole.status)]
    if not lasting:
        text = ngettext(
            "Over the whole period the data can be trusted; {count} of {total} checks stood out in single windows.",
            "Over the whole period the data can be trusted; {count} of {total} checks stood out in single windows.",
            len(found.faults),
        )
        first = max(found.faults, key=lambda fault: (_SEVERITY.index(fault.status), len(fault.by_window)))
        worst_of_all = _("The most serious: {fault}, {since}.").format(
            fault=fault_text(first.peak, names), since=since(first, found)
        )
        stood_out = text.format(count=fmt.integer(len(found.faults)), total=fmt.integer(total))
        return f"{stood_out} {worst_of_all}"
    first = lasting[0]
    sentence = _("{fault}, {since}.").format(
        fault=fault_text(first.whole if first.whole.check != VOLUME else first.peak, names),
        since=since(first, found),
    )
    more = len(lasting) - 1
    if not more:
        return sentence
    text = ngettext("{count} more check needs attention.", "{count} more checks need attention.", more)
    return f"{sentence} {text.format(count=fmt.integer(more))}"


def fault_text(result: CheckResult, names: Names) -> str:
    """What a check found, as a sentence begins."""
    what = subject(result, names)
    if result.check == VOLUME:
        return _("{check}: {count} rows where {usual} are usual").format(
            check=what, count=fmt.number(result.value), usual=fmt.number(result.expected)
        )
    if result.check in NO_SHARE:
        return _("{check} in {rows}").format(check=what, rows=rows_text(result.n_rows))
    return _("{check}, {share} of the rows instead of {expected}").format(
        check=what, share=fmt.percent(result.value), expected=fmt.percent(result.expected)
    )


def check_answer(found: Overview, result: CheckResult, names: Names) -> str:
    """How one check stands, in a sentence."""
    fault = next((fault for fault in found.faults if fault.key == key_of(result)), None)
    if fault is None:
        return _("This check passed over {rows}.").format(rows=rows_text(found.report.n))
    if needs_attention(result.status):
        return _("{fault}, {since}.").format(
            fault=fault_text(fault.peak if result.check == VOLUME else result, names),
            since=since(fault, found),
        )
    return _("Fine over the whole period; it stood out {windows}, at most {value}.").format(
        windows=some_of(len(fault.by_window), len(found.report.windows), found.grain),
        value=amount(fault.peak, fault.peak.value),
    )


def rows_text(count: int) -> str:
    """How many rows."""
    return ngettext("{count} row", "{count} rows", count).format(count=fmt.integer(count))


def since(fault: Fault, found: Overview) -> str:
    """When a fault was seen, as it stands in a sentence: since a day, or until one, or in how many windows."""
    if not fault.by_window:
        return _("over the whole period")
    first, last = fault.by_window[0][0], fault.by_window[-1][0]
    newest = found.report.windows[-1]
    if first is last:
        return during(first.start, found.grain, found.timezone)
    seen = [window for window in found.report.windows if first.start <= window.start <= last.start]
    if len(seen) == len(fault.by_window) and last is newest:
        return _("since {day}").format(day=fmt.day(first.start, found.timezone))
    return some_of(len(fault.by_window), len(found.report.windows), found.grain)


def note(found: Overview) -> str:
    """Over which rows."""
    heading = found.report.heading
    return " · ".join([fmt.period(heading.from_, heading.to, found.timezone), rows_text(found.report.n)])


def tiles_of(found: Overview) -> list[Tile]:
    """Rows, checks that need attention, and quarantined rows."""
    report = found.report
    lasting = sum(needs_attention(fault.whole.status) for fault in found.faults)
    refused = report.quarantine.rows
    return [
        Tile(
            _("Rows checked"),
            fmt.integer(report.n),
            detail=all_of(len(report.windows), found.grain),
            trend=[float(window.n) for window in report.windows],
            alt=_("Rows by window"),
        ),
        Tile(
            _("Checks that need attention"),
            _("{count} of {total}").format(count=fmt.integer(lasting), total=fmt.integer(len(report.checks))),
            report.status,
            _("over the whole period"),
            [float(len(window.checks)) for window in report.windows],
            alt=_("Checks that need attention, by window"),
        ),
        Tile(
            _("Quarantined rows"),
            fmt.integer(refused),
            detail=_("{share} of what came in").format(share=fmt.percent(refused_share(report), 2)),
        ),
    ]


def refused_share(report: QualityReport) -> float:
    """Share of the rows that were set aside, of all that came in."""
    total = report.n + report.quarantine.rows
    return report.quarantine.rows / total if total else 0.0


def grid(found: Overview, names: Names) -> CheckGrid:
    """Everything that ever needed attention, by window."""
    report = found.report
    start, end = report.windows[0].start, report.windows[-1].end
    windows = windows_between(start, end, found.grain, found.timezone)
    place = {window.start: index for index, window in enumerate(windows)}
    status = np.full((len(found.faults), len(windows)), "", dtype=object)
    hover = np.full(status.shape, "", dtype=object)
    for row, fault in enumerate(found.faults):
        title = subject(fault.whole, names)
        for window in report.windows:
            status[row, place[window.start]] = (
                Status.NOT_ENOUGH_DATA if window.status is Status.NOT_ENOUGH_DATA else Status.OK
            )
            hover[row, place[window.start]] = title
        for window, result in fault.by_window:
            status[row, place[window.start]] = result.status
            hover[row, place[window.start]] = fault_text(result, names)
    labels = [fmt.window(window.start, found.grain, found.timezone) for window in windows]
    for column, label in enumerate(labels):
        hover[:, column] = [f"{label}: {text}" for text in hover[:, column]]
    return CheckGrid(
        [fault.key for fault in found.faults],
        [short(fault.whole) for fault in found.faults],
        window_names(windows, found.grain, found.timezone),
        status,
        hover,
    )


def hover(result: CheckResult, window: str) -> str:
    """One window's answer: found, expected, rows."""
    return _("{window}: {found} found, {expected} expected, {rows}").format(
        window=window,
        found=amount(result, result.value),
        expected=amount(result, result.expected),
        rows=rows_text(result.n_rows),
    )


def short(result: CheckResult) -> str:
    """A check with its column's name, for an axis."""
    word = check_word(result.check)
    return f"{result.column} · {word}" if result.column else word


def window_names(windows: Sequence[Window], grain: Grain, timezone: str, chosen: str = "") -> Windows:
    """Windows as figures name them."""
    with_year = bool(windows) and windows[0].start.year != windows[-1].start.year
    return Windows(
        [iso(window.start) for window in windows],
        [fmt.window(window.start, grain, timezone) for window in windows],
        [axis_label(window.start, grain, timezone, with_year=with_year) for window in windows],
        chosen,
    )


def table(
    results: Iterable[CheckResult], names: Names, grain: Grain, timezone: str
) -> dict[str, list[object]]:
    """Checks with what was found and expected."""
    listed = list(results)
    return {
        _("Status"): [status_text(result.status) for result in listed],
        _("Check"): [check_word(result.check) for result in listed],
        _("Column"): [result.column or fmt.DASH for result in listed],
        _("Meaning"): [names.spec.labelled(r.column, language()) if r.column else "" for r in listed],
        _("Found"): [amount(result, result.value) for result in listed],
        _("Expected"): [amount(result, result.expected) for result in listed],
        _("Rows"): [result.n_rows for result in listed],
        _("Detail"): [detail(result, names, grain, timezone) for result in listed],
    }


def fault_table(found: Overview, names: Names) -> dict[str, list[object]]:
    """What needed attention: over the period, in its worst window, and in how many windows."""
    columns = table([fault.whole for fault in found.faults], names, found.grain, found.timezone)
    columns[_("Status")] = [status_text(fault.status) for fault in found.faults]
    columns[_("Rows")] = [fault.n_rows for fault in found.faults]
    columns[_("Worst window")] = [amount(fault.peak, fault.peak.value) for fault in found.faults]
    columns[_("Windows")] = [f"{len(f.by_window)} / {len(found.report.windows)}" for f in found.faults]
    order = (
        "Status",
        "Check",
        "Column",
        "Meaning",
        "Found",
        "Expected",
        "Worst window",
        "Windows",
        "Rows",
        "Detail",
    )
    return {_(name): columns[_(name)] for name in order}


def quarantine_text(report: QualityReport) -> str:
    """How many rows were set aside, and mostly why."""
    quarantine = report.quarantine
    if not quarantine.rows:
        return _("No row of this period was set aside.")
    reason = max(quarantine.reasons, key=lambda name: quarantine.reasons[name])
    text = ngettext(
        "{count} row was set aside; the most frequent reason: {reason}.",
        "{count} rows were set aside; the most frequent reason: {reason}.",
        quarantine.rows,
    )
    return text.format(count=fmt.integer(quarantine.rows), reason=reason_word(reason))


def meaning(check: str) -> str:
    """What a check looks for, in words."""
    return _(_MEANINGS[check])


def rule(check: str) -> str:
    """When a check needs attention, in words."""
    threshold = _(_RULES[check])
    return f"{meaning(check)} {threshold}"


def amount(result: CheckResult, value: float | None) -> str:
    """A check's value: a share as percent, a count of rows, or whether a column is constant."""
    if value is None or fmt.absent(value):
        return fmt.DASH
    if result.check == VOLUME:
        return fmt.integer(round(value))
    if result.check == "constant":
        return _("no longer varies") if value else _("varies")
    return fmt.percent(value, 2)


def detail(result: CheckResult, names: Names, grain: Grain, timezone: str) -> str:
    """What a check found, in the reader's language."""
    match result.evidence:
        case Extremes(low, high, reference_low, reference_high):
            kind = kind_of(result.column, names)
            now, before = (
                _("{lower} to {upper}").format(lower=measured(a, kind), upper=measured(b, kind))
                for a, b in ((low, high), (reference_low, reference_high))
            )
            return _("{now}; in the reference {before}").format(now=now, before=before)
        case UnseenValues(values):
            return ", ".join(values)
        case WorstWindow(start, _end):
            return fmt.window(start, grain, timezone)
    return ""


def kind_of(column: str | None, names: Names) -> Kind:
    """The kind of a feature; outputs of a model are numbers."""
    return next((f.kind for f in names.spec.features or () if f.name == column), "numeric")


def measured(value: float, kind: Kind) -> str:
    """A value as the range check measures it: a number, a moment, the length of a text."""
    if kind != "datetime":
        return fmt.number(value)
    return str(np.datetime64(int(value), "s"))
