"""KPIs of a scope, window by window, against their targets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from monitoring.document import Heading
from monitoring.scope import Scope
from monitoring.spec import Kpi, Spec
from monitoring.store import Store
from monitoring.store.formula import check_formula, evaluate_all
from monitoring.store.registry import Version
from monitoring.store.results import MetricValue
from monitoring.store.rows import Rows
from monitoring.summaries import resolve, whole_period
from monitoring.thresholds import MATURE, Status, target_status
from monitoring.windows import Grain, Window, windows_between


@dataclass(frozen=True, slots=True)
class KpiWindow:
    """A KPI in one window. maturity: share of the window's inferences whose truth has come.

    A window that the inferences, or the period asked for, do not fill from start to end is shown and not held against
    the target.
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
    """The KPIs of a scope. A KPI whose target is for another window than the one asked for is shown per its own.

    Targets are for all rows: a segment is shown and not held against them.
    """
    version, resolved = resolve(store, scope)
    rows = Rows(version, periods=(resolved.period,), segment=resolved.segment, with_truth=True)
    found: dict[str, KpiSeries] = {}
    for grain, kpis in _by_grain(version.spec, scope.window).items():
        windows = windows_between(resolved.period.start, resolved.period.end, grain, resolved.timezone)
        of_rows = _Rows(store, version, rows, windows, resolved.period)
        found |= {kpi.name: _series(kpi, grain, series) for kpi, series in _evaluate(of_rows, grain, kpis)}
    heading = Heading(
        version.model, version.name, resolved.period.start, resolved.period.end, resolved.window
    )
    return KpiReport(heading, tuple(found[kpi.name] for kpi in version.spec.kpis))


def kpi_values(store: Store, version: Version, period: Window) -> list[MetricValue]:
    """The results of all KPIs for the windows that a period touches."""
    values = []
    for grain, kpis in _by_grain(version.spec, None).items():
        windows = windows_between(period.start, period.end, grain, version.spec.columns.timezone)
        if not windows:
            continue
        rows = Rows(version, periods=tuple(windows), with_truth=True)
        touched = _Rows(store, version, rows, windows, Window(windows[0].start, windows[-1].end))
        for kpi, found in _evaluate(touched, grain, kpis):
            for window in found:
                number = math.nan if window.value is None else window.value
                span = Window(window.start, window.end)
                values.append(MetricValue("kpi", kpi.name, span, number, window.status, method=kpi.formula))
    return values


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows in their windows. period: a window that reaches beyond it is counted in part only."""

    store: Store
    version: Version
    rows: Rows
    windows: Sequence[Window]
    period: Window


def _by_grain(spec: Spec, asked: Grain | None) -> dict[Grain, list[Kpi]]:
    found: dict[Grain, list[Kpi]] = {}
    for kpi in spec.kpis:
        found.setdefault(asked or spec.kpi_grain(kpi), []).append(kpi)
    return found


def _series(kpi: Kpi, grain: Grain, windows: Sequence[KpiWindow]) -> KpiSeries:
    return KpiSeries(kpi.name, kpi.unit, kpi.direction, kpi.target, grain, kpi.formula, tuple(windows))


def _evaluate(rows: _Rows, grain: Grain, kpis: Sequence[Kpi]) -> Iterator[tuple[Kpi, list[KpiWindow]]]:
    """All KPIs of one grain, in one pass over the rows."""
    spec = rows.version.spec
    columns = tuple(formula_columns(spec))
    expressions = [_checked(kpi.formula, columns) for kpi in kpis]
    wanted = [*expressions, "count(*)", "count(y_true)"]
    columns_of_values = evaluate_all(rows.store, rows.version, wanted, rows.rows, rows.windows)
    *values, n_rows, n_truths = [column[: len(rows.windows)] for column in columns_of_values]
    known = whole_period(rows.store, rows.version)
    whole = known.intersect(rows.period) if known else None
    for kpi, expression, series in zip(kpis, expressions, values, strict=True):
        has_target = grain == spec.kpi_grain(kpi) and rows.rows.segment is None
        found = []
        for window, value, n, n_truth in zip(rows.windows, series, n_rows, n_truths, strict=True):
            if not n:
                continue
            maturity = (n_truth or 0.0) / n
            is_judged = _is_whole(window, whole) and (maturity >= MATURE or "y_true" not in expression)
            verdict = target_status(value, kpi.target if has_target else None, kpi.direction)
            status = verdict if is_judged else Status.NOT_ENOUGH_DATA
            found.append(KpiWindow(window.start, window.end, int(n), maturity, value, status))
        yield kpi, found


def _is_whole(window: Window, whole: Window | None) -> bool:
    return whole is not None and whole.start <= window.start and window.end <= whole.end


@lru_cache(maxsize=256)
def _checked(formula: str, columns: tuple[str, ...]) -> str:
    return check_formula(formula, columns)
