"""Data quality of a scope: every check of every column, for the period and for each of its windows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from monitoring.document import Heading
from monitoring.errors import NotFound, one_of
from monitoring.profiling.binning import Bins, CategoryBins, NumericBins
from monitoring.profiling.profile import Profiles
from monitoring.quality.checks import CHECKS, Check, Counts, Outcome, Tally
from monitoring.quality.evidence import Evidence, Extremes, WorstWindow, sentence, unseen_values
from monitoring.quality.volume import MEMORY, log_ratio, usual_volume, volume_pvalue
from monitoring.scope import ResolvedScope, Scope
from monitoring.store import Store, intake
from monitoring.store.offending import mistyped_by_window
from monitoring.store.registry import Version
from monitoring.store.results import MetricValue
from monitoring.summaries import Column, Summary, summarise, whole_period
from monitoring.thresholds import Status, needs_attention, volume_status, worst
from monitoring.windows import Window, base_grain, window_of, windows_between

SEASON_WINDOWS = {
    ("week", "day"): 7,
    ("day", "hour"): 24,
    ("week", "hour"): 168,
    ("year", "week"): 52,
    ("year", "month"): 12,
}
"""How many windows make a season, by season and window."""

ROLES = ("feature", "prediction", "score")
"""The columns that are checked. Truth comes later than its row, so that its absence says nothing about it."""

VOLUME = "volume"
_LONGEST = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1, hours=1),
    "week": timedelta(weeks=1, hours=1),
    "month": timedelta(days=31, hours=1),
}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check's answer: what was found, what was expected, and in how many rows."""

    check: str
    column: str | None
    status: Status
    value: float | None
    expected: float | None
    n_rows: int
    detail: str
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class QualityWindow:
    """The checks of one window that need attention. A window without rows is there when it should have some."""

    start: datetime
    end: datetime
    n: int
    status: Status
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Rows that were refused, by reason."""

    rows: int
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class QualityReport:
    """Data quality of a scope."""

    heading: Heading
    n: int
    status: Status
    checks: tuple[CheckResult, ...]
    quarantine: Quarantine
    windows: tuple[QualityWindow, ...]


@dataclass(frozen=True, slots=True)
class CheckHistory:
    """One check of one column in every window that has rows; for the volume also in those that have none."""

    windows: tuple[Window, ...]
    results: tuple[CheckResult, ...]


def quality_report(store: Store, scope: Scope) -> QualityReport:
    """Every check of a scope."""
    summary = summarise(store, scope, roles=ROLES)
    resolved = summary.scope
    counts = intake.quarantine_counts(store, resolved.model, resolved.version, resolved.period)
    mistyped: dict[str, int] = {}
    for item in counts:
        if item.column:
            mistyped[item.column] = mistyped.get(item.column, 0) + item.rows
    checks = [
        result
        for column in summary.columns
        for check in _checks_of(column)
        for result in _results(
            check, column, summary.whole, summary.against, np.array([mistyped.get(column.name, 0)])
        )
    ]
    volumes = _volumes(store, scope, summary)
    checks += _volume_of_period(volumes)
    return QualityReport(
        Heading(
            resolved.model, resolved.version, resolved.period.start, resolved.period.end, resolved.window
        ),
        sum(_row_counts(summary)),
        worst(check.status for check in checks),
        tuple(checks),
        Quarantine(sum(item.rows for item in counts), _by_reason(counts)),
        tuple(_windows(store, summary, volumes)),
    )


def check_history(store: Store, scope: Scope, check: str, column: str | None) -> CheckHistory:
    """One check of one column over time; the volume has no column."""
    if check == VOLUME:
        volumes = _volumes(store, scope, summarise(store, scope, roles=("prediction",)))
        return CheckHistory(tuple(volumes), tuple(volumes.values()))
    summary = summarise(store, scope, roles=ROLES)
    found = next((c for c in summary.columns if c.name == column), None)
    if found is None:
        raise NotFound(
            f"There is no column {column!r}.", one_of(column or "", [c.name for c in summary.columns])
        )
    possible = {c.name: c for c in _checks_of(found)}
    if check not in possible:
        raise NotFound(f"The column {column!r} has no check {check!r}.", one_of(check, possible))
    mistyped = mistyped_by_window(store, summary.version, summary.windows).get(found.name)
    results = _results(possible[check], found, summary.by_window, summary.against, mistyped)
    return CheckHistory(summary.windows, tuple(results))


def quality_values(store: Store, version: Version, period: Window) -> list[MetricValue]:
    """The results of a version's windows."""
    report = quality_report(store, Scope(version.model, version.name, period.start, period.end))
    return [
        MetricValue(
            "quality",
            check.check,
            Window(window.start, window.end),
            math.nan if check.value is None else check.value,
            check.status,
            column=check.column or "",
            method=check.detail,
        )
        for window in report.windows
        for check in window.checks
    ]


def tally(profiles: Profiles, bins: Bins, mistyped: Counts | None = None) -> Tally:
    """A column's profiles as checks read them."""
    return Tally(
        n=profiles.n,
        missing=profiles.missing,
        outside=profiles.outside,
        lonely=_lonely(profiles, bins),
        mistyped=np.zeros(profiles.n_groups, dtype=np.int64) if mistyped is None else mistyped,
        distinct=_distinct(profiles),
        fullest=profiles.counts.max(axis=1),
    )


def _lonely(profiles: Profiles, bins: Bins) -> Counts:
    """Rows alone in their category; the smallest and the largest number, where no other row has them."""
    if not isinstance(bins, NumericBins):
        return np.asarray((profiles.counts[:, :-1] == 1).sum(axis=1), dtype=np.int64)
    if math.isnan(bins.minimum):
        return np.zeros(profiles.n_groups, dtype=np.int64)
    # The reference's minimum lies in the second bin, its maximum in the last but one.
    repeated = [bins.atom[place] & (profiles.counts[:, place] != 1) for place in (1, -2)]
    return np.asarray(2 - sum(each.astype(np.int64) for each in repeated), dtype=np.int64)


def _distinct(profiles: Profiles) -> Counts:
    """How many bins have rows; at least two where numbers differ within one bin."""
    occupied = np.count_nonzero(profiles.counts, axis=1)
    varies = profiles.minimum < profiles.maximum
    return np.asarray(np.where(varies, np.maximum(occupied, 2), occupied), dtype=np.int64)


def _checks_of(column: Column) -> list[Check]:
    return [c for c in CHECKS.values() if column.kind in c.kinds and column.role in c.roles]


def _results(
    check: Check,
    column: Column,
    current: Mapping[str, Profiles],
    reference: Mapping[str, Profiles],
    mistyped: Counts | None,
) -> list[CheckResult]:
    """A check's answer for a column in every group of `current`."""
    profiles = current[column.stored]
    outcomes = check.function(
        tally(reference[column.stored], column.bins), tally(profiles, column.bins, mistyped)
    )
    return [_result(check.name, column, outcome, profiles, group) for group, outcome in enumerate(outcomes)]


def _result(check: str, column: Column, outcome: Outcome, profiles: Profiles, group: int) -> CheckResult:
    found = _evidence(check, column, profiles, group) if outcome.n_rows else None
    return CheckResult(
        check,
        column.name,
        outcome.status,
        outcome.value,
        outcome.expected,
        outcome.n_rows,
        sentence(found, column.kind),  # type: ignore[arg-type]
        found,
    )


def _evidence(check: str, column: Column, profiles: Profiles, group: int) -> Evidence | None:
    if check == "range" and isinstance(column.bins, NumericBins):
        low, high = float(profiles.minimum[group]), float(profiles.maximum[group])
        return Extremes(low, high, column.bins.minimum, column.bins.maximum)
    if check == "unseen_category" and isinstance(column.bins, CategoryBins):
        return unseen_values(profiles.unseen[group])
    return None


def _windows(
    store: Store, summary: Summary, volumes: Mapping[Window, CheckResult]
) -> Iterable[QualityWindow]:
    """Every window that has rows, and every one that has none though it should."""
    mistyped = mistyped_by_window(store, summary.version, summary.windows)
    by_check = [
        _results(check, column, summary.by_window, summary.against, mistyped.get(column.name))
        for column in summary.columns
        for check in _checks_of(column)
    ]
    counts = dict(zip(summary.windows, _row_counts(summary), strict=True))
    position = {window: index for index, window in enumerate(summary.windows)}
    for window, volume in volumes.items():
        checks = [volume]
        if window in position:
            checks = [*(results[position[window]] for results in by_check), volume]
        elif not needs_attention(volume.status):
            continue
        notable = tuple(check for check in checks if needs_attention(check.status))
        judged = [check.status for check in checks if check.status != Status.NOT_ENOUGH_DATA]
        yield QualityWindow(window.start, window.end, counts.get(window, 0), worst(judged), notable)


def _row_counts(summary: Summary) -> list[int]:
    first = next(iter(summary.by_window.values()), None)
    return [] if first is None else [int(n) for n in first.n]


def _volumes(store: Store, scope: Scope, summary: Summary) -> dict[Window, CheckResult]:
    """The volume check of every window of the period, against earlier windows of the same phase.

    Earlier windows count although they lie before the period. A window that the period cuts, and one that the data
    enter in its middle, are not judged; the newest one may still be filling, so that too few rows say nothing yet.
    """
    asked = summary.scope
    known = whole_period(store, summary.version)
    if known is None:
        return {}
    season = SEASON_WINDOWS.get((summary.version.spec.season, asked.window), 1)
    back = _LONGEST[asked.window] * season * MEMORY
    start = window_of(max(asked.period.start - back, known.start), asked.window, asked.timezone).start
    every = windows_between(min(start, asked.period.start), asked.period.end, asked.window, asked.timezone)
    counts = _counts_since(store, scope, summary, every[0].start if every else start)
    newest = window_of(known.end - timedelta(microseconds=1), base_grain(asked.window), asked.timezone).start
    filled = [
        float(counts.get(window, 0))
        if known.start <= window.start and window.end <= newest and _counts_whole(window, asked)
        else math.nan
        for window in every
    ]
    usual = usual_volume(filled, season)
    if season > 1 and summary.version.spec.season == "year":
        usual = np.where(np.isnan(usual), usual_volume(filled), usual)
    return {
        window: _volume(counts.get(window, 0), expected, window, asked, is_open=math.isnan(complete))
        for window, complete, expected in zip(every, filled, usual.tolist(), strict=True)
        if window.end > asked.period.start
    }


def _counts_whole(window: Window, asked: ResolvedScope) -> bool:
    return window.end <= asked.period.start or (
        asked.period.start <= window.start and window.end <= asked.period.end
    )


def _counts_since(store: Store, scope: Scope, summary: Summary, start: datetime) -> dict[Window, int]:
    """Rows of the windows of the period and of the time before it, from `start` on."""
    period = summary.scope.period
    found = dict(zip(summary.windows, _row_counts(summary), strict=True))
    if start >= period.start:
        return found
    earlier = summarise(
        store,
        replace(scope, start=start, end=period.start, window=summary.scope.window),
        roles=("prediction",),
    )
    return dict(zip(earlier.windows, _row_counts(earlier), strict=True)) | found


def _volume(
    count: int, expected: float, window: Window, asked: ResolvedScope, *, is_open: bool
) -> CheckResult:
    """The verdict on a window's rows; one that is not complete can only have too many."""
    cut = not _counts_whole(window, asked)
    ratio = math.nan if cut or (is_open and not count > expected) else log_ratio(count, expected)
    status = volume_status(ratio, pvalue=volume_pvalue(count, expected))
    usual = None if math.isnan(expected) else expected
    return CheckResult(VOLUME, None, status, float(count), usual, count, "")


def _volume_of_period(volumes: Mapping[Window, CheckResult]) -> list[CheckResult]:
    """The volume check of a period: its worst window."""
    if not volumes:
        return []
    window, check = max(volumes.items(), key=lambda item: (_severity(item[1]), _distance(item[1])))
    found = WorstWindow(window.start, window.end)
    return [replace(check, detail=sentence(found), evidence=found)]


def _severity(check: CheckResult) -> int:
    order = (Status.UNDEFINED, Status.NOT_ENOUGH_DATA, Status.OK, Status.WARNING, Status.CRITICAL)
    return order.index(check.status)


def _distance(check: CheckResult) -> float:
    ratio = log_ratio(check.value or 0.0, math.nan if check.expected is None else check.expected)
    return 0.0 if math.isnan(ratio) else abs(ratio)


def _by_reason(counts: Sequence[intake.QuarantineCount]) -> dict[str, int]:
    reasons: dict[str, int] = {}
    for item in counts:
        reasons[item.reason] = reasons.get(item.reason, 0) + item.rows
    return reasons
