"""Drift of a scope: every column, in the period as one and in each of its windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from monitoring.document import Heading
from monitoring.drift.binned import Binned, FineBins, FloatArray
from monitoring.drift.evidence import drift_pvalue, false_discovery_adjust
from monitoring.drift.methods import METHODS, measure
from monitoring.errors import NotFound, one_of
from monitoring.profiling.binning import NumericBins
from monitoring.profiling.profile import Integers, Profiles
from monitoring.scope import ResolvedScope, Scope, Segment
from monitoring.store import Store, attributions, profiles
from monitoring.store.registry import Version
from monitoring.store.results import MetricValue
from monitoring.summaries import (
    Column,
    Summary,
    columns_of,
    comparison_period,
    kept_and_loose,
    resolve,
    summarise,
    whole_period,
)
from monitoring.thresholds import Status, dataset_drift_status, drift_status, needs_attention
from monitoring.windows import Window, base_grain, phase_before

EFFECT = "psi"
"""The method whose size the verdict reads: it sees shifts, shapes, missing values and new categories alike."""


@dataclass(frozen=True, slots=True)
class FeatureDrift:
    """How one column changed. effect and evidence (pvalue; qvalue: adjusted for all columns) are two numbers.

    importance: share of the model's mean absolute attribution on the reference; impact: importance times
    effect.
    """

    feature: str
    kind: str
    role: str
    status: Status
    n_reference: int
    n_current: int
    missing_reference: float | None
    missing_current: float | None
    effect: float
    effect_method: str
    pvalue: float
    qvalue: float
    importance: float | None
    impact: float | None
    methods: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DriftWindow:
    """Drift in one window."""

    start: datetime
    end: datetime
    n: int
    status: Status
    features: tuple[FeatureDrift, ...]


@dataclass(frozen=True, slots=True)
class DriftReport:
    """Drift of a scope. Where a window has too few rows, the period as a whole may still have enough."""

    heading: Heading
    against: str
    n_reference: int
    n_current: int
    share_drifted: float | None
    status: Status
    features: tuple[FeatureDrift, ...]
    multivariate: Mapping[str, object]
    windows: tuple[DriftWindow, ...]


@dataclass(frozen=True, slots=True)
class FeatureProfiles:
    """A column's profiles: what it is compared with, the period as one, and each window that has rows.

    against_by_window: what each window is compared with, where that is not the same for all: a season.
    """

    column: Column
    windows: tuple[Window, ...]
    against: Profiles
    whole: Profiles
    by_window: Profiles
    against_by_window: Profiles | None


@dataclass(frozen=True, slots=True)
class SegmentDrift:
    """How one column changed in one segment."""

    segment: Segment
    drift: FeatureDrift


def drift_report(store: Store, scope: Scope) -> DriftReport:
    """Every column's drift in a scope."""
    summary = summarise(store, scope)
    resolved = summary.scope
    importance = attributions.importance(store, summary.version)
    current = _current(store, scope, summary)
    whole = _compare(summary.columns, current, summary.against, importance, 1)
    against = _seasons(store, scope, summary) if resolved.against == "season" else summary.against
    windows = _compare(summary.columns, summary.by_window, against, importance, len(summary.windows))
    features = whole[0] if whole else ()
    return DriftReport(
        heading=Heading(
            resolved.model, resolved.version, resolved.period.start, resolved.period.end, resolved.window
        ),
        against=resolved.against,
        n_reference=_rows(summary.against),
        n_current=_rows(current),
        share_drifted=share_drifted(features),
        status=_overall(features),
        features=features,
        multivariate={},
        windows=tuple(
            DriftWindow(window.start, window.end, _rows(summary.by_window, group), _overall(found), found)
            for group, (window, found) in enumerate(zip(summary.windows, windows, strict=True))
        ),
    )


def drift_values(store: Store, version: Version, period: Window) -> list[MetricValue]:
    """The results of a version's windows against its reference."""
    report = drift_report(store, Scope(version.model, version.name, period.start, period.end))
    values = []
    for window in report.windows:
        span = Window(window.start, window.end)
        share = share_drifted(window.features)
        values.append(
            MetricValue(
                "drift",
                "share_drifted",
                span,
                np.nan if share is None else share,
                window.status,
                method=EFFECT,
            )
        )
        values += [
            MetricValue(
                "drift", EFFECT, span, item.effect, item.status, column=item.feature, method="reference"
            )
            for item in window.features
        ]
    return values


def share_drifted(features: Sequence[FeatureDrift]) -> float | None:
    """Share of the judged features (not of predictions and truth) that drifted; None when none could be judged."""
    judged = [f for f in features if f.role == "feature" and f.status in _JUDGED]
    return sum(needs_attention(f.status) for f in judged) / len(judged) if judged else None


_JUDGED = (Status.OK, Status.WARNING, Status.CRITICAL)


def feature_profiles(store: Store, scope: Scope, feature: str) -> FeatureProfiles:
    """The profiles that a column's verdicts come from; raises NotFound for a column that is not profiled."""
    summary = summarise(store, scope, names=[feature])
    column = _only_column(store, summary, feature)
    stored, in_season = column.stored, summary.scope.against == "season"
    return FeatureProfiles(
        column,
        summary.windows,
        summary.against[stored],
        _current(store, scope, summary, [feature])[stored],
        summary.by_window[stored],
        _seasons(store, scope, summary, [feature])[stored] if in_season else None,
    )


def segment_drift(
    store: Store, scope: Scope, feature: str, segments: Sequence[Segment]
) -> list[SegmentDrift]:
    """A column's drift in each segment against the same segment of what the scope is compared with.

    The q-values are adjusted for the number of segments. A segment without rows on either side is left out.
    """
    measured: list[tuple[Segment, _Measured, int]] = []
    for name in dict.fromkeys(segment.column for segment in segments):
        values = [segment.value for segment in segments if segment.column == name]
        for each in _measured_segments(store, scope, feature, name, values):
            measured += [
                (Segment(name, value), each.found, place)
                for place, value in enumerate(each.values)
                if each.found.n_current[place] or each.found.n_reference[place]
            ]
    if not measured:
        return []
    weights = attributions.importance(store, resolve(store, scope)[0])
    qvalues = false_discovery_adjust(np.array([found.pvalue[place] for _, found, place in measured]))
    return [
        SegmentDrift(segment, found.drift(place, float(qvalue), weights))
        for (segment, found, place), qvalue in zip(measured, qvalues, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _MeasuredSegments:
    """All numbers of one column in each of some values of a segment column."""

    values: tuple[str, ...]
    found: _Measured


def _measured_segments(
    store: Store, scope: Scope, feature: str, segment: str, values: Sequence[str]
) -> list[_MeasuredSegments]:
    """From kept profiles at once where they cover both sides, else value by value."""
    version, resolved = resolve(store, scope)
    column = next((c for c in columns_of(store, version) if c.name == feature), None)
    if column is not None and segment in version.spec.segments and resolved.against != "season":
        sides = _kept_segments(store, version, resolved, column, segment, values)
        if sides is not None:
            return [_MeasuredSegments(tuple(values), _Measured.of(column, *sides))]
    parts = [
        (value, feature_profiles(store, replace(scope, segment=Segment(segment, value)), feature))
        for value in values
    ]
    return [_MeasuredSegments((v,), _Measured.of(part.column, part.against, part.whole)) for v, part in parts]


def _kept_segments(
    store: Store,
    version: Version,
    scope: ResolvedScope,
    column: Column,
    segment: str,
    values: Sequence[str],
) -> tuple[Profiles, Profiles] | None:
    """What is compared with, and the period, a group for each value; None where rows have to be read."""
    asked: list[tuple[str, Window | None]] = [("inference", scope.period)]
    fixed = scope.against in ("reference", "training")
    asked.insert(0, (scope.against, None) if fixed else ("inference", comparison_period(version, scope)))
    place = {value: index for index, value in enumerate(values)}
    found = []
    for part, period in asked:
        if period is not None:
            base = base_grain(version.spec.window)
            kept, loose = kept_and_loose(version, Segment(segment, ""), period, base)
            if loose or kept is None:
                return None
        table = profiles.read_by_value(store, version, part, segment, column.stored, period)
        groups = np.array([place.get(v, len(values)) for v in table.column("segment_value").to_pylist()])
        every = Profiles.from_arrow(table, column.bins, groups.astype(np.int64), len(values) + 1)
        found.append(every.take(np.arange(len(values))))
    return found[0], found[1]


def _only_column(store: Store, summary: Summary, feature: str) -> Column:
    if summary.columns:
        return summary.columns[0]
    known = [column.name for column in columns_of(store, summary.version)]
    raise NotFound(f"The version has no profiles of {feature!r}.", one_of(feature, known))


def _current(
    store: Store, scope: Scope, summary: Summary, names: Sequence[str] | None = None
) -> Mapping[str, Profiles]:
    """The period as one; against a season that began later, only the rows that have their like in it."""
    asked = summary.scope
    known = whole_period(store, summary.version)
    if asked.against != "season" or known is None:
        return summary.whole
    before = comparison_period(summary.version, asked)
    start = known.start + (asked.period.start - before.start)
    if start <= asked.period.start:
        return summary.whole
    rest = replace(scope, start=min(start, asked.period.end), end=asked.period.end, against="reference")
    return summarise(store, rest, names=names).whole


def _seasons(
    store: Store, scope: Scope, summary: Summary, names: Sequence[str] | None = None
) -> Mapping[str, Profiles]:
    """For each window, the profiles of the same phase one season before; empty where the data do not cover it."""
    asked, spec = summary.scope, summary.version.spec
    known = whole_period(store, summary.version)
    found = [phase_before(window, spec.season, asked.window, asked.timezone) for window in summary.windows]
    earlier = [window for window in found if window is not None]
    if not earlier or known is None:
        return summary.against
    start, end = min(w.start for w in earlier), max(w.end for w in earlier)
    span = replace(scope, start=start, end=end, window=asked.window, against="reference")
    before = summarise(store, span, names=names)
    position = {
        window: index
        for index, window in enumerate(before.windows)
        if known.start <= window.start and window.end <= known.end
    }
    nothing = len(before.windows)
    groups = np.array([position.get(window, nothing) for window in earlier], dtype=np.int64)
    return {
        name: profile.merge(np.arange(nothing), nothing + 1).take(groups)
        for name, profile in before.by_window.items()
    }


def _overall(features: Sequence[FeatureDrift]) -> Status:
    return dataset_drift_status(f.status for f in features if f.role == "feature")


def _rows(by_column: Mapping[str, Profiles], group: int = 0) -> int:
    first = next(iter(by_column.values()), None)
    return 0 if first is None or len(first.n) == 0 else int(first.n[group])


def binned(column: Column, profiles: Profiles) -> Binned:
    """A column's profiles as drift methods read them. Truth that has not come is no missing value."""
    counts = profiles.coarse_counts(column.bins)
    if column.role == "truth":
        counts = counts.copy()
        counts[:, -1] = 0
    if isinstance(column.bins, NumericBins):
        fine = FineBins(
            profiles.counts, profiles.sums, column.bins.atom, np.sqrt(profiles.variance(column.bins))
        )
        return Binned(counts, values=fine)
    return Binned(counts, distinct=_distinct(profiles))


def _distinct(profiles: Profiles) -> Integers:
    """How many distinct values were seen, as far as unseen ones are kept by name."""
    known = np.count_nonzero(profiles.counts[:, :-1], axis=1)
    return np.asarray(known + [len(unseen) for unseen in profiles.unseen], dtype=np.int64)


def _compare(
    columns: Sequence[Column],
    current: Mapping[str, Profiles],
    reference: Mapping[str, Profiles],
    importance: Mapping[str, float],
    n_groups: int,
) -> list[tuple[FeatureDrift, ...]]:
    """For each group of `current`, the drift of every column. The reference has one group, or one for each."""
    if n_groups == 0 or not columns:
        return [()] * n_groups
    measured = [_Measured.of(column, reference[column.stored], current[column.stored]) for column in columns]
    pvalues = np.stack([m.pvalue for m in measured], axis=-1)
    qvalues = np.stack([false_discovery_adjust(row) for row in pvalues])
    return [
        tuple(m.drift(group, float(qvalues[group, index]), importance) for index, m in enumerate(measured))
        for group in range(n_groups)
    ]


@dataclass(frozen=True, slots=True)
class _Measured:
    """All numbers of one column over all groups."""

    column: Column
    methods: Mapping[str, FloatArray]
    pvalue: FloatArray
    noise: FloatArray
    n_reference: Integers
    n_current: Integers
    missing_reference: FloatArray
    missing_current: FloatArray

    @classmethod
    def of(cls, column: Column, reference: Profiles, current: Profiles) -> _Measured:
        before, after = binned(column, reference), binned(column, current)
        n_before, n_after = before.counts.sum(axis=-1), after.counts.sum(axis=-1)
        occupied = ((before.counts > 0) | (after.counts > 0)).sum(axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            noise = np.maximum(occupied - 1, 0) * (1 / n_before + 1 / n_after)
            missing = (before.counts[:, -1] / n_before, after.counts[:, -1] / n_after)
        return cls(
            column,
            measure(before, after),
            drift_pvalue(before, after),
            noise,
            np.broadcast_to(n_before, n_after.shape),
            n_after,
            np.broadcast_to(missing[0], n_after.shape),
            missing[1],
        )

    def drift(self, group: int, qvalue: float, importance: Mapping[str, float]) -> FeatureDrift:
        effect = float(self.methods[EFFECT][group])
        n_reference, n_current = int(self.n_reference[group]), int(self.n_current[group])
        weight = importance.get(self.column.name)
        threshold = METHODS[EFFECT].effect
        assert threshold is not None  # the method of the verdict has one
        return FeatureDrift(
            feature=self.column.name,
            kind=self.column.kind,
            role=self.column.role,
            status=drift_status(
                effect,
                qvalue,
                threshold,
                n_reference=n_reference,
                n_current=n_current,
                noise=float(self.noise[group]),
            ),
            n_reference=n_reference,
            n_current=n_current,
            missing_reference=float(self.missing_reference[group]) if n_reference else None,
            missing_current=float(self.missing_current[group]) if n_current else None,
            effect=effect,
            effect_method=EFFECT,
            pvalue=float(self.pvalue[group]),
            qvalue=qvalue,
            importance=weight,
            impact=None if weight is None else weight * effect,
            methods={name: float(values[group]) for name, values in self.methods.items()},
        )
