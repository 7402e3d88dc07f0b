"""Registering a model version: its specification and reference are checked, profiled once, and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitoring.errors import Conflict, InvalidInput
from monitoring.ingest.reference import Reference, read_reference
from monitoring.kpis.report import formula_columns
from monitoring.performance.job import has_performance, reference_performance, write_performance
from monitoring.profiles_job import reference_profiles, write_reference_profiles
from monitoring.profiling.binning import learn_bins
from monitoring.spec import Kind, Spec, load_spec
from monitoring.store import Store, registry
from monitoring.store.connection import Cursor
from monitoring.store.formula import check_formula, try_formula
from monitoring.store.inferences import append_reference
from monitoring.store.names import score_columns, stored_names
from monitoring.store.registry import Artifact, BinsRecord, Version
from monitoring.summaries import ALL_TIME, REFERENCE_START, Column
from monitoring.windows import Window

Progress = Callable[[str], None]
RESERVED_SLUGS = ("main", "registry", "temp", "system", "store")


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of a registration."""

    model: str
    version: str
    created: bool
    n_reference: int
    features: int
    notes: tuple[str, ...]


def register(store: Store, path: Path, progress: Progress) -> Registered:
    """Validate and store the version that a specification describes.

    The same specification with the same files again changes nothing. Raises Conflict when the version
    exists with another content, InvalidInput when something is wrong with the specification or its files.
    """
    written = load_spec(path)
    _check_slug(store, written.model)
    files = {
        name: path.parent / name for name in (written.reference, written.training, written.artifact) if name
    }
    digest = _digest(written, files)
    known = registry.content_hash(store, written.model, written.version)
    if known == digest:
        found = registry.version(store, written.model, written.version)
        return Registered(
            written.model, written.version, False, found.n_reference, len(found.spec.features or ()), ()
        )
    if known is not None:
        raise Conflict(
            f"The version {written.version!r} of {written.model!r} is registered already, with another content.",
            "What was registered never changes: give the new one another version.",
        )
    progress(f"{written.model} {written.version}: reading the reference")
    reference = read_reference(written, files[written.reference])
    training = read_reference(reference.spec, files[written.training]) if written.training else None
    artifact = _artifact(files[written.artifact]) if written.artifact else None
    return _store(store, reference, training, artifact, digest)


def _store(
    store: Store, reference: Reference, training: Reference | None, artifact: Artifact | None, digest: str
) -> Registered:
    spec, now = reference.spec, datetime.now(UTC)
    version = Version(
        spec, digest, now, stored_names(spec), reference.outcomes.names, reference.rows.num_rows
    )
    columns = _profiled_columns(version, reference)
    records = [BinsRecord(c.stored, c.role, c.kind, c.bins.to_record()) for c in columns]
    parts = {"reference": reference, "training": training}
    with store.write() as cursor:
        registry.add_version(cursor, version, artifact, records)
        for part, rows in parts.items():
            if rows is not None:
                append_reference(cursor, version, rows.rows, part, now)
                write_reference_profiles(
                    cursor, version, part, reference_profiles(version, columns, rows.rows)
                )
                if has_performance(version):
                    span = Window(REFERENCE_START, ALL_TIME.end)
                    write_performance(cursor, version, part, reference_performance(version, rows.rows, span))
        _check_kpis(cursor, version)
    return Registered(
        spec.model, spec.version, True, version.n_reference, len(spec.features or ()), reference.notes
    )


def _profiled_columns(version: Version, reference: Reference) -> list[Column]:
    """Features, prediction, scores and truth, each with bins learned from the reference."""
    spec, rows = version.spec, reference.rows
    outcome: Kind = "numeric" if spec.task == "regression" else "categorical"
    wanted: list[tuple[str, str, str, Kind]] = [
        (feature.name, version.stored[feature.name], "feature", feature.kind)
        for feature in spec.features or ()
    ]
    prediction_kind: Kind = "numeric" if spec.task == "uplift" else outcome
    wanted.append((spec.columns.prediction, "y_pred", "prediction", prediction_kind))
    for label, stored in score_columns(spec).items():
        wanted.append((spec.columns.scores[label], stored, "score", "numeric"))
    wanted.append((spec.columns.truth or "y_true", "y_true", "truth", outcome))
    return [
        Column(name, stored, role, kind, learn_bins(rows.column(stored), kind))
        for name, stored, role, kind in wanted
    ]


def _check_slug(store: Store, model: str) -> None:
    if model in RESERVED_SLUGS or (store.path is not None and model == store.path.stem):
        raise InvalidInput(
            f"A model cannot be called {model!r} here: the store uses that name itself.",
            "Choose another slug.",
        )


def _check_kpis(cursor: Cursor, version: Version) -> None:
    for kpi in version.spec.kpis:
        try_formula(cursor, version, check_formula(kpi.formula, formula_columns(version.spec)))


def _digest(spec: Spec, files: Mapping[str, Path]) -> str:
    """SHA-256 of what is registered: the specification and every file that it names."""
    digest = hashlib.sha256(spec.model_dump_json(by_alias=True).encode())
    for name in sorted(files):
        digest.update(_sha256(files[name]).encode())
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise InvalidInput(
            f"There is no file {str(path)!r}.", "Files stand beside the specification that names them."
        ) from error


def _artifact(path: Path) -> Artifact:
    from monitoring.explain.artifacts import load_artifact

    load_artifact(path)
    return Artifact(path.name, _sha256(path), path.read_bytes())
