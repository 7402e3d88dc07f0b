"""Performance of a scope: every metric of the task in every window, beside the reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitoring.document import SPREAD, Heading
from monitoring.errors import InvalidInput
from monitoring.performance.classification import BinaryProfile
from monitoring.performance.job import (
    TYPES,
    Profile,
    fetch_outcomes,
    has_performance,
    profile_rows,
    read_performance,
    slices,
)
from monitoring.performance.methods import METHODS
from monitoring.performance.multiclass import MulticlassProfile
from monitoring.scope import ResolvedScope, Scope
from monitoring.spec import AlertRule, Task
from monitoring.store import Store
from monitoring.store.profiles import ProfileKey
from monitoring.store.registry import Version
from monitoring.store.results import MetricValue
from monitoring.store.rows import Rows
from monitoring.summaries import comparison_period, resolve
from monitoring.thresholds import Interval, Status, limit_status, performance_status, worst
from monitoring.windows import Grain, Window, base_grain, window_of, windows_between

PRIMARY: Mapping[Task, str] = {
    "binary_classification": "roc_auc",
    "multiclass_classification": "f1",
    "regression": "mean_absolute_error",
}
"""The metric that speaks for a task where there is room for one."""

YARDSTICK = {"mean_error": "root_mean_squared_error"}
"""Metrics near 0 by nature are judged on the scale of another."""


@dataclass(frozen=True, slots=True)
class MetricEstimate:
    """A metric's value with its 95 % interval and verdict. reason says why there is no value."""

    value: float
    lower: float
    upper: float
    status: Status
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PerformanceSlice:
    """Performance over some rows. maturity: share of the inferences whose truth has come."""

    n: int
    n_truth: int
    maturity: float | None
    status: Status
    metrics: Mapping[str, MetricEstimate]
    confusion: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PerformanceWindow:
    """Performance in one window."""

    start: datetime
    end: datetime
    slice: PerformanceSlice = field(metadata=SPREAD)


@dataclass(frozen=True, slots=True)
class PerformanceReport:
    """Performance of a scope."""

    heading: Heading
    against: str
    primary: str
    windows: tuple[PerformanceWindow, ...]
    overall: PerformanceSlice
    reference: PerformanceSlice


def performance_report(store: Store, scope: Scope) -> PerformanceReport:
    """Every metric of a scope. Raises InvalidInput for a task whose performance Vigie does not know."""
    version, resolved = resolve(store, scope)
    if not has_performance(version):
        raise InvalidInput(f"The performance of the task {version.spec.task!r} is not supported yet.")
    by_window = _profiles(store, version, resolved, resolved.period)
    reference = _reference(store, version, resolved)
    expected = {name: item.value for name, item in _estimates(reference, {}, ()).items()}
    rules = [rule for rule in version.spec.alerts if rule.on == "performance"]
    whole = _merge(version, [profile for _, profile in by_window])
    return PerformanceReport(
        Heading(version.model, version.name, resolved.period.start, resolved.period.end, resolved.window),
        resolved.against,
        PRIMARY[version.spec.task],
        tuple(
            PerformanceWindow(window.start, window.end, _slice(profile, expected, rules))
            for window, profile in by_window
        ),
        _slice(whole, expected, rules),
        _slice(reference, {}, ()),
    )


def performance_values(store: Store, version: Version, period: Window) -> list[MetricValue]:
    """The results of a version's windows against its reference."""
    if not has_performance(version):
        return []
    report = performance_report(store, Scope(version.model, version.name, period.start, period.end))
    return [
        MetricValue(
            "performance",
            name,
            Window(window.start, window.end),
            item.value,
            item.status,
            lower=item.lower,
            upper=item.upper,
            method=f"maturity {window.slice.maturity:.4f}",
        )
        for window in report.windows
        for name, item in window.slice.metrics.items()
    ]


def _profiles(
    store: Store, version: Version, scope: ResolvedScope, period: Window
) -> list[tuple[Window, Profile]]:
    windows = windows_between(period.start, period.end, scope.window, scope.timezone)
    if not _is_kept(version, scope, period):
        source = Rows(version, periods=(period,), segment=scope.segment, with_truth=True)
        table = fetch_outcomes(store, source)
        return [(window, profile_rows(version, part)) for window, part in slices(table, windows)]
    kept = read_performance(store, ProfileKey(version, "inference", scope.segment), period)
    found: dict[Window, list[Profile]] = {}
    for record, profile in kept:
        assert record.window_start is not None  # profiles of inferences are of a window
        found.setdefault(window_of(record.window_start, scope.window, scope.timezone), []).append(profile)
    return [(window, _merge(version, found[window])) for window in windows if window in found]


def _is_kept(version: Version, scope: ResolvedScope, period: Window) -> bool:
    """Whether kept profiles answer: base windows in whole, of all rows or of a declared segment."""
    base: Grain = base_grain(version.spec.window)
    if scope.segment is not None and scope.segment.column not in version.spec.segments:
        return False
    if scope.window == "hour" and base != "hour":
        return False
    return all(
        window_of(moment, base, scope.timezone).start == moment for moment in (period.start, period.end)
    )


def _reference(store: Store, version: Version, scope: ResolvedScope) -> Profile:
    if scope.against not in ("reference", "training"):
        period = comparison_period(version, scope)
        return _merge(version, [profile for _, profile in _profiles(store, version, scope, period)])
    if scope.segment is not None and scope.segment.column not in version.spec.segments:
        source = Rows(version, scope.against, segment=scope.segment)
        return profile_rows(version, fetch_outcomes(store, source))
    kept = read_performance(store, ProfileKey(version, scope.against, scope.segment))
    return _merge(version, [profile for _, profile in kept])


def _merge(version: Version, parts: Sequence[Profile]) -> Profile:
    return TYPES[version.spec.task].merge(*parts)  # type: ignore[arg-type]


def _slice(
    profile: Profile, expected: Mapping[str, float], rules: Sequence[AlertRule]
) -> PerformanceSlice:
    metrics = _estimates(profile, expected, rules)
    primary = metrics.get(PRIMARY[profile.task])
    limited = [metrics[rule.metric].status for rule in rules if rule.metric in metrics]
    return PerformanceSlice(
        profile.n,
        profile.n_truth,
        profile.n_truth / profile.n if profile.n else None,
        worst([*([primary.status] if primary else []), *limited]),
        metrics,
        _confusion(profile),
    )


def _estimates(
    profile: Profile, expected: Mapping[str, float], rules: Sequence[AlertRule]
) -> dict[str, MetricEstimate]:
    maturity = profile.n_truth / profile.n if profile.n else 0.0
    found = {}
    for method in METHODS.values():
        if profile.task not in method.tasks:
            continue
        estimate = method.function(profile)
        status = performance_status(
            Interval(estimate.value, estimate.lower, estimate.upper),
            expected.get(method.name, estimate.value),
            higher_is_better=method.higher_is_better,
            n_truth=profile.n_truth,
            maturity=maturity,
            scale=abs(expected.get(YARDSTICK.get(method.name, method.name), estimate.value)),
        )
        for rule in rules:
            if rule.metric == method.name and status != Status.NOT_ENOUGH_DATA:
                written = limit_status(
                    estimate.value, below=rule.below, above=rule.above, severity=Status(rule.severity)
                )
                status = worst([status, written])
        reason = getattr(estimate, "reason", None)
        found[method.name] = MetricEstimate(
            estimate.value, estimate.lower, estimate.upper, status, str(reason) if reason else None
        )
    return found


def _confusion(profile: Profile) -> dict[str, object]:
    if isinstance(profile, BinaryProfile):
        cells = profile.confusion
        return {"tn": cells.tn, "fp": cells.fp, "fn": cells.fn, "tp": cells.tp}
    if isinstance(profile, MulticlassProfile):
        return {"labels": list(profile.labels), "matrix": profile.confusion.tolist()}
    return {}
