"""Computing again what is stale: profiles first, then every domain's results."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from monitoring.document import dumps
from monitoring.drift.report import drift_values
from monitoring.explain.job import explain_reference, explain_windows, write_attributions
from monitoring.explain.report import explain_values
from monitoring.kpis.report import kpi_values
from monitoring.performance.job import has_performance, window_performance, write_performance
from monitoring.performance.report import performance_values
from monitoring.profiles_job import window_profiles, write_window_profiles
from monitoring.quality.report import quality_values
from monitoring.store import Store, attributions, profiles, registry, results, staleness, watches
from monitoring.store.registry import Version
from monitoring.store.results import MetricValue
from monitoring.store.staleness import Stale
from monitoring.summaries import columns_of
from monitoring.watch import watch
from monitoring.windows import Window, base_grain, windows_of

Progress = Callable[[str], None]
Values = Callable[[Store, Version, Window], list[MetricValue]]

_one_at_a_time = threading.Lock()
"""The slower of two would write what it read first over what the other one read later."""

ON_ROWS: dict[str, Values] = {"quality": quality_values, "drift": drift_values}
"""Domains whose results change when rows come in."""
ON_TRUTH: dict[str, Values] = {"performance": performance_values, "kpi": kpi_values}
"""Domains whose results change when rows or truth come in."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did for a version: how many base windows it computed again, and how many results it wrote."""

    model: str
    version: str
    windows: int
    results: int


def refresh(store: Store, model: str | None, progress: Progress) -> list[Refreshed]:
    """Compute again what is stale, of one model or of all. What is not stale is not touched."""
    found = []
    for slug in [model] if model else registry.models(store):
        for version in registry.versions(store, slug):
            with _one_at_a_time:
                found.append(_refresh_version(store, version, progress))
    return found


def _refresh_version(store: Store, version: Version, progress: Progress) -> Refreshed:
    name = f"{version.model} {version.name}"
    _explain_reference_once(store, version, progress)
    stale = staleness.stale(store, version.model, version.name)
    starts = sorted({*stale.inference, *stale.truth})
    if not starts:
        return Refreshed(version.model, version.name, 0, 0)
    progress(f"{name}: {len(starts)} windows to compute")
    _refresh_profiles(store, version, stale)
    progress(f"{name}: profiles are ready")
    values = _values(store, version, stale)
    with store.write() as cursor:
        touched = _report_windows(version, starts)
        for domain, found in values.items():
            results.replace(cursor, version, touched, [domain], found, datetime.now(UTC))
        staleness.settle(cursor, version.model, version.name, stale.arrival)
    state = watch(store, version)
    if state is not None:
        with store.write() as cursor:
            watches.write(cursor, version, dumps(state))
    progress(f"{name}: results are ready")
    return Refreshed(version.model, version.name, len(starts), sum(map(len, values.values())))


def _refresh_profiles(store: Store, version: Version, stale: Stale) -> None:
    zone, base = version.spec.columns.timezone, base_grain(version.spec.window)
    rows = windows_of(stale.inference, base, zone)
    truth = windows_of(stale.truth, base, zone)
    columns = columns_of(store, version)
    by_rows = window_profiles(store, version, columns, rows) if rows else {}
    outcome = [column for column in columns if column.role == "truth"]
    by_truth = window_profiles(store, version, outcome, truth) if truth else {}
    every = sorted({*rows, *truth})
    performance = window_performance(store, version, every) if has_performance(version) else {}
    explained = explain_windows(store, version, rows) if rows and version.spec.artifact else []
    with store.write() as cursor:
        write_window_profiles(cursor, version, columns, [w.start for w in rows], by_rows)
        write_window_profiles(cursor, version, outcome, [w.start for w in truth], by_truth)
        profiles.forget_performance(cursor, version, "inference", [w.start for w in every])
        write_performance(cursor, version, "inference", performance)
        write_attributions(cursor, version, "inference", explained, rows)


def _values(store: Store, version: Version, stale: Stale) -> dict[str, list[MetricValue]]:
    by_rows = _runs(_report_windows(version, stale.inference))
    by_any = _runs(_report_windows(version, [*stale.inference, *stale.truth]))
    values = {
        domain: _over(store, version, function, by_rows) for domain, function in ON_ROWS.items() if by_rows
    }
    if by_rows and version.spec.artifact:
        values["explain"] = _over(store, version, explain_values, by_rows)
    return values | {domain: _over(store, version, function, by_any) for domain, function in ON_TRUTH.items()}


def _over(store: Store, version: Version, function: Values, periods: Sequence[Window]) -> list[MetricValue]:
    return [value for period in periods for value in function(store, version, period)]


def _report_windows(version: Version, starts: Sequence[datetime]) -> list[Window]:
    return windows_of(starts, version.spec.window, version.spec.columns.timezone)


def _runs(windows: Sequence[Window]) -> list[Window]:
    """Windows that touch, as one period each."""
    runs: list[Window] = []
    for window in windows:
        if runs and runs[-1].end == window.start:
            runs[-1] = Window(runs[-1].start, window.end)
        else:
            runs.append(window)
    return runs


def _explain_reference_once(store: Store, version: Version, progress: Progress) -> None:
    """Explain a sample of the reference, when that has not been done: it takes a while, so registering does not."""
    if version.spec.artifact is None or attributions.importance(store, version):
        return
    progress(f"{version.model} {version.name}: explaining the reference")
    explained = explain_reference(store, version)
    with store.write() as cursor:
        write_attributions(cursor, version, "reference", [explained])
