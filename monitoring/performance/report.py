"""Performance of a scope: every metric of the task in every window, beside the reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitoring.document import SPREAD, Heading
from monitoring.errors import InvalidInput, NotFound, one_of
from monitoring.performance.calibration import ReliabilityPoint, reliability
from monitoring.performance.classification import BinaryProfile
from monitoring.performance.intervals import Estimate, beside
from monitoring.performance.job import (
    Profile,
    by_hour,
    by_value,
    fetch_outcomes,
    has_performance,
    merged,
    profile_rows,
    read_by_value,
    read_performance,
    slices,
)
from monitoring.performance.methods import METHODS, Method, measure
from monitoring.performance.multiclass import MulticlassProfile
from monitoring.scope import ResolvedScope, Scope, Segment
from monitoring.spec import AlertRule, Spec, Task
from monitoring.store import Store
from monitoring.store.profiles import ProfileKey
from monitoring.store.registry import Version
from monitoring.store.results import MetricValue
from monitoring.store.rows import Rows
from monitoring.summaries import comparison_period, kept_and_loose, resolve
from monitoring.thresholds import (
    MATURE,
    MINIMUM_REFERENCE_ROWS,
    MINIMUM_ROWS,
    Status,
    limit_status,
    performance_status,
    worst,
)
from monitoring.windows import Window, base_grain, phase_before, window_of, windows_between

PRIMARY: Mapping[Task, str] = {
    "binary_classification": "roc_auc",
    "multiclass_classification": "f1",
    "regression": "mean_absolute_error",
}
"""The metric that speaks for a task where there is room for one."""

WITHOUT_SCORE = "f1"
"""The metric that speaks for a classification that logs no scores."""

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
    """Performance of a scope. reliability: how often positives came for each predicted probability."""

    heading: Heading
    against: str
    primary: str
    windows: tuple[PerformanceWindow, ...]
    overall: PerformanceSlice
    reference: PerformanceSlice
    reliability: tuple[ReliabilityPoint, ...]
    reliability_reference: tuple[ReliabilityPoint, ...]


@dataclass(frozen=True, slots=True)
class GroupPerformance:
    """Performance of rows that share a value, and of the rows with that value that it is compared with."""

    value: str
    slice: PerformanceSlice
    reference: PerformanceSlice


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What a slice is judged by: the metrics of what it is compared with, and the limits that somebody wrote."""

    metrics: Mapping[str, Estimate]
    n_truth: int
    rules: tuple[AlertRule, ...]
    primary: str

    @classmethod
    def of(cls, version: Version, compared: Profile, rules: Sequence[AlertRule] = ()) -> Yardstick:
        """The metrics of a profile, and rules."""
        return cls(measure(compared), compared.n_truth, tuple(rules), primary_metric(version.spec))


def performance_report(store: Store, scope: Scope) -> PerformanceReport:
    """Every metric of a scope. Raises InvalidInput for a task whose performance Vigie does not know."""
    version, resolved = resolve(store, scope)
    require_performance(version)
    by_window = profiles_of(store, version, resolved, resolved.period)
    compared = compared_with(store, version, resolved)
    yardstick = Yardstick.of(version, compared, _rules(version, resolved.segment))
    own = _by_phase(store, version, resolved, [window for window, _ in by_window])
    whole = merged(version, [profile for _, profile in by_window])
    return PerformanceReport(
        Heading(version.model, version.name, resolved.period.start, resolved.period.end, resolved.window),
        resolved.against,
        yardstick.primary,
        tuple(
            PerformanceWindow(window.start, window.end, slice_of(profile, own.get(window, yardstick)))
            for window, profile in by_window
        ),
        slice_of(whole, yardstick),
        slice_of(compared, Yardstick.of(version, compared)),
        _reliability(whole),
        _reliability(compared),
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


def performance_by_value(store: Store, scope: Scope, column: str) -> tuple[GroupPerformance, ...]:
    """Performance of every value of a declared segment, each beside the same value of what the scope is compared with.

    The values with most inferences first. Raises InvalidInput for a column that is no declared segment.
    """
    version, resolved = resolve(store, scope)
    require_performance(version)
    if column not in version.spec.segments:
        raise InvalidInput(
            f"{column!r} is no segment of {version.model!r} {version.name!r}.",
            one_of(column, version.spec.segments),
        )
    current = _values_of(store, version, resolved, column, resolved.period)
    if resolved.against not in ("reference", "training"):
        period = comparison_period(version, resolved)
        compared = _values_of(store, version, resolved, column, period)
    elif resolved.segment is None:
        compared = read_by_value(store, version, resolved.against, column)
    else:
        source = Rows(version, resolved.against, segment=resolved.segment)
        compared = by_value(version, fetch_outcomes(store, source), column)
    groups = [
        _group(version, value, profile, compared.get(value), _rules(version, Segment(column, value)))
        for value, profile in current.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.slice.n, group.value)))


def performance_by_hour(store: Store, scope: Scope) -> tuple[GroupPerformance, ...]:
    """Performance of every hour of the day, each beside the same hour of what the scope is compared with.

    From raw rows: profiles are kept for whole windows.
    """
    version, resolved = resolve(store, scope)
    require_performance(version)
    source = Rows(version, periods=(resolved.period,), segment=resolved.segment, with_truth=True)
    if resolved.against in ("reference", "training"):
        beside_it = Rows(version, resolved.against, segment=resolved.segment)
    else:
        beside_it = replace(source, periods=(comparison_period(version, resolved),))
    compared = by_hour(version, fetch_outcomes(store, beside_it))
    current = by_hour(version, fetch_outcomes(store, source))
    return tuple(_group(version, hour, profile, compared.get(hour)) for hour, profile in current.items())


def require_performance(version: Version) -> None:
    """Raise InvalidInput for a task whose performance Vigie does not know."""
    if not has_performance(version):
        raise InvalidInput(f"The performance of the task {version.spec.task!r} is not supported yet.")


def primary_metric(spec: Spec) -> str:
    """The metric that speaks for a version: without logged scores, one that reads predictions only."""
    name = PRIMARY[spec.task]
    return WITHOUT_SCORE if METHODS[name].needs_score and not spec.columns.scores else name


def profiles_of(
    store: Store, version: Version, scope: ResolvedScope, period: Window
) -> list[tuple[Window, Profile]]:
    """The profile of every window of a period that has inferences: kept ones, and rows where a window is cut."""
    windows = windows_between(period.start, period.end, scope.window, scope.timezone)
    kept, loose = kept_and_loose(version, scope.segment, period, scope.window)
    found: dict[Window, list[Profile]] = {}
    if kept is not None:
        for start, profile in read_performance(store, ProfileKey(version, "inference", scope.segment), kept):
            found.setdefault(window_of(start, scope.window, scope.timezone), []).append(profile)
    if loose:
        table = fetch_outcomes(
            store, Rows(version, periods=tuple(loose), segment=scope.segment, with_truth=True)
        )
        for window, part in slices(table, windows):
            found.setdefault(window, []).append(profile_rows(version, part))
    return [(window, merged(version, found[window])) for window in windows if window in found]


def compared_with(store: Store, version: Version, scope: ResolvedScope) -> Profile:
    """The profile of what a scope is compared with. Raises NotFound where there are no training rows."""
    if scope.against not in ("reference", "training"):
        period = comparison_period(version, scope)
        return merged(version, [profile for _, profile in profiles_of(store, version, scope, period)])
    if scope.against == "training" and version.spec.training is None:
        raise NotFound(f"The version {version.name!r} was registered without training rows.")
    if scope.segment is not None and scope.segment.column not in version.spec.segments:
        return profile_rows(
            version, fetch_outcomes(store, Rows(version, scope.against, segment=scope.segment))
        )
    kept = read_performance(store, ProfileKey(version, scope.against, scope.segment))
    return merged(version, [profile for _, profile in kept])


def _values_of(
    store: Store, version: Version, scope: ResolvedScope, column: str, period: Window
) -> dict[str, Profile]:
    if scope.segment is None:
        kept, loose = kept_and_loose(version, None, period, base_grain(version.spec.window))
    else:
        kept, loose = None, [period]
    parts = [read_by_value(store, version, "inference", column, kept)] if kept else []
    if loose:
        source = Rows(version, periods=tuple(loose), segment=scope.segment, with_truth=True)
        parts.append(by_value(version, fetch_outcomes(store, source), column))
    values = sorted({value for part in parts for value in part})
    return {value: merged(version, [part[value] for part in parts if value in part]) for value in values}


def _group(
    version: Version,
    value: str,
    profile: Profile,
    compared: Profile | None,
    rules: Sequence[AlertRule] = (),
) -> GroupPerformance:
    known = compared if compared is not None else merged(version, [])
    return GroupPerformance(
        value,
        slice_of(profile, Yardstick.of(version, known, rules)),
        slice_of(known, Yardstick.of(version, known)),
    )


def _rules(version: Version, segment: Segment | None) -> list[AlertRule]:
    """The limits that somebody wrote for these rows: for all of them, or for this segment."""
    name = str(segment) if segment else None
    return [rule for rule in version.spec.alerts if rule.on == "performance" and rule.segment == name]


def _by_phase(
    store: Store, version: Version, scope: ResolvedScope, windows: Sequence[Window]
) -> dict[Window, Yardstick]:
    """What each window of a season is compared with: its own phase one season earlier."""
    if scope.against != "season" or not windows:
        return {}
    phases = {w: phase_before(w, version.spec.season, scope.window, scope.timezone) for w in windows}
    known = [phase for phase in phases.values() if phase is not None]
    before = dict(profiles_of(store, version, scope, Window(known[0].start, known[-1].end)))
    rules = _rules(version, scope.segment)
    return {
        window: Yardstick.of(version, before[phase] if phase in before else merged(version, []), rules)
        for window, phase in phases.items()
        if phase is not None
    }


def slice_of(profile: Profile, yardstick: Yardstick) -> PerformanceSlice:
    """All metrics of a profile with their verdicts. The slice's own verdict is that of the primary metric, and of
    every metric that has a written limit.
    """
    metrics = {
        name: _judged(METHODS[name], estimate, profile, yardstick)
        for name, estimate in measure(profile).items()
    }
    decisive = [yardstick.primary, *(rule.metric for rule in yardstick.rules)]
    return PerformanceSlice(
        profile.n,
        profile.n_truth,
        profile.n_truth / profile.n if profile.n else None,
        worst(metrics[name].status for name in decisive if name in metrics),
        metrics,
        _confusion(profile),
    )


def _judged(method: Method, estimate: Estimate, profile: Profile, yardstick: Yardstick) -> MetricEstimate:
    maturity = profile.n_truth / profile.n if profile.n else 0.0
    compared = yardstick.metrics[method.name]
    status = performance_status(
        beside(estimate, compared),
        compared.value,
        higher_is_better=method.higher_is_better,
        n_truth=yardstick.n_truth if 0 < yardstick.n_truth < MINIMUM_REFERENCE_ROWS else profile.n_truth,
        maturity=maturity,
        scale=abs(yardstick.metrics[YARDSTICK.get(method.name, method.name)].value),
    )
    if maturity >= MATURE and profile.n_truth >= MINIMUM_ROWS:
        limits = [
            limit_status(estimate.value, below=rule.below, above=rule.above, severity=Status(rule.severity))
            for rule in yardstick.rules
            if rule.metric == method.name
        ]
        status = worst([status, *limits])
    reason = str(estimate.reason) if estimate.reason else None
    return MetricEstimate(estimate.value, estimate.lower, estimate.upper, status, reason)


def _reliability(profile: Profile) -> tuple[ReliabilityPoint, ...]:
    return tuple(reliability(profile.bins)) if isinstance(profile, BinaryProfile) else ()


def _confusion(profile: Profile) -> dict[str, object]:
    if isinstance(profile, BinaryProfile):
        cells = profile.confusion
        return {"tn": cells.tn, "fp": cells.fp, "fn": cells.fn, "tp": cells.tp}
    if isinstance(profile, MulticlassProfile):
        return {"labels": list(profile.labels), "matrix": profile.confusion.tolist()}
    return {}
