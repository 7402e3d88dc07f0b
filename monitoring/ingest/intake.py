"""Inferences and truth from files into the store; what cannot be taken is put in quarantine with its reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from monitoring.ingest.outcomes import known_outcomes
from monitoring.ingest.plan import inference_plan, truth_plan
from monitoring.ingest.reading import RawTable, ReadOptions, read_table
from monitoring.ingest.stored import as_stored
from monitoring.ingest.validation import Quarantined, validate
from monitoring.store import Store, intake, registry
from monitoring.store.inferences import append_inferences
from monitoring.store.intake import Batch, Refused
from monitoring.store.registry import Version
from monitoring.store.truths import append_truth

Progress = Callable[[str], None]
LISTED = 1000
"""How many quarantined rows a receipt lists; the store keeps them all."""


@dataclass(frozen=True, slots=True)
class QuarantinedLine:
    """A row that was put in quarantine, as a receipt lists it."""

    row: int
    id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of what was sent: every row counts once."""

    accepted: int = 0
    duplicates: int = 0
    corrections: int = 0
    quarantined: tuple[QuarantinedLine, ...] = ()
    n_quarantined: int = 0
    notes: tuple[str, ...] = ()

    def __add__(self, other: Receipt) -> Receipt:
        return Receipt(
            self.accepted + other.accepted,
            self.duplicates + other.duplicates,
            self.corrections + other.corrections,
            (self.quarantined + other.quarantined)[:LISTED],
            self.n_quarantined + other.n_quarantined,
            self.notes + other.notes,
        )


def log(
    store: Store,
    model: str,
    files: Sequence[Path],
    progress: Progress,
    version: str | None = None,
    time_format: str | None = None,
) -> Receipt:
    """Take in inferences from files. Each file is taken in whole, in one transaction, before the next is read."""
    into = registry.version(store, model, version)
    total = Receipt()
    for file in files:
        progress(f"{model} {into.name}: reading {file.name}")
        raw = read_table(file, name=file.name, options=ReadOptions(time_format=time_format))
        total += take_inferences(store, into, raw, file.name)
    return total


def truth(
    store: Store, model: str, files: Sequence[Path], progress: Progress, time_format: str | None = None
) -> Receipt:
    """Take in ground truth from files."""
    versions = registry.versions(store, model)
    total = Receipt()
    for file in files:
        progress(f"{model}: reading truth from {file.name}")
        raw = read_table(file, name=file.name, options=ReadOptions(time_format=time_format))
        total += take_truth(store, versions, raw, file.name)
    return total


def take_inferences(store: Store, version: Version, raw: RawTable, source: str) -> Receipt:
    """Validate and store inferences; their truth, where it came along, is stored as truth."""
    spec, now = version.spec, datetime.now(UTC)
    checked = validate(raw, inference_plan(spec), timezone=spec.columns.timezone)
    outcomes = known_outcomes(spec, version.classes)
    stored = as_stored(spec, outcomes, checked.table)
    refused = [*(_refused(q) for q in checked.quarantined), *stored.refused]
    with store.write() as cursor:
        appended = append_inferences(cursor, version, stored.rows.drop(["y_true"]), now)
        refused += [
            Refused(row, name, f"the id {name!r} is stored already, with another content; the first stays")
            for row, name in appended.conflicts
        ]
        batch = Batch(
            version.model, version.name, "inference", source, now, appended.accepted, appended.duplicates, 0,
            len(refused), tuple(checked.notes),
        )  # fmt: skip
        intake.record(cursor, batch, _with_content(raw, refused))
        conflicts = {row for row, _ in appended.conflicts}
        along = _truth_along(stored.rows, conflicts)
        if along.num_rows:
            append_truth(cursor, version.model, registry.versions(store, version.model), along, now)
    return _receipt(batch, refused)


def take_truth(store: Store, versions: Sequence[Version], raw: RawTable, source: str) -> Receipt:
    """Validate and store ground truth for all versions of a model."""
    version, now = versions[-1], datetime.now(UTC)
    spec = version.spec
    plan = truth_plan(spec, raw.table.column_names)
    checked = validate(raw, plan, timezone=spec.columns.timezone)
    table = checked.table
    values = known_outcomes(spec, version.classes).encode(table.column(plan[1].name))
    rows = pa.table(
        {
            "row": table.column("row"),
            "id": table.column(plan[0].name),
            "value": values.values,
            "observed_at": table.column("observed_at")
            if "observed_at" in table.column_names
            else pa.nulls(table.num_rows, pa.timestamp("us", tz="UTC")),
        }
    )
    refused = [_refused(q) for q in checked.quarantined]
    unknown = set(values.unknown)
    positions = [i for i, value in enumerate(values.values.is_valid().to_pylist()) if not value]
    known = " or ".join(map(repr, version.classes))
    for position in positions:
        row, name = rows.column("row")[position].as_py(), rows.column("id")[position].as_py()
        value = table.column(plan[1].name)[position].as_py()
        why = f"{value!r} is no class; it has to be {known}" if position in unknown else "there is no value"
        refused.append(Refused(row, name, f"{plan[1].name}: {why}", plan[1].name, None if value is None else str(value)))
    with store.write() as cursor:
        appended = append_truth(cursor, version.model, list(versions), rows.filter(values.values.is_valid()), now)
        batch = Batch(
            version.model, "", "truth", source, now, appended.accepted, appended.duplicates, appended.corrections,
            len(refused), tuple(checked.notes),
        )  # fmt: skip
        intake.record(cursor, batch, _with_content(raw, refused))
    return _receipt(batch, refused)


def _truth_along(rows: pa.Table, conflicts: set[int]) -> pa.Table:
    """The truth that came with inferences, but for those that were refused."""
    table = pa.table(
        {
            "row": rows.column("row"),
            "id": rows.column("id"),
            "value": rows.column("y_true"),
            "observed_at": pa.nulls(rows.num_rows, pa.timestamp("us", tz="UTC")),
        }
    )
    table = table.filter(table.column("value").is_valid())
    if conflicts and table.num_rows:
        table = table.filter(pa.array([row not in conflicts for row in table.column("row").to_pylist()]))
    return table


def _refused(row: Quarantined) -> Refused:
    return Refused(row.row, row.id, row.reason, row.column, row.value)


def _with_content(raw: RawTable, refused: Sequence[Refused]) -> list[Refused]:
    """Refused rows with all that stood in them, so that nothing is lost and they can be mended."""
    kept = []
    for item in refused:
        content = raw.table.slice(item.row - 1, 1).to_pylist()
        text = json.dumps(content[0], default=str, ensure_ascii=False) if content else None
        kept.append(replace(item, content=text))
    return kept


def _receipt(batch: Batch, refused: Sequence[Refused]) -> Receipt:
    lines = tuple(QuarantinedLine(item.row, item.id, item.reason) for item in refused[:LISTED])
    return Receipt(batch.accepted, batch.duplicates, batch.corrections, lines, len(refused), batch.notes)

