"""Data quality of a scope: every check of every column, for the period and for each of its windows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from monitoring.document import Heading
from monitoring.profiling.binning import CategoryBins, NumericBins
from monitoring.profiling.profile import Profiles
from monitoring.quality.checks import CHECKS, Counts, Outcome, Tally
from monitoring.quality.volume import log_ratio, usual_volume
from monitoring.scope import Scope
from monitoring.store import Store, intake
from monitoring.store.registry import Version
from monitoring.store.results import MetricValue
from monitoring.summaries import Column, Summary, summarise
from monitoring.thresholds import Status, needs_attention, volume_status, worst
from monitoring.windows import Window, windows_between

SEASON_WINDOWS = {("week", "day"): 7, ("day", "hour"): 24, ("week", "hour"): 168, ("year", "week"): 52}
"""How many windows make a season, by season and window."""
UNSEEN_SHOWN = 5


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


@dataclass(frozen=True, slots=True)
class QualityWindow:
    """The checks of one window."""

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


def quality_report(store: Store, scope: Scope) -> QualityReport:
    """Every check of a scope."""
    summary = summarise(store, scope, roles=("feature", "prediction", "score"))
    resolved = summary.scope
    counts = intake.quarantine_counts(store, resolved.model, resolved.version, resolved.period)
    mistyped = {item.column: item.rows for item in counts if item.column}
    whole = _column_checks(summary.columns, summary.whole, summary.against, 1, mistyped)
    checks = [*(whole[0] if whole else ()), *_volume_of_period(summary)]
    windows = tuple(_windows(summary))
    return QualityReport(
        Heading(resolved.model, resolved.version, resolved.period.start, resolved.period.end, resolved.window),
        sum(window.n for window in windows),
        worst(check.status for check in checks),
        tuple(checks),
        Quarantine(sum(item.rows for item in counts), {item.reason: item.rows for item in counts}),
        windows,
    )


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


def tally(profiles: Profiles, mistyped: int = 0) -> Tally:
    """A column's profiles as checks read them."""
    return Tally(
        n=profiles.n,
        missing=profiles.missing,
        outside=profiles.outside,
        mistyped=np.full(profiles.n_groups, mistyped, dtype=np.int64),
        distinct=_distinct(profiles),
        fullest=profiles.counts.max(axis=1),
    )


def _distinct(profiles: Profiles) -> Counts:
    """How many bins have rows; at least two where numbers differ within one bin."""
    occupied = np.count_nonzero(profiles.counts, axis=1)
    varies = profiles.minimum < profiles.maximum
    return np.asarray(np.where(varies, np.maximum(occupied, 2), occupied), dtype=np.int64)


def _column_checks(
    columns: Sequence[Column],
    current: Mapping[str, Profiles],
    reference: Mapping[str, Profiles],
    n_groups: int,
    mistyped: Mapping[str, int],
) -> list[list[CheckResult]]:
    found: list[list[CheckResult]] = [[] for _ in range(n_groups)]
    for column in columns:
        before = tally(reference[column.stored])
        after = tally(current[column.stored], mistyped.get(column.name, 0))
        for check in CHECKS.values():
            if column.kind not in check.kinds or column.role not in check.roles:
                continue
            for group, outcome in enumerate(check.function(before, after)):
                found[group].append(_result(check.name, column, outcome, current[column.stored], group))
    return found


def _result(check: str, column: Column, outcome: Outcome, profiles: Profiles, group: int) -> CheckResult:
    detail = _detail(check, column, profiles, group) if outcome.n_rows else ""
    return CheckResult(
        check, column.name, outcome.status, outcome.value, outcome.expected, outcome.n_rows, detail
    )


def _detail(check: str, column: Column, profiles: Profiles, group: int) -> str:
    """The values that say what is wrong: a range, or unseen categories."""
    if check == "range" and isinstance(column.bins, NumericBins):
        return (
            f"{profiles.minimum[group]:.6g} to {profiles.maximum[group]:.6g}; "
            f"reference {column.bins.minimum:.6g} to {column.bins.maximum:.6g}"
        )
    if check == "unseen_category" and isinstance(column.bins, CategoryBins):
        unseen = sorted(profiles.unseen[group].items(), key=lambda item: (-item[1], item[0]))
        return ", ".join(repr(value[:80]) for value, _ in unseen[:UNSEEN_SHOWN])
    return ""


def _windows(summary: Summary) -> list[QualityWindow]:
    checks = _column_checks(summary.columns, summary.by_window, summary.against, len(summary.windows), {})
    volumes = dict(zip(summary.windows, _volumes(summary), strict=True))
    counts = _row_counts(summary)
    found = []
    for window, of_columns, n in zip(summary.windows, checks, counts, strict=True):
        kept = [check for check in (*of_columns, volumes[window]) if check.status != Status.NOT_ENOUGH_DATA]
        status = worst(check.status for check in kept)
        notable = tuple(check for check in kept if needs_attention(check.status))
        found.append(QualityWindow(window.start, window.end, n, status, notable))
    return found


def _row_counts(summary: Summary) -> list[int]:
    first = next(iter(summary.by_window.values()), None)
    return [] if first is None else [int(n) for n in first.n]


def _volumes(summary: Summary) -> list[CheckResult]:
    """The volume check of every window that has rows, against earlier windows of the same phase."""
    scope = summary.scope
    every = windows_between(scope.period.start, scope.period.end, scope.window, scope.timezone)
    by_window = dict(zip(summary.windows, _row_counts(summary), strict=True))
    counts = [by_window.get(window, 0) for window in every]
    usual = usual_volume(counts, SEASON_WINDOWS.get((summary.version.spec.season, scope.window), 1))
    return [
        CheckResult(
            "volume",
            None,
            volume_status(log_ratio(count, expected)),
            float(count),
            None if math.isnan(expected) else float(expected),
            count,
            "",
        )
        for window, count, expected in zip(every, counts, usual.tolist(), strict=True)
        if window in by_window
    ]


def _volume_of_period(summary: Summary) -> list[CheckResult]:
    """The volume check of a period: its worst window."""
    volumes = list(zip(summary.windows, _volumes(summary), strict=True))
    if not volumes:
        return []
    window, check = max(volumes, key=lambda item: (needs_attention(item[1].status), _distance(item[1])))
    return [
        CheckResult(
            check.check, None, check.status, check.value, check.expected, check.n_rows, window.start.date().isoformat()
        )
    ]


def _distance(check: CheckResult) -> float:
    ratio = log_ratio(check.value or 0.0, math.nan if check.expected is None else check.expected)
    return 0.0 if math.isnan(ratio) else abs(ratio)
