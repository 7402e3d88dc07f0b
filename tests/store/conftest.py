"""A store on disk with one registered version, and rows for it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from monitoring.spec import spec_from
from monitoring.store import Store, registry
from monitoring.store.names import stored_names
from monitoring.store.registry import BinsRecord, Version

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def make_version(name: str = "1", **changes: object) -> Version:
    """A binary classification with two features."""
    content: dict[str, object] = {
        "model": "late-flights",
        "version": name,
        "task": "binary_classification",
        "reference": "reference.parquet",
        "columns": {
            "id": "flight",
            "timestamp": "at",
            "prediction": "predicted",
            "score": "p",
            "truth": "late",
            "positive": 1,
        },
        "features": [{"name": "distance", "kind": "numeric"}, {"name": "carrier", "kind": "categorical"}],
        "segments": ["carrier"],
    }
    spec = spec_from(content | changes)
    return Version(spec, f"hash-{name}", NOW, stored_names(spec), ("0", "1"), 0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "vigie.duckdb") as opened:
        yield opened


@pytest.fixture
def version(store: Store) -> Version:
    made = make_version()
    with store.write() as cursor:
        registry.add_version(
            cursor, made, None, [BinsRecord("distance", "feature", "numeric", {"edges": [1.0]})]
        )
    return made


@pytest.fixture
def inferences() -> Callable[..., pa.Table]:
    def make(ids: Sequence[str], *, day: int = 1, distance: float = 100.0) -> pa.Table:
        n = len(ids)
        return pa.table(
            {
                "row": pa.array(range(1, n + 1), pa.int64()),
                "id": pa.array(ids, pa.string()),
                "timestamp": pa.array(
                    [datetime(2024, 5, day, 12, tzinfo=UTC)] * n, pa.timestamp("us", tz="UTC")
                ),
                "y_pred": pa.array([1] * n, pa.int8()),
                "y_score": pa.array([0.7] * n, pa.float64()),
                "distance": pa.array([distance] * n, pa.float64()),
                "carrier": pa.array(["AA"] * n, pa.string()),
            }
        )

    return make


@pytest.fixture
def truths() -> Callable[..., pa.Table]:
    def make(values: Sequence[tuple[str, int, datetime | None]]) -> pa.Table:
        return pa.table(
            {
                "row": pa.array(range(1, len(values) + 1), pa.int64()),
                "id": pa.array([v[0] for v in values], pa.string()),
                "value": pa.array([v[1] for v in values], pa.int8()),
                "observed_at": pa.array([v[2] for v in values], pa.timestamp("us", tz="UTC")),
            }
        )

    return make
