"""A version's card: what it is, what it was validated on, how good it was there, and where it is weak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitoring.explain.artifact_facts import estimator_type
from monitoring.performance.intervals import Estimate, beside
from monitoring.performance.job import has_performance, merged, read_by_value, read_performance
from monitoring.performance.methods import METHODS, measure
from monitoring.performance.report import primary_metric
from monitoring.spec import Spec
from monitoring.store import Store, attributions, registry
from monitoring.store.parts import PartFacts, describe
from monitoring.store.profiles import ProfileKey
from monitoring.store.registry import Version
from monitoring.thresholds import MISSING_INCREASE, Status, performance_status
from monitoring.watch import Watch, watches


@dataclass(frozen=True, slots=True)
class CardFeature:
    """A feature: its share of the model's mean absolute attribution, and what the reference holds.

    importance: None where nothing was explained. many_missing: whether so much of it is missing that it is a limit.
    """

    name: str
    kind: str
    unit: str | None
    importance: float | None
    missing: float
    distinct: int
    minimum: float | datetime | None
    maximum: float | datetime | None
    many_missing: bool


@dataclass(frozen=True, slots=True)
class CardSegment:
    """The primary metric on the reference rows that share a value. status: compared with the whole reference."""

    column: str
    value: str
    n_truth: int
    estimate: Estimate
    status: Status


@dataclass(frozen=True, slots=True)
class CardArtifact:
    """The file of the trained model. type: the class of the estimator inside; empty where the file does not say."""

    name: str
    sha256: str
    size: int
    type: str


@dataclass(frozen=True, slots=True)
class ModelCard:
    """All that a card says. watch: the state of the version in service; None while it has no inferences."""

    version: Version
    reference: PartFacts
    training: PartFacts | None
    features: tuple[CardFeature, ...]
    primary: str | None
    metrics: Mapping[str, Estimate]
    segments: tuple[CardSegment, ...]
    artifact: CardArtifact | None
    watch: Watch | None


def model_card(store: Store, model: str, name: str | None = None) -> ModelCard:
    """The card of a version, of the latest registered one by default. Raises NotFound for an unknown one."""
    version = registry.version(store, model, name)
    reference = describe(store, version, "reference")
    assert reference is not None  # no version is registered without reference rows
    measured = has_performance(version)
    metrics = _metrics(store, version) if measured else {}
    return ModelCard(
        version=version,
        reference=reference,
        training=describe(store, version, "training"),
        features=tuple(_features(store, version, reference)),
        primary=primary_metric(version.spec) if measured else None,
        metrics=metrics,
        segments=tuple(_segments(store, version, metrics)) if measured else (),
        artifact=_artifact(store, version),
        watch=next((w for w in watches(store) if (w.model, w.version) == (model, version.name)), None),
    )


def spec_yaml(spec: Spec) -> str:
    """The specification as YAML: all that was registered, with the features that were inferred."""
    import io

    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 110
    body = io.StringIO()
    yaml.dump(spec.model_dump(mode="json", by_alias=True, exclude_defaults=True), body)
    return body.getvalue()


def _metrics(store: Store, version: Version) -> dict[str, Estimate]:
    kept = read_performance(store, ProfileKey(version, "reference"))
    return measure(merged(version, [profile for _, profile in kept]))


def _features(store: Store, version: Version, reference: PartFacts) -> Iterator[CardFeature]:
    """The most important first, then in the order of the specification."""
    importance = attributions.importance(store, version)
    features = version.spec.features or ()
    for feature in sorted(features, key=lambda each: -importance.get(each.name, 0.0)):
        facts = reference.columns[feature.name]
        missing = facts.missing / reference.n
        yield CardFeature(
            feature.name,
            feature.kind,
            feature.unit,
            importance.get(feature.name),
            missing,
            facts.distinct,
            facts.minimum,
            facts.maximum,
            missing >= MISSING_INCREASE.warning,
        )


def _segments(store: Store, version: Version, metrics: Mapping[str, Estimate]) -> Iterator[CardSegment]:
    name = primary_metric(version.spec)
    whole = metrics[name]
    for column in version.spec.segments:
        for value, profile in read_by_value(store, version, "reference", column).items():
            estimate = METHODS[name].function(profile)
            status = performance_status(
                beside(estimate, whole),
                whole.value,
                higher_is_better=METHODS[name].higher_is_better,
                n_truth=profile.n_truth,
                maturity=1.0,
                scale=abs(whole.value),
            )
            yield CardSegment(column, value, profile.n_truth, estimate, status)


def _artifact(store: Store, version: Version) -> CardArtifact | None:
    found = registry.artifact(store, version.model, version.name)
    if found is None:
        return None
    return CardArtifact(
        found.name, found.sha256, len(found.content), estimator_type(found.name, found.content)
    )
