"""The state of a version in one record: how it does now, how it did before, and what went wrong when.

It is computed when a version is refreshed, and kept, so that an overview of any number of models reads a row
each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from monitoring.drift.report import DriftReport, drift_report
from monitoring.kpis.report import KpiReport, kpi_report
from monitoring.performance.job import has_performance
from monitoring.performance.report import PerformanceReport, performance_report
from monitoring.quality.report import QualityReport, quality_report
from monitoring.scope import Scope
from monitoring.store import Store
from monitoring.store import watches as watch_store
from monitoring.store.registry import Version
from monitoring.summaries import resolve
from monitoring.thresholds import Status, needs_attention, worst
from monitoring.windows import Grain, Window, base_grain, fitting_grain, window_of

RECENT = timedelta(days=28)
"""How much of the newest history says how a version does now."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A domain's verdict on one window."""

    start: datetime
    end: datetime
    status: Status


@dataclass(frozen=True, slots=True)
class DomainWatch:
    """A domain: how it stands now, and how it stood in every window of the history."""

    domain: str
    status: Status
    history: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """A figure over time: a KPI, or the performance metric that speaks for the task.

    value: that of the last window that could be judged. expected: the target, or the reference's value.
    """

    domain: str
    name: str
    unit: str | None
    direction: str
    grain: Grain
    status: Status
    value: float | None
    expected: float | None
    window: Verdict | None
    values: tuple[float | None, ...]
    starts: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Episode:
    """A run of windows in which something was not as it should be. value: the worst of them."""

    domain: str
    name: str
    column: str | None
    status: Status
    start: datetime
    end: datetime
    windows: int
    value: float | None
    expected: float | None
    ongoing: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """The state of a version."""

    model: str
    version: str
    first: datetime
    last: datetime
    n: int
    grain: Grain
    status: Status
    recent_start: datetime
    recent_end: datetime
    recent_n: int
    maturity: float | None
    domains: tuple[DomainWatch, ...]
    trends: tuple[Trend, ...]
    episodes: tuple[Episode, ...]


@dataclass(frozen=True, slots=True)
class _Reports:
    """All reports of one scope."""

    quality: QualityReport
    drift: DriftReport
    performance: PerformanceReport | None
    kpis: KpiReport

    @classmethod
    def of(cls, store: Store, version: Version, scope: Scope) -> _Reports:
        return cls(
            quality_report(store, scope),
            drift_report(store, scope),
            performance_report(store, scope) if has_performance(version) else None,
            kpi_report(store, replace(scope, window=None)),
        )


_WATCH = TypeAdapter(Watch)


def watch(store: Store, version: Version) -> Watch | None:
    """The state of a version; None while it has no inferences."""
    everything = Scope(version.model, version.name)
    _, resolved = resolve(store, everything)
    if resolved.period.start == resolved.period.end:
        return None
    grain = history_grain(version, resolved.period)
    history = _Reports.of(store, version, replace(everything, window=grain))
    recent_scope = replace(everything, start=_recent_start(version, resolved.period), end=resolved.period.end)
    recent = _Reports.of(store, version, recent_scope)
    trends = (*_kpi_trends(history.kpis), *_performance_trend(history.performance, recent.performance, grain))
    domains = tuple(_domains(history, recent, trends))
    episodes = sorted(_episodes(history), key=lambda e: (not needs_attention(e.status), e.start))
    slice_ = recent.performance.overall if recent.performance else None
    return Watch(
        model=version.model,
        version=version.name,
        first=resolved.period.start,
        last=resolved.period.end,
        n=history.drift.n_current,
        grain=grain,
        status=worst(domain.status for domain in domains),
        recent_start=recent.drift.heading.from_,
        recent_end=recent.drift.heading.to,
        recent_n=recent.drift.n_current,
        maturity=slice_.maturity if slice_ else None,
        domains=domains,
        trends=trends,
        episodes=tuple(episodes),
    )


def watches(store: Store) -> list[Watch]:
    """The states of all versions as they were last computed, the first registered first."""
    return [_WATCH.validate_json(content) for content in watch_store.read(store)]


def history_grain(version: Version, period: Window) -> Grain:
    """The window in which the history of a version is told."""
    return fitting_grain(period, version.spec.window)


def _recent_start(version: Version, period: Window) -> datetime:
    base = base_grain(version.spec.window)
    start = window_of(period.end - RECENT, base, version.spec.columns.timezone).start
    return max(start, period.start)


def _domains(history: _Reports, recent: _Reports, trends: Sequence[Trend]) -> Iterable[DomainWatch]:
    checked = tuple(Verdict(w.start, w.end, w.status) for w in history.quality.windows)
    yield DomainWatch("quality", recent.quality.status, checked)
    compared = tuple(Verdict(w.start, w.end, w.status) for w in history.drift.windows)
    yield DomainWatch("drift", recent.drift.status, compared)
    if history.performance and recent.performance:
        verdicts = tuple(Verdict(w.start, w.end, w.slice.status) for w in history.performance.windows)
        yield DomainWatch("performance", recent.performance.overall.status, verdicts)
    if history.kpis.kpis:
        yield DomainWatch(
            "kpi", worst(t.status for t in trends if t.domain == "kpi"), tuple(_kpi_history(history.kpis))
        )


def _kpi_history(report: KpiReport) -> Iterable[Verdict]:
    """The worst verdict of all KPIs in each window of the first one's length."""
    statuses: dict[tuple[datetime, datetime], list[Status]] = {}
    for kpi in report.kpis:
        if kpi.per == report.kpis[0].per:
            for window in kpi.windows:
                statuses.setdefault((window.start, window.end), []).append(window.status)
    for (start, end), found in sorted(statuses.items()):
        yield Verdict(start, end, worst(found))


def _kpi_trends(report: KpiReport) -> Iterable[Trend]:
    for kpi in report.kpis:
        judged = [w for w in kpi.windows if w.status in (Status.OK, Status.WARNING, Status.CRITICAL)]
        last = judged[-1] if judged else None
        yield Trend(
            "kpi",
            kpi.name,
            kpi.unit,
            kpi.direction,
            kpi.per,
            last.status if last else Status.NOT_ENOUGH_DATA,
            last.value if last else None,
            kpi.target,
            Verdict(last.start, last.end, last.status) if last else None,
            tuple(w.value for w in kpi.windows),
            tuple(w.start for w in kpi.windows),
        )


def _performance_trend(
    report: PerformanceReport | None, recent: PerformanceReport | None, grain: Grain
) -> Iterable[Trend]:
    if report is None or recent is None:
        return
    name = report.primary
    now = recent.overall.metrics[name]
    yield Trend(
        "performance",
        name,
        None,
        "down" if name.endswith("_error") else "up",
        grain,
        now.status,
        _finite(now.value),
        _finite(report.reference.metrics[name].value),
        Verdict(recent.heading.from_, recent.heading.to, now.status),
        tuple(_finite(w.slice.metrics[name].value) for w in report.windows),
        tuple(w.start for w in report.windows),
    )


@dataclass(frozen=True, slots=True)
class _Point:
    """What one window says of one thing."""

    start: datetime
    end: datetime
    status: Status
    value: float | None
    expected: float | None


def _episodes(history: _Reports) -> Iterable[Episode]:
    for kpi in history.kpis.kpis:
        points = [_Point(w.start, w.end, w.status, w.value, kpi.target) for w in kpi.windows]
        yield from _runs("kpi", kpi.name, None, points, max if kpi.direction == "down" else min)
    if history.performance:
        report, name = history.performance, history.performance.primary
        expected = _finite(report.reference.metrics[name].value)
        found = [(w, w.slice.metrics[name]) for w in report.windows]
        points = [_Point(w.start, w.end, m.status, _finite(m.value), expected) for w, m in found]
        yield from _runs("performance", name, None, points, max if name.endswith("_error") else min)
    yield from _drift_episodes(history.drift)
    yield from _quality_episodes(history.quality)


def _drift_episodes(report: DriftReport) -> Iterable[Episode]:
    for position, feature in enumerate(report.features):
        found = [(w, w.features[position]) for w in report.windows]
        points = [_Point(w.start, w.end, f.status, _finite(f.effect), None) for w, f in found]
        yield from _runs("drift", feature.effect_method, feature.feature, points, max)


def _quality_episodes(report: QualityReport) -> Iterable[Episode]:
    names = {(check.check, check.column): None for window in report.windows for check in window.checks}
    for check, column in names:
        points = []
        for window in report.windows:
            found = next((c for c in window.checks if (c.check, c.column) == (check, column)), None)
            points.append(
                _Point(window.start, window.end, found.status, found.value, found.expected)
                if found
                else _Point(window.start, window.end, Status.OK, None, None)
            )
        yield from _runs("quality", check, column, points, max)


def _runs(
    domain: str,
    name: str,
    column: str | None,
    points: Sequence[_Point],
    pick: Callable[[Iterable[float]], float],
) -> Iterable[Episode]:
    run: list[_Point] = []
    for index, point in enumerate(points):
        if needs_attention(point.status):
            run.append(point)
        if run and (not needs_attention(point.status) or index == len(points) - 1):
            values = [p.value for p in run if p.value is not None]
            yield Episode(
                domain,
                name,
                column,
                worst(p.status for p in run),
                run[0].start,
                run[-1].end,
                len(run),
                pick(values) if values else None,
                run[0].expected,
                run[-1] is points[-1],
            )
            run = []


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
