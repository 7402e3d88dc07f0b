"""What a specification expects of the columns of a file."""

from __future__ import annotations

from monitoring.ingest.columns import ColumnKind, ColumnPlan, fold
from monitoring.spec import Spec


def inference_plan(spec: Spec, present: list[str]) -> list[ColumnPlan]:
    """What is expected of a file of inferences. A truth column among them is welcome, and not missed."""
    plan = [
        *_identity(spec),
        _outcome(spec, spec.columns.prediction, required=True),
        *_scores(spec, required=True),
    ]
    if spec.columns.treatment:
        plan.append(ColumnPlan(spec.columns.treatment, "label", True))
    plan += [ColumnPlan(feature.name, feature.kind, False) for feature in spec.features or ()]
    plan += _extra(spec, {column.name for column in plan})
    if spec.columns.truth and _is_present(spec.columns.truth, present):
        plan.append(_outcome(spec, spec.columns.truth, required=False))
    return plan


def reference_plan(spec: Spec) -> list[ColumnPlan]:
    """What is expected of a reference: all features, and prediction, score and truth where they are known."""
    plan = [
        *_identity(spec),
        _outcome(spec, spec.columns.prediction, required=False),
        *_scores(spec, required=False),
    ]
    if spec.columns.treatment:
        plan.append(ColumnPlan(spec.columns.treatment, "label", False))
    plan += [ColumnPlan(feature.name, feature.kind, True) for feature in spec.features or ()]
    plan += _extra(spec, {column.name for column in plan})
    if spec.columns.truth:
        plan.append(_outcome(spec, spec.columns.truth, required=False))
    return plan


def truth_plan(spec: Spec, present: list[str]) -> list[ColumnPlan]:
    """What is expected of a file of truth: id and truth under the specification's names, or `id` and `value`."""
    columns = spec.columns
    name = columns.id if columns.id in present or "id" not in present else "id"
    value = columns.truth if columns.truth in present or "value" not in present else "value"
    plan = [ColumnPlan(name, "id", True), _outcome(spec, value or "value", required=True)]
    if _is_present("observed_at", present):
        plan.append(ColumnPlan("observed_at", "timestamp", False))
    return plan


def _is_present(name: str, present: list[str]) -> bool:
    return fold(name) in {fold(column) for column in present}


def _identity(spec: Spec) -> list[ColumnPlan]:
    return [ColumnPlan(spec.columns.id, "id", True), ColumnPlan(spec.columns.timestamp, "timestamp", True)]


def _outcome(spec: Spec, name: str, *, required: bool) -> ColumnPlan:
    is_number = spec.task == "regression" or (spec.task == "uplift" and name == spec.columns.prediction)
    return ColumnPlan(name, "quantity" if is_number else "label", required)


def _scores(spec: Spec, *, required: bool) -> list[ColumnPlan]:
    is_probability = spec.task.endswith("classification")
    kind: ColumnKind = "probability" if is_probability else "numeric"
    return [ColumnPlan(name, kind, required) for name in spec.columns.scores.values()]


def _extra(spec: Spec, planned: set[str]) -> list[ColumnPlan]:
    names = dict.fromkeys((*spec.segments, *spec.context))
    return [ColumnPlan(name, "categorical", False) for name in names if name not in planned]
