"""Computing attributions: for a sample of the reference and of every window, and for one inference."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from monitoring.errors import NotFound
from monitoring.explain.artifacts import Model, load_artifact
from monitoring.explain.attributions import Attributions, attributions_of
from monitoring.explain.summary import sample_ids
from monitoring.store import Store, attributions, registry, rows
from monitoring.store.connection import Cursor
from monitoring.store.registry import Artifact, Version
from monitoring.store.rows import Rows
from monitoring.windows import Window, microseconds

REFERENCE_SAMPLE = 2_000
WINDOW_SAMPLE = 100
BACKGROUND_SAMPLE = 1_000


def model_of(store: Store, version: Version) -> Model:
    """The model of a version; raises NotFound when it was registered without an artifact."""
    artifact = registry.artifact(store, version.model, version.name)
    if artifact is None:
        raise NotFound(
            f"The version {version.name!r} of {version.model!r} has no artifact, so it cannot be explained.",
            "Register a version whose specification names one.",
        )
    return _loaded(artifact)


@lru_cache(maxsize=8)
def _loaded(artifact: Artifact) -> Model:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / Path(artifact.name).name
        path.write_bytes(artifact.content)
        return load_artifact(path)


def features_frame(version: Version, table: pa.Table) -> pd.DataFrame:
    """The features of stored rows as a model reads them: text as strings or None, numbers as float64 with NaN."""
    columns: dict[str, object] = {}
    for feature in version.spec.features or ():
        values = table.column(version.stored[feature.name])
        if feature.kind == "numeric":
            columns[feature.name] = values.to_numpy(zero_copy_only=False).astype(np.float64)
        else:
            columns[feature.name] = pd.Series(values.to_pylist(), dtype=object)
    return pd.DataFrame(columns)


def explain_rows(store: Store, version: Version, table: pa.Table) -> Attributions:
    """Attributions of stored rows."""
    return attributions_of(
        model_of(store, version),
        features_frame(version, table),
        background=_background(store, version),
        positive=version.spec.columns.positive,
    )


def explain_reference(store: Store, version: Version) -> pa.Table:
    """Attributions of a sample of the reference, as they are stored."""
    return _explain_sample(store, version, Rows(version, "reference"), REFERENCE_SAMPLE)


def explain_windows(store: Store, version: Version, windows: Sequence[Window]) -> list[pa.Table]:
    """Attributions of a sample of the inferences of each window, as they are stored."""
    ids = rows.fetch_ids(store, Rows(version, periods=tuple(windows)))
    times = ids.column("timestamp").cast(pa.int64()).to_numpy()
    names = np.asarray(ids.column("id").to_pylist(), dtype=object)
    chosen: list[str] = []
    for window in windows:
        first, last = np.searchsorted(times, [microseconds(window.start), microseconds(window.end)])
        chosen += sample_ids(names[first:last].tolist(), WINDOW_SAMPLE)
    return [_explain_ids(store, version, Rows(version, periods=tuple(windows)), chosen)] if chosen else []


def write_attributions(
    cursor: Cursor, version: Version, part: str, tables: Sequence[pa.Table], windows: Sequence[Window] = ()
) -> None:
    """Store attributions, those of some windows in place of what was there."""
    attributions.forget(cursor, version, windows)
    for table in tables:
        attributions.write(cursor, version, part, table)


def _explain_sample(store: Store, version: Version, source: Rows, size: int) -> pa.Table:
    names = rows.fetch_ids(store, source).column("id").to_pylist()
    return _explain_ids(store, version, source, sample_ids(names, size))


def _explain_ids(store: Store, version: Version, source: Rows, ids: Sequence[str]) -> pa.Table:
    columns = ["id", "timestamp", *(version.stored[f.name] for f in version.spec.features or ())]
    table = rows.fetch_by_id(store, source, columns, ids)
    found = explain_rows(store, version, table)
    values = found.values if found.values.ndim == 2 else np.abs(found.values).sum(axis=2)  # noqa: PLR2004
    return pa.table(
        {
            "id": table.column("id"),
            "timestamp": table.column("timestamp"),
            "base_value": np.full(table.num_rows, float(np.mean(found.base_value))),
            "attributions": pa.array(values.tolist(), pa.list_(pa.float64())),
            "additivity_error": found.additivity_error,
        }
    )


def _background(store: Store, version: Version) -> pd.DataFrame:
    columns = ["id", *(version.stored[f.name] for f in version.spec.features or ())]
    source = Rows(version, "reference")
    names = rows.fetch_ids(store, source).column("id").to_pylist()
    return features_frame(
        version, rows.fetch_by_id(store, source, columns, sample_ids(names, BACKGROUND_SAMPLE))
    )
