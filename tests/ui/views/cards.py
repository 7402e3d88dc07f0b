"""A made-up card of a version, for tests of what pages say about it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from monitoring.governance.card import CardArtifact, CardFeature, CardSegment, ModelCard
from monitoring.performance.intervals import Estimate
from monitoring.spec import spec_from
from monitoring.store.parts import ColumnFacts, PartFacts
from monitoring.store.registry import Version
from monitoring.thresholds import Status

FIRST, LAST = datetime(2024, 1, 3, tzinfo=UTC), datetime(2024, 3, 28, tzinfo=UTC)
CONTENT: dict[str, Any] = {
    "model": "late-flights",
    "version": "1",
    "title": {"en": "Late arrivals", "fr": "Retards"},
    "task": "binary_classification",
    "owner": "operations",
    "reference": "r.parquet",
    "columns": {"id": "i", "timestamp": "t", "prediction": "p", "score": "s", "truth": "late", "positive": 1},
    "features": [
        {"name": "hour", "kind": "numeric", "unit": "h", "label": {"en": "Hour", "fr": "Heure"}},
        {"name": "carrier", "kind": "categorical"},
        {"name": "seen", "kind": "datetime"},
    ],
    "segments": ["carrier"],
    "truth_delay": "2d",
    "kpis": [
        {
            "name": "cost",
            "formula": "sum(y_pred)",
            "unit": "USD",
            "direction": "down",
            "target": 500,
            "per": "week",
        },
        {"name": "gain", "formula": "count(*)", "direction": "up", "per": "month"},
    ],
    "alerts": [
        {"on": "kpi", "metric": "cost", "above": 900, "severity": "critical", "for": 2},
        {"on": "performance", "metric": "roc_auc", "below": 0.6, "segment": "carrier=AA"},
        {"on": "drift", "metric": "psi", "column": "hour", "above": 0.3, "below": 0.01},
    ],
}


def version(name: str = "1", **changes: Any) -> Version:
    """A version as it is registered."""
    spec = spec_from({**CONTENT, "version": name} | changes)
    return Version(spec, "c0ffee", datetime(2024, 4, 1, 9, tzinfo=UTC), {}, ("0", "1"), 1000)


def part(**changes: Any) -> PartFacts:
    """1,000 rows of which 980 have truth and 245 are positive."""
    nothing = ColumnFacts(0, 2, None, None)
    facts = PartFacts(
        1000, 980, FIRST, LAST, dict.fromkeys(("hour", "carrier", "seen"), nothing), {"0": 735, "1": 245}, ()
    )
    return replace(facts, **changes)


def card(**changes: Any) -> ModelCard:
    """A card with a weak segment, one of few rows, and a feature with many missing values."""
    made = ModelCard(
        version=version(),
        reference=part(),
        training=None,
        features=(
            CardFeature("hour", "numeric", "h", 0.7, 0.0, 24, 0.0, 23.0, False),
            CardFeature("carrier", "categorical", None, 0.2, 0.16, 16, None, None, True),
            CardFeature("seen", "datetime", None, None, 0.0, 90, FIRST, LAST, False),
        ),
        primary="roc_auc",
        metrics={
            "roc_auc": Estimate(0.68, 0.66, 0.7),
            "expected_calibration_error": Estimate(0.02, float("nan"), float("nan")),
        },
        segments=(
            CardSegment("carrier", "AA", 400, Estimate(0.69, 0.65, 0.73), Status.OK),
            CardSegment("carrier", "MQ", 300, Estimate(0.59, 0.55, 0.63), Status.CRITICAL),
            CardSegment("carrier", "UA", 200, Estimate(0.62, 0.58, 0.66), Status.WARNING),
            CardSegment("carrier", "HA", 20, Estimate(0.5, 0.3, 0.7), Status.NOT_ENOUGH_DATA),
        ),
        artifact=CardArtifact("model.skops", "ab" * 32, 2048, "HistGradientBoostingClassifier"),
        watch=None,
    )
    return replace(made, **changes)
