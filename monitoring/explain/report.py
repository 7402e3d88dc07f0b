"""Explanations of a scope: which features decide, compared with the reference; and one inference's reasons."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from monitoring.document import Heading
from monitoring.errors import InvalidInput, NotFound
from monitoring.explain.attributions import Attributions
from monitoring.explain.job import explain_rows, output_unit, require_artifact, stands_for
from monitoring.explain.summary import FeatureImportance, feature_importances, ndcg, sample_ids
from monitoring.scope import ResolvedScope, Scope
from monitoring.store import Store, attributions, profiles, registry, rows
from monitoring.store.names import score_columns
from monitoring.store.profiles import ProfileKey
from monitoring.store.registry import Version
from monitoring.store.results import MetricValue
from monitoring.store.rows import Rows
from monitoring.summaries import comparison_period, resolve
from monitoring.thresholds import Status, attribution_status
from monitoring.windows import Window, base_grain, microseconds, window_of, windows_between


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
    """Explanations of a scope, from a sample of its inferences. n_reference: how many rows it is compared with."""

    heading: Heading
    against: str
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
    """Why one inference came out as it did. base_value plus all attributions is the model's output.

    prediction, truth: as the user writes the classes. score: that of the positive class, or of the predicted one where
    there are several.
    """

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


@dataclass(frozen=True, slots=True)
class Sample:
    """Explained rows, by time and id. values: attributions [rows, features]. weights: how many rows each stands for."""

    ids: tuple[str, ...]
    times: NDArray[np.int64]
    values: NDArray[np.float64]
    weights: NDArray[np.float64]

    def part(self, window: Window) -> Sample:
        """The rows of a window."""
        first, last = np.searchsorted(self.times, [microseconds(window.start), microseconds(window.end)])
        return Sample(
            self.ids[first:last], self.times[first:last], self.values[first:last], self.weights[first:last]
        )


@dataclass(frozen=True, slots=True, eq=False)
class ExplainedRows:
    """Explained inferences. values: by feature, in the order of ids. attributions: [rows, features]. n: of how many."""

    ids: tuple[str, ...]
    values: Mapping[str, tuple[object, ...]]
    attributions: NDArray[np.float64]
    n: int


def explain_report(store: Store, scope: Scope) -> ExplainReport:
    """Which features decide in a scope. Raises NotFound for a version whose model cannot be explained."""
    version, resolved = resolve(store, scope)
    require_artifact(version)
    compared = _compared(store, version, resolved)
    sample = sample_of(store, version, resolved)
    before, after = _importances(version, compared), _importances(version, sample)
    return ExplainReport(
        Heading(version.model, version.name, resolved.period.start, resolved.period.end, resolved.window),
        resolved.against,
        _features(before, after),
        _drift(before, after, len(sample.ids)),
        len(sample.ids),
        len(compared.ids),
        tuple(_windows(version, resolved, before, sample)),
    )


def explain_values(store: Store, version: Version, period: Window) -> list[MetricValue]:
    """The results of a version's windows: NDCG, and every feature's share; none for a model of an unknown family."""
    if not attributions.importance(store, version):
        return []
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
    """Why one inference came out as it did. Without a version, the latest one that has the inference.

    Raises NotFound for an unknown id.
    """
    of, table = _find(store, model, version, name)
    found = explain_rows(store, of, table)
    row = table.to_pylist()[0]
    if found.classes:
        found = found.of_class(str(row["y_pred"]))
    moment = row["timestamp"]
    window = window_of(moment, of.spec.window, of.spec.columns.timezone)
    return InferenceExplanation(
        Heading(model, of.name, window.start, window.end, of.spec.window),
        name,
        moment,
        float(found.base_value),
        found.output,
        _outcome(of, row["y_pred"]),
        _score(of, row),
        _outcome(of, row["y_true"]),
        _reasons(of, row, found),
        float(found.additivity_error[0]),
    )


def sample_of(store: Store, version: Version, scope: ResolvedScope, period: Window | None = None) -> Sample:
    """The explained inferences of a scope, or of another period with its segment."""
    period = period or scope.period
    table = attributions.read(store, version, "inference", period)
    times = table.column("timestamp").cast(pa.int64()).to_numpy()
    weights = _weights(store, version, times, period)
    kept = _in_segment(store, Rows(version, periods=(period,), segment=scope.segment), table)
    return _sample(version, table, times, weights, kept)


def explained_rows(store: Store, scope: Scope, size: int) -> ExplainedRows:
    """At most `size` explained inferences of a scope with the values of their features, chosen by their ids."""
    version, resolved = resolve(store, scope)
    require_artifact(version)
    sample = sample_of(store, version, resolved)
    kept = set(sample_ids(sample.ids, size))
    places = [place for place, name in enumerate(sample.ids) if name in kept]
    features = version.spec.features or ()
    columns = ["id", *(version.stored[feature.name] for feature in features)]
    source = Rows(version, periods=(resolved.period,), segment=resolved.segment)
    table = rows.fetch_by_id(store, source, columns, list(kept))
    by_id = {name: place for place, name in enumerate(table.column("id").to_pylist())}
    order = pa.array([by_id[sample.ids[place]] for place in places], pa.int64())
    values = {
        feature.name: tuple(table.column(version.stored[feature.name]).take(order).to_pylist())
        for feature in features
    }
    return ExplainedRows(
        tuple(sample.ids[place] for place in places), values, sample.values[places], len(sample.ids)
    )


def _compared(store: Store, version: Version, scope: ResolvedScope) -> Sample:
    if scope.against == "training":
        raise InvalidInput(
            "Training rows are not explained.", "Compare with the reference, or with a period."
        )
    if scope.against != "reference":
        return sample_of(store, version, scope, comparison_period(version, scope))
    table = attributions.read(store, version, "reference")
    if table.num_rows == 0:
        _refuse_unexplained(store, version)
    kept = _in_segment(store, Rows(version, "reference", segment=scope.segment), table)
    times = table.column("timestamp").cast(pa.int64()).to_numpy()
    return _sample(version, table, times, np.ones(table.num_rows), kept)


def _refuse_unexplained(store: Store, version: Version) -> None:
    """Say why nothing has been explained: the model is of an unknown family, or nobody has computed it yet."""
    output_unit(store, version)
    raise NotFound(
        f"The version {version.name!r} of {version.model!r} has not been explained yet.",
        f"Run: python -m monitoring refresh {version.model}",
    )


def _sample(
    version: Version,
    table: pa.Table,
    times: NDArray[np.int64],
    weights: NDArray[np.float64],
    kept: NDArray[np.bool_],
) -> Sample:
    flat = table.column("attributions").combine_chunks().flatten()
    values = np.asarray(flat, dtype=np.float64).reshape(-1, len(version.spec.features or ()))
    ids = table.column("id").filter(pa.array(kept)).to_pylist()
    return Sample(tuple(ids), times[kept], values[kept], weights[kept])


def _in_segment(store: Store, source: Rows, table: pa.Table) -> NDArray[np.bool_]:
    """Which rows of a table are in the segment of the source."""
    if source.segment is None or table.num_rows == 0:
        return np.ones(table.num_rows, dtype=np.bool_)
    ids = table.column("id").combine_chunks()
    kept = rows.fetch_by_id(store, source, ["id", "timestamp"], ids.to_pylist()).column("id")
    return np.asarray(pc.is_in(ids, kept.combine_chunks()).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _weights(store: Store, version: Version, times: NDArray[np.int64], period: Window) -> NDArray[np.float64]:
    """How many inferences each explained one stands for: a sample has no more rows of a busy window than of others."""
    if not len(times):
        return np.empty(0)
    zone, base = version.spec.columns.timezone, base_grain(version.spec.window)
    whole = Window(window_of(period.start, base, zone).start, period.end)
    sizes = profiles.window_sizes(store, ProfileKey(version), whole)
    starts = sorted(sizes)
    place = np.searchsorted([microseconds(start) for start in starts], times, side="right") - 1
    return stands_for(np.array([sizes[start] for start in starts], dtype=np.int64))[place]


def _importances(version: Version, sample: Sample) -> tuple[FeatureImportance, ...]:
    features = tuple(feature.name for feature in version.spec.features or ())
    # Of several classes the absolute attributions are kept, summed, and a mean of them has no sign.
    if version.spec.task == "multiclass_classification":
        return feature_importances(sample.values[:, :, None], features, weights=sample.weights)
    return feature_importances(sample.values, features, weights=sample.weights)


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
    version: Version, scope: ResolvedScope, before: Sequence[FeatureImportance], sample: Sample
) -> list[ExplainedWindow]:
    found = []
    for window in windows_between(scope.period.start, scope.period.end, scope.window, scope.timezone):
        part = sample.part(window)
        if not part.ids:
            continue
        after = _importances(version, part)
        n = len(part.ids)
        found.append(
            ExplainedWindow(window.start, window.end, n, _features(before, after), _drift(before, after, n))
        )
    return found


def _find(store: Store, model: str, version: str | None, name: str) -> tuple[Version, pa.Table]:
    wanted = (
        registry.versions(store, model)[::-1]
        if version is None
        else [registry.version(store, model, version)]
    )
    for candidate in wanted:
        table = rows.one(store, candidate, name)
        if table.num_rows:
            require_artifact(candidate)
            return candidate, table
    names = " or ".join(repr(candidate.name) for candidate in wanted)
    raise NotFound(f"The version {names} of {model!r} has no inference {name!r}.")


def _reasons(version: Version, row: Mapping[str, object], found: Attributions) -> tuple[Reason, ...]:
    reasons = [
        Reason(feature, row[version.stored[feature]], float(value))
        for feature, value in zip(found.features, found.values[0], strict=True)
    ]
    return tuple(sorted(reasons, key=lambda reason: (-abs(reason.attribution), reason.feature)))


def _outcome(version: Version, value: object) -> object:
    """A truth or prediction as the user writes it: the name of a class, unless classes are called 0 and 1."""
    if version.spec.task != "binary_classification" or value is None or version.classes == ("0", "1"):
        return value
    return version.classes[int(str(value))]


def _score(version: Version, row: Mapping[str, object]) -> float | None:
    columns = score_columns(version.spec)
    value = row.get(columns.get("", columns.get(str(row["y_pred"]), "")))
    return float(str(value)) if value is not None else None
