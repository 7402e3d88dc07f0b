"""Explanations of a scope: which features decide, compared with the reference; and one inference's reasons."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from monitoring.document import Heading
from monitoring.errors import NotFound
from monitoring.explain.job import explain_rows
from monitoring.explain.summary import FeatureImportance, feature_importances, ndcg
from monitoring.scope import ResolvedScope, Scope
from monitoring.store import Store, attributions, registry, rows
from monitoring.store.registry import Version
from monitoring.store.results import MetricValue
from monitoring.store.rows import Rows
from monitoring.summaries import resolve
from monitoring.thresholds import Status, attribution_status
from monitoring.windows import Window, microseconds, window_of, windows_between


@dataclass(frozen=True, slots=True)
class ExplainedFeature:
    """A feature's weight in the decisions of a period, beside its weight on the reference."""

    feature: str
    mean_absolute: float
    mean: float
    share: float
    rank: int
    rank_reference: int | None
    share_reference: float | None


@dataclass(frozen=True, slots=True)
class AttributionDrift:
    """How much of the reference's order of features is left: 1 is all of it."""

    ndcg: float
    status: Status


@dataclass(frozen=True, slots=True)
class ExplainedWindow:
    """Explanations of one window."""

    start: datetime
    end: datetime
    n_explained: int
    features: tuple[ExplainedFeature, ...]
    attribution_drift: AttributionDrift


@dataclass(frozen=True, slots=True)
class ExplainReport:
    """Explanations of a scope, from a sample of its inferences."""

    heading: Heading
    features: tuple[ExplainedFeature, ...]
    attribution_drift: AttributionDrift
    n_explained: int
    n_reference: int
    windows: tuple[ExplainedWindow, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """What one feature's value added to one output."""

    feature: str
    value: object
    attribution: float


@dataclass(frozen=True, slots=True)
class InferenceExplanation:
    """Why one inference came out as it did. base_value plus all attributions is the model's output."""

    heading: Heading
    id: str
    timestamp: datetime
    base_value: float
    output: str
    prediction: object
    score: float | None
    truth: object
    attributions: tuple[Reason, ...]
    additivity_error: float


def explain_report(store: Store, scope: Scope) -> ExplainReport:
    """Which features decide in a scope."""
    version, resolved = resolve(store, scope)
    before = _importances(version, attributions.read(store, version, "reference"))
    table = _sampled(store, version, resolved)
    after = _importances(version, table)
    return ExplainReport(
        Heading(version.model, version.name, resolved.period.start, resolved.period.end, resolved.window),
        _features(before, after),
        _drift(before, after, table.num_rows),
        table.num_rows,
        attributions.read(store, version, "reference").num_rows,
        tuple(_windows(version, resolved, before, table)),
    )


def explain_values(store: Store, version: Version, period: Window) -> list[MetricValue]:
    """The results of a version's windows: NDCG, and every feature's share."""
    report = explain_report(store, Scope(version.model, version.name, period.start, period.end))
    values = []
    for window in report.windows:
        span, drift = Window(window.start, window.end), window.attribution_drift
        values.append(MetricValue("explain", "ndcg", span, drift.ndcg, drift.status, method="reference"))
        values += [
            MetricValue("explain", "share", span, item.share, Status.OK, column=item.feature)
            for item in window.features
        ]
    return values


def explain_inference(store: Store, model: str, version: str | None, name: str) -> InferenceExplanation:
    """Why one inference came out as it did; raises NotFound for an unknown id."""
    of = registry.version(store, model, version)
    table = rows.one(store, of, name)
    if table.num_rows == 0:
        raise NotFound(f"The version {of.name!r} of {model!r} has no inference {name!r}.")
    found = explain_rows(store, of, table)
    row = table.to_pylist()[0]
    if found.classes:
        found = found.of_class(str(row["y_pred"]))
    moment = row["timestamp"]
    window = window_of(moment, of.spec.window, of.spec.columns.timezone)
    reasons = [
        Reason(feature, row[of.stored[feature]], float(value))
        for feature, value in zip(found.features, found.values[0], strict=True)
    ]
    return InferenceExplanation(
        Heading(model, of.name, window.start, window.end, of.spec.window),
        name,
        moment,
        float(found.base_value),
        found.output,
        row["y_pred"],
        row.get("y_score"),
        row["y_true"],
        tuple(sorted(reasons, key=lambda reason: (-abs(reason.attribution), reason.feature))),
        float(found.additivity_error[0]),
    )


def _sampled(store: Store, version: Version, scope: ResolvedScope) -> pa.Table:
    table = attributions.read(store, version, "inference", scope.period)
    if scope.segment is None or table.num_rows == 0:
        return table
    kept = rows.fetch_ids(store, Rows(version, periods=(scope.period,), segment=scope.segment))
    return table.filter(pc.is_in(table.column("id"), kept.column("id").combine_chunks()))


def _importances(version: Version, table: pa.Table) -> tuple[FeatureImportance, ...]:
    features = tuple(feature.name for feature in version.spec.features or ())
    flat = table.column("attributions").combine_chunks().flatten()
    return feature_importances(np.asarray(flat, dtype=np.float64).reshape(-1, len(features)), features)


def _features(
    before: Sequence[FeatureImportance], after: Sequence[FeatureImportance]
) -> tuple[ExplainedFeature, ...]:
    known: Mapping[str, FeatureImportance] = {item.feature: item for item in before}
    found = [_feature(item, known[item.feature]) for item in after]
    return tuple(sorted(found, key=lambda item: item.rank))


def _feature(after: FeatureImportance, before: FeatureImportance) -> ExplainedFeature:
    has_reference = not math.isnan(before.share)
    return ExplainedFeature(
        after.feature,
        after.mean_absolute,
        after.mean,
        after.share,
        after.rank,
        before.rank if has_reference else None,
        before.share if has_reference else None,
    )


def _drift(
    before: Sequence[FeatureImportance], after: Sequence[FeatureImportance], n_explained: int
) -> AttributionDrift:
    agreement = ndcg(
        {f.feature: f.mean_absolute for f in before}, {f.feature: f.mean_absolute for f in after}
    )
    return AttributionDrift(agreement, attribution_status(agreement, n_explained=n_explained))


def _windows(
    version: Version, scope: ResolvedScope, before: Sequence[FeatureImportance], table: pa.Table
) -> list[ExplainedWindow]:
    times = table.column("timestamp").cast(pa.int64()).to_numpy()
    found = []
    for window in windows_between(scope.period.start, scope.period.end, scope.window, scope.timezone):
        first, last = np.searchsorted(times, [microseconds(window.start), microseconds(window.end)])
        if first == last:
            continue
        after = _importances(version, table.slice(first, last - first))
        found.append(
            ExplainedWindow(
                window.start,
                window.end,
                int(last - first),
                _features(before, after),
                _drift(before, after, int(last - first)),
            )
        )
    return found
