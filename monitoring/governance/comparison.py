"""Two versions of a model on the inferences that both have scored."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from monitoring.errors import InvalidInput
from monitoring.kpis.report import formula_columns
from monitoring.performance import paired
from monitoring.performance.intervals import Reason, mean_estimate
from monitoring.performance.job import has_performance, profile_rows, slices
from monitoring.performance.methods import METHODS, measure
from monitoring.performance.paired import Agreement, Outcomes
from monitoring.performance.report import primary_metric
from monitoring.performance.sums import Moments
from monitoring.scope import Scope
from monitoring.spec import Kpi
from monitoring.store import Store, registry
from monitoring.store.formula import check_formula, evaluate_all
from monitoring.store.names import score_columns
from monitoring.store.pairs import Side, fetch_pairs, sides
from monitoring.store.registry import Version
from monitoring.store.rows import Rows
from monitoring.summaries import resolve
from monitoring.thresholds import Interval
from monitoring.windows import (
    Grain,
    Window,
    base_grain,
    fitting_grain,
    from_microseconds,
    window_of,
    windows_between,
)


@dataclass(frozen=True, slots=True)
class MetricChange:
    """A metric of both versions on the same rows. difference: challenger - champion; without bounds where unknown."""

    metric: str
    champion: Interval
    challenger: Interval
    difference: Interval


@dataclass(frozen=True, slots=True)
class KpiPoint:
    """A KPI of both versions in one window of its own length. whole: whether the compared period fills it."""

    start: datetime
    end: datetime
    champion: float | None
    challenger: float | None
    whole: bool


@dataclass(frozen=True, slots=True)
class KpiChange:
    """A KPI of both versions over the same rows, in all and by window. target: the challenger's.

    difference: mean of challenger - champion over the whole windows, with Student's interval: whoever adds up to a
    little less may have been lucky with its weeks. NaN without whole windows, its bounds with a single one.
    """

    name: str
    unit: str | None
    direction: str
    target: float | None
    per: Grain
    formula: str
    champion: float | None
    challenger: float | None
    difference: Interval
    windows: tuple[KpiPoint, ...]

    @property
    def whole(self) -> list[tuple[KpiPoint, float, float]]:
        """The windows that the period fills and in which both have a value, with these values."""
        return [
            (point, point.champion, point.challenger)
            for point in self.windows
            if point.whole and point.champion is not None and point.challenger is not None
        ]


@dataclass(frozen=True, slots=True)
class ComparedWindow:
    """The primary metric of both versions on the rows of one window."""

    start: datetime
    end: datetime
    n: int
    champion: Interval
    challenger: Interval


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions on the inferences that both have scored.

    n: these inferences. n_compared: those of them with truth, and a prediction (and score) of both, on which metrics
    and agreement are measured. from_, to: the base windows that hold all n; None where there is none.
    """

    model: str
    champion: str
    challenger: str
    from_: datetime | None
    to: datetime | None
    window: Grain
    n: int
    n_compared: int
    agreement: Agreement
    primary: str
    metrics: tuple[MetricChange, ...]
    windows: tuple[ComparedWindow, ...]
    kpis: tuple[KpiChange, ...]


def comparison_report(store: Store, scope: Scope, champion: str) -> Comparison:
    """The scope's version (the challenger) beside another one of its model (the champion).

    Period and segment of the scope select rows of the champion, whose times count; the windows are at least as long
    as the scope's, and few enough to be drawn. Raises InvalidInput where the two have no task in common.
    """
    challenger = registry.version(store, scope.model, scope.version)
    first = registry.version(store, scope.model, champion)
    if first.spec.task != challenger.spec.task or not has_performance(first):
        raise InvalidInput(
            f"The versions {first.name!r} ({first.spec.task}) and {challenger.name!r} ({challenger.spec.task}) "
            "cannot be compared.",
            "Versions are compared on classification or regression, the same for both.",
        )
    pairs = _Pairs.read(store, first, challenger, scope)
    return Comparison(
        model=scope.model,
        champion=first.name,
        challenger=challenger.name,
        from_=pairs.period.start if pairs.period else None,
        to=pairs.period.end if pairs.period else None,
        window=pairs.grain,
        n=pairs.n,
        n_compared=pairs.tables[0].num_rows,
        agreement=paired.agreement(*pairs.outcomes()),
        primary=_primary(first, challenger),
        metrics=tuple(_metrics(pairs)),
        windows=tuple(_windows(pairs)),
        kpis=tuple(_kpis(store, pairs)),
    )


def shared_rows_sql(store: Store, scope: Scope, champion: str) -> str:
    """The query of the champion's rows that a comparison is made on."""
    return _sides(store, registry.version(store, scope.model, champion), scope)[0].sql()[0]


def _sides(store: Store, first: Version, scope: Scope) -> tuple[Side, Side]:
    second, resolved = resolve(store, scope)
    return sides(first, second, Rows(first, periods=(resolved.period,), segment=resolved.segment))


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Pairs of rows. tables: a row each where all is known, by time. period: that of all n pairs."""

    versions: tuple[Version, Version]
    sides: tuple[Side, Side]
    tables: tuple[pa.Table, pa.Table]
    n: int
    period: Window | None
    grain: Grain

    @classmethod
    def read(cls, store: Store, first: Version, second: Version, scope: Scope) -> _Pairs:
        of_both = _sides(store, first, scope)
        one, two = fetch_pairs(store, of_both[0], _columns(first), _columns(second))
        known = pc.fill_null(pc.and_(_known(first, one), _known(second, two)), False)
        period = _period(one, first)
        shortest = scope.window or second.spec.window
        grain = fitting_grain(period, shortest) if period else shortest
        tables = (one.filter(known), two.filter(known))
        return cls((first, second), of_both, tables, one.num_rows, period, grain)

    def outcomes(self) -> tuple[Outcomes, Outcomes]:
        """Truth and predictions as paired differences read them."""
        has_scores = all("y_score" in table.column_names for table in self.tables)
        first, second = (
            _outcomes(version, table, has_scores=has_scores)
            for version, table in zip(self.versions, self.tables, strict=True)
        )
        return first, second


def _columns(version: Version) -> list[str]:
    return ["y_pred", *score_columns(version.spec).values()]


def _known(version: Version, table: pa.Table) -> pa.ChunkedArray:
    """Which rows have truth, a prediction, and a finite value of every score."""
    known = pc.and_(pc.is_valid(table.column("y_true")), pc.is_valid(table.column("y_pred")))
    for name in score_columns(version.spec).values():
        known = pc.and_(known, pc.is_finite(table.column(name)))
    return known


def _period(table: pa.Table, version: Version) -> Window | None:
    if table.num_rows == 0:
        return None
    times = table.column("timestamp").cast(pa.int64())
    first, last = (from_microseconds(times[place].as_py()) for place in (0, -1))
    zone, base = version.spec.columns.timezone, base_grain(version.spec.window)
    return Window(window_of(first, base, zone).start, window_of(last, base, zone).end)


def _outcomes(version: Version, table: pa.Table, *, has_scores: bool) -> Outcomes:
    if version.spec.task == "multiclass_classification":
        truth, prediction = (np.asarray(table.column(c).to_pylist(), object) for c in ("y_true", "y_pred"))
        return Outcomes(version.spec.task, truth, prediction)
    values = {
        name: table.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)
        for name in ("y_true", "y_pred", *(["y_score"] if has_scores else []))
    }
    return Outcomes(version.spec.task, values["y_true"], values["y_pred"], values.get("y_score"))


def _primary(first: Version, second: Version) -> str:
    """The metric that speaks for both; where one of them logs no scores, it cannot be one of scores."""
    names = {primary_metric(version.spec) for version in (first, second)}
    return next((name for name in sorted(names) if not METHODS[name].needs_score), min(names))


def _metrics(pairs: _Pairs) -> list[MetricChange]:
    before, after = (
        measure(profile_rows(version, table))
        for version, table in zip(pairs.versions, pairs.tables, strict=True)
    )
    first, second = pairs.outcomes()
    found = []
    for name in before:
        change = paired.difference(name, first, second)
        if math.isnan(change.value):
            change = Interval(after[name].value - before[name].value, math.nan, math.nan)
        found.append(MetricChange(name, _interval(before[name]), _interval(after[name]), change))
    return found


def _interval(estimate: Interval) -> Interval:
    return Interval(estimate.value, estimate.lower, estimate.upper)


def _windows(pairs: _Pairs) -> list[ComparedWindow]:
    if pairs.period is None:
        return []
    method = METHODS[_primary(*pairs.versions)]
    zone = pairs.versions[0].spec.columns.timezone
    windows = windows_between(pairs.period.start, pairs.period.end, pairs.grain, zone)
    parts = zip(*(slices(table, windows) for table in pairs.tables), strict=True)
    found = []
    for (window, one), (_, two) in parts:
        values = [
            _interval(method.function(profile_rows(version, part)))
            for version, part in zip(pairs.versions, (one, two), strict=True)
        ]
        found.append(ComparedWindow(window.start, window.end, one.num_rows, *values))
    return found


def _kpis(store: Store, pairs: _Pairs) -> list[KpiChange]:
    """The KPIs that both versions have under the same name and formula."""
    if pairs.period is None:
        return []
    first, second = pairs.versions
    before = {kpi.name: kpi for kpi in first.spec.kpis}
    shared = [k for k in second.spec.kpis if k.name in before and before[k.name].formula == k.formula]
    expressions = [check_formula(kpi.formula, formula_columns(second.spec)) for kpi in shared]
    values = {grain: _KpiValues.of(store, pairs, expressions, grain) for grain in _grains(second, shared)}
    return [
        _kpi_change(kpi, values[grain], place, pairs.period, grain)
        for place, kpi in enumerate(shared)
        for grain in (second.spec.kpi_grain(kpi),)
    ]


def _kpi_change(kpi: Kpi, values: _KpiValues, place: int, period: Window, per: Grain) -> KpiChange:
    change = KpiChange(
        kpi.name,
        kpi.unit,
        kpi.direction,
        kpi.target,
        per,
        kpi.formula,
        values.champion[place][-1],
        values.challenger[place][-1],
        Interval(math.nan, math.nan, math.nan),
        tuple(values.points(place, period)),
    )
    apart = np.array([after - before for _, before, after in change.whole])
    mean = mean_estimate(Moments.of(apart), Reason.TOO_FEW_ROWS)
    return replace(change, difference=_interval(mean))


def _grains(version: Version, kpis: Sequence[Kpi]) -> set[Grain]:
    return {version.spec.kpi_grain(kpi) for kpi in kpis}


@dataclass(frozen=True, slots=True)
class _KpiValues:
    """The values of several formulas on both sides: a list per formula, with a value per window and one in all."""

    windows: Sequence[Window]
    champion: list[list[float | None]]
    challenger: list[list[float | None]]

    @classmethod
    def of(cls, store: Store, pairs: _Pairs, expressions: Sequence[str], grain: Grain) -> _KpiValues:
        assert pairs.period is not None  # there are pairs
        zone = pairs.versions[0].spec.columns.timezone
        windows = windows_between(pairs.period.start, pairs.period.end, grain, zone)
        champion, challenger = (
            evaluate_all(store, version, expressions, side, windows)
            for version, side in zip(pairs.versions, pairs.sides, strict=True)
        )
        return cls(windows, champion, challenger)

    def points(self, place: int, period: Window) -> list[KpiPoint]:
        """One formula's values by window."""
        rows = zip(self.windows, self.champion[place], self.challenger[place], strict=False)
        return [
            KpiPoint(w.start, w.end, before, after, period.start <= w.start and w.end <= period.end)
            for w, before, after in rows
        ]
