"""Computing attributions: for a sample of the reference and of every window, and for one inference."""

from __future__ import annotations

import math
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from monitoring.errors import InvalidInput, NotFound
from monitoring.explain.artifacts import Model, load_artifact
from monitoring.explain.attributions import Attributions, attributions_of, needs_background, output_of
from monitoring.explain.predictions import PredictionCheck, check_predictions, predict
from monitoring.explain.summary import sample_ids
from monitoring.explain.trees import Output
from monitoring.store import Store, attributions, registry, rows
from monitoring.store.connection import Cursor
from monitoring.store.names import score_columns
from monitoring.store.registry import Artifact, Version
from monitoring.store.rows import Rows
from monitoring.windows import Window, microseconds

REFERENCE_SAMPLE = 2_000
WINDOW_SAMPLE = 100
BACKGROUND_SAMPLE = 1_000
CHECKED_ROWS = 1_000
_FEW_ROWS = 64

SAME_SCORE = 1e-6
"""Scores of the artifact and logged scores that are no further apart than this are the same."""


@dataclass(frozen=True, slots=True)
class _Of:
    """A version to load something of, once for its content: what was registered never changes."""

    content_hash: str
    store: Store = field(compare=False)
    version: Version = field(compare=False)


def model_of(store: Store, version: Version) -> Model:
    """The model of a version; raises NotFound when it was registered without an artifact."""
    return _model(_Of(version.content_hash, store, version))


def output_unit(store: Store, version: Version) -> Output:
    """The unit that a version's attributions are in."""
    return output_of(model_of(store, version))


def require_artifact(version: Version) -> None:
    """Raise NotFound for a version that was registered without an artifact."""
    if version.spec.artifact is None:
        raise NotFound(
            f"The version {version.name!r} of {version.model!r} has no artifact, so it cannot be explained.",
            "Register a version whose specification names one.",
        )


@lru_cache(maxsize=8)
def _model(of: _Of) -> Model:
    artifact = registry.artifact(of.store, of.version.model, of.version.name)
    if artifact is None:
        require_artifact(of.version)
        raise NotFound(f"The artifact of {of.version.model!r} {of.version.name!r} is missing in the store.")
    return loaded(artifact)


def loaded(artifact: Artifact) -> Model:
    """The model in an artifact. Raises InvalidInput for what is not safe to load."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / Path(artifact.name).name
        path.write_bytes(artifact.content)
        return load_artifact(path)


def warm_up() -> threading.Thread:
    """Load and compile, beside everything else, what explaining needs; else the first reader waits for it."""
    thread = threading.Thread(target=_load_libraries, name="vigie-explain", daemon=True)
    thread.start()
    return thread


def _load_libraries() -> None:
    from monitoring.explain.tree_shap import compile_kernel

    for name in ("skops.io", "sklearn.ensemble"):
        import_module(name)
    compile_kernel()


def check_artifact(version: Version, artifact: Artifact, reference: pa.Table) -> PredictionCheck:
    """Compare what the artifact says of a sample of reference rows with what was logged of them.

    reference: rows as they are stored. Raises InvalidInput where the artifact cannot read the features.
    """
    chosen = pa.array(sample_ids(reference.column("id").to_pylist(), CHECKED_ROWS), pa.string())
    table = reference.filter(pc.is_in(reference.column("id"), chosen))
    spec = version.spec
    found = predict(
        loaded(artifact), features_frame(version, table), spec.task, positive=spec.columns.positive
    )
    stored = score_columns(spec)
    names = [stored[label] for label in found.classes if label in stored] if found.classes else ["y_score"]
    scores = None
    if stored and len(names) == len(stored):
        columns = [table.column(name).cast(pa.float64()).to_numpy() for name in names]
        scores = np.column_stack(columns) if found.classes else columns[0]
    return check_predictions(found, table.column("y_pred").to_pylist(), scores)


def artifact_notes(version: Version, check: PredictionCheck) -> list[str]:
    """What somebody who registers a version should know about its artifact; nothing where all is the same."""
    differs = check.largest_difference > SAME_SCORE and version.spec.task != "regression"
    if differs or (check.disagreements and version.spec.task == "regression"):
        return [
            f"The artifact does not say what was logged: it differs by up to {check.largest_difference:.6g} on "
            f"{check.n} reference rows. Is it the model that made these predictions?"
        ]
    if check.disagreements:
        return [
            f"The artifact's labels differ from the logged ones on {check.disagreements} of {check.n} reference "
            f"rows{'' if math.isnan(check.largest_difference) else ', while its scores are the same'}: the "
            "decision threshold is not the artifact's own."
        ]
    return []


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
    model = model_of(store, version)
    of = _Of(version.content_hash, store, version)
    with _threads_for(table.num_rows):
        return attributions_of(
            model,
            features_frame(version, table),
            background=_background(of) if needs_background(model) else None,
            positive=version.spec.columns.positive,
        )


def explain_reference(store: Store, version: Version) -> pa.Table:
    """Attributions of a sample of the reference, as they are stored; no rows for a model of an unknown family."""
    source = Rows(version, "reference")
    names = rows.fetch_ids(store, source).column("id").to_pylist()
    return _explain_ids(store, version, source, sample_ids(names, REFERENCE_SAMPLE))


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


def stands_for(n_rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """How many inferences each explained one stands for, in base windows of so many inferences."""
    return np.maximum(1.0, n_rows / WINDOW_SAMPLE)


def write_attributions(
    cursor: Cursor, version: Version, part: str, tables: Sequence[pa.Table], windows: Sequence[Window] = ()
) -> None:
    """Store attributions, those of some windows in place of what was there."""
    attributions.forget(cursor, version, windows)
    for table in tables:
        attributions.write(cursor, version, part, table)


def _explain_ids(store: Store, version: Version, source: Rows, ids: Sequence[str]) -> pa.Table:
    columns = ["id", "timestamp", *(version.stored[f.name] for f in version.spec.features or ())]
    table = rows.fetch_by_id(store, source, columns, ids)
    try:
        found = explain_rows(store, version, table)
    except InvalidInput:
        # The rest of a refresh does not depend on it, and the report says what stands against explaining.
        return _NOTHING.empty_table()
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


@contextmanager
def _threads_for(n_rows: int) -> Iterator[None]:
    """One thread for few rows: on a busy machine several wait for one another at every tree, a hundred times longer."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1 if n_rows < _FEW_ROWS else None, user_api="openmp"):
        yield


@lru_cache(maxsize=8)
def _background(of: _Of) -> pd.DataFrame:
    columns = ["id", *(of.version.stored[f.name] for f in of.version.spec.features or ())]
    source = Rows(of.version, "reference")
    names = rows.fetch_ids(of.store, source).column("id").to_pylist()
    chosen = sample_ids(names, BACKGROUND_SAMPLE)
    return features_frame(of.version, rows.fetch_by_id(of.store, source, columns, chosen))


_NOTHING = pa.schema(
    {
        "id": pa.string(),
        "timestamp": pa.timestamp("us", tz="UTC"),
        "base_value": pa.float64(),
        "attributions": pa.list_(pa.float64()),
        "additivity_error": pa.float64(),
    }
)
