"""KPIs of a scope, window by window, against their targets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitoring.document import Heading
from monitoring.scope import ResolvedScope, Scope
from monitoring.spec import Kpi, Spec
from monitoring.store import Store
from monitoring.store.formula import check_formula, evaluate_by_window
from monitoring.store.registry import Version
from monitoring.store.results import MetricValue
from monitoring.store.rows import Rows, truth_by_window
from monitoring.summaries import resolve, whole_period
from monitoring.thresholds import MATURE, Status, target_status
from monitoring.windows import Grain, Window, windows_between


@dataclass(frozen=True, slots=True)
class KpiWindow:
    """A KPI in one window. maturity: share of the window's inferences whose truth has come.

    A window that the inferences do not fill from start to end is shown and not held against the target.
    """

    start: datetime
    end: datetime
    n: int
    maturity: float
    value: float | None
    status: Status


@dataclass(frozen=True, slots=True)
class KpiSeries:
    """A KPI over time."""

    name: str
    unit: str | None
    direction: str
    target: float | None
    per: Grain
    formula: str
    windows: tuple[KpiWindow, ...]


@dataclass(frozen=True, slots=True)
class KpiReport:
    """The KPIs of a scope."""

    heading: Heading
    kpis: tuple[KpiSeries, ...]


def formula_columns(spec: Spec) -> list[str]:
    """The columns that a KPI's formula may name."""
    features = [feature.name for feature in spec.features or ()]
    return [*spec.columns.names(), *features, *spec.segments, *spec.context]


def kpi_report(store: Store, scope: Scope) -> KpiReport:
    """The KPIs of a scope. A KPI whose target is for another window than the one asked for is shown per its own."""
    version, resolved = resolve(store, scope)
    heading = Heading(
        version.model, version.name, resolved.period.start, resolved.period.end, resolved.window
    )
    return KpiReport(
        heading, tuple(_series(store, version, resolved, kpi, scope.window) for kpi in version.spec.kpis)
    )


def kpi_values(store: Store, version: Version, period: Window) -> list[MetricValue]:
    """The results of all KPIs for the windows that a period touches."""
    values = []
    for kpi in version.spec.kpis:
        grain = version.spec.kpi_grain(kpi)
        windows = windows_between(period.start, period.end, grain, version.spec.columns.timezone)
        for window in _windows(
            store, version, kpi, Rows(version, periods=tuple(windows), with_truth=True), windows, grain
        ):
            span = Window(window.start, window.end)
            number = math.nan if window.value is None else window.value
            values.append(MetricValue("kpi", kpi.name, span, number, window.status, method=kpi.formula))
    return values


def _series(store: Store, version: Version, scope: ResolvedScope, kpi: Kpi, asked: Grain | None) -> KpiSeries:
    grain = asked or version.spec.kpi_grain(kpi)
    windows = windows_between(scope.period.start, scope.period.end, grain, scope.timezone)
    rows = Rows(version, periods=(scope.period,), segment=scope.segment, with_truth=True)
    found = _windows(store, version, kpi, rows, windows, grain)
    return KpiSeries(kpi.name, kpi.unit, kpi.direction, kpi.target, grain, kpi.formula, tuple(found))


def _windows(
    store: Store, version: Version, kpi: Kpi, rows: Rows, windows: Sequence[Window], grain: Grain
) -> list[KpiWindow]:
    if not windows:
        return []
    expression = check_formula(kpi.formula, formula_columns(version.spec))
    values = evaluate_by_window(store, version, expression, rows, list(windows))
    counts = truth_by_window(store, rows, list(windows))
    needs_truth = "y_true" in expression
    known = whole_period(store, version)
    target = kpi.target if grain == version.spec.kpi_grain(kpi) else None
    found = []
    for window, value, (n, n_truth) in zip(windows, values, counts, strict=True):
        if n == 0:
            continue
        maturity = n_truth / n
        immature = needs_truth and maturity < MATURE
        partial = known is None or window.start < known.start or window.end > known.end
        status = (
            Status.NOT_ENOUGH_DATA if immature or partial else target_status(value, target, kpi.direction)
        )
        found.append(KpiWindow(window.start, window.end, n, maturity, value, status))
    return found
