"""Inferences and truth into the store; what cannot be taken is put in quarantine with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from monitoring.ingest.outcomes import Encoded, Outcomes, known_outcomes
from monitoring.ingest.plan import inference_plan, truth_plan
from monitoring.ingest.reading import read_table
from monitoring.ingest.stored import as_stored, content_of, no_class
from monitoring.ingest.tables import Quarantined, RawTable, ReadOptions, cut
from monitoring.ingest.validation import Validated, validate
from monitoring.store import Store, intake, registry
from monitoring.store.connection import Cursor
from monitoring.store.inferences import ROW, Appended, append_inferences
from monitoring.store.intake import Batch, Refused
from monitoring.store.registry import Version
from monitoring.store.truths import append_truth

Progress = Callable[[str], None]
LISTED = 1000
"""How many quarantined rows a receipt lists; the store keeps them all."""

_MOMENT = pa.timestamp("us", tz="UTC")


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
    into, options = registry.version(store, model, version), ReadOptions(time_format=time_format)
    total = Receipt()
    for file in files:
        progress(f"{model} {into.name}: reading {file.name}")
        total += take_inferences(store, into, read_table(file, name=file.name, options=options))
    return total


def truth(
    store: Store, model: str, files: Sequence[Path], progress: Progress, time_format: str | None = None
) -> Receipt:
    """Take in ground truth from files."""
    versions, options = registry.versions(store, model), ReadOptions(time_format=time_format)
    total = Receipt()
    for file in files:
        progress(f"{model}: reading truth from {file.name}")
        total += take_truth(store, versions, read_table(file, name=file.name, options=options))
    return total


def take_inferences(store: Store, version: Version, raw: RawTable) -> Receipt:
    """Validate and store inferences; their truth, where it came along, is stored as truth."""
    return store_prepared(store, [prepare_inferences(version, raw)])[0]


@dataclass(frozen=True, slots=True)
class PreparedInferences:
    """Inferences of a version as they will be stored, and the rows that were refused before that."""

    version: Version
    raw: RawTable
    rows: pa.Table
    refused: tuple[Quarantined, ...]
    notes: tuple[str, ...]

    @property
    def n_read(self) -> int:
        """How many rows there were in the source."""
        return int(self.raw.table.num_rows) + len(self.raw.refused)


def prepare_inferences(version: Version, raw: RawTable) -> PreparedInferences:
    """Validate inferences, without the store."""
    spec = version.spec
    plan = inference_plan(spec, raw.table.column_names)
    checked = validate(raw, plan, timezone=spec.columns.timezone, now=datetime.now(UTC))
    stored = as_stored(spec, known_outcomes(spec, version.classes), raw, checked)
    return PreparedInferences(
        version, raw, stored.rows, (*checked.quarantined, *stored.refused), checked.notes
    )


def store_prepared(store: Store, prepared: Sequence[PreparedInferences]) -> list[Receipt]:
    """Store what was prepared for one version, in one transaction: a receipt for each, as if it had come alone.

    Of rows with the same id the one that stands first counts.
    """
    version, now = prepared[0].version, datetime.now(UTC)
    offsets = [0, *accumulate(item.n_read for item in prepared)]
    rows = _under_one_another([item.rows for item in prepared], offsets)
    with store.write() as cursor:
        appended = append_inferences(cursor, version, rows.drop(["y_true"]), now)
        parts = [_part(item, offset, appended) for item, offset in zip(prepared, offsets, strict=False)]
        refused = [row for _, rows_of_part in parts for row in rows_of_part]
        receipts = [receipt for receipt, _ in parts]
        total = sum(receipts, Receipt())
        _record(cursor, version.model, version.name, "inference", prepared[0].raw.name, now, total, refused)
        along = _truth_along(rows, {row for row, _ in appended.conflicts})
        if along.num_rows:
            append_truth(cursor, version.model, registry.versions(store, version.model), along, now)
    return receipts


def _under_one_another(tables: Sequence[pa.Table], offsets: Sequence[int]) -> pa.Table:
    """The tables as one, their rows numbered through."""
    if len(tables) == 1:
        return tables[0]
    numbered = [
        table.set_column(table.column_names.index(ROW), ROW, pc.add(table.column(ROW), offset))
        for table, offset in zip(tables, offsets, strict=False)
    ]
    return pa.concat_tables(numbered, promote_options="permissive")


def _part(item: PreparedInferences, offset: int, appended: Appended) -> tuple[Receipt, list[Quarantined]]:
    """What became of one of the tables that were stored together."""
    first, last = offset + 1, offset + item.n_read
    conflicts = [(row - offset, name) for row, name in appended.conflicts if first <= row <= last]
    n_known = int(np.count_nonzero((appended.known >= first) & (appended.known <= last)))
    refused = [*item.refused, *_conflicts(item.raw, conflicts)]
    accepted, duplicates = item.rows.num_rows - n_known, n_known - len(conflicts)
    return _receipt(refused, item.notes, accepted, duplicates), refused


def take_truth(store: Store, versions: Sequence[Version], raw: RawTable) -> Receipt:
    """Validate and store ground truth for all versions of a model."""
    return store_truth(store, prepare_truth(versions, raw))


@dataclass(frozen=True, slots=True)
class PreparedTruth:
    """Truth as it will be stored, and the rows that were refused before that."""

    versions: Sequence[Version]
    raw: RawTable
    rows: pa.Table
    refused: tuple[Quarantined, ...]
    notes: tuple[str, ...]


def prepare_truth(versions: Sequence[Version], raw: RawTable) -> PreparedTruth:
    """Validate ground truth for all versions of a model, without the store."""
    version = versions[-1]
    spec = version.spec
    plan = truth_plan(spec, raw.table.column_names)
    checked = validate(raw, plan, timezone=spec.columns.timezone, now=datetime.now(UTC))
    outcomes = known_outcomes(spec, version.classes)
    name, value = plan[0].name, plan[1].name
    encoded = outcomes.encode(checked.table.column(value))
    rows = _truth_rows(checked.rows, checked.table.column(name), encoded.values, _observed(checked))
    refused = (*checked.quarantined, *_without_class(raw, checked, outcomes, encoded, name, value))
    return PreparedTruth(
        versions, raw, rows.filter(pc.is_valid(rows.column("value"))), refused, checked.notes
    )


def store_truth(store: Store, prepared: PreparedTruth) -> Receipt:
    """Store truth that was prepared, in one transaction."""
    model, now = prepared.versions[-1].model, datetime.now(UTC)
    with store.write() as cursor:
        appended = append_truth(cursor, model, list(prepared.versions), prepared.rows, now)
        receipt = _receipt(
            prepared.refused, prepared.notes, appended.accepted, appended.duplicates, appended.corrections
        )
        _record(cursor, model, "", "truth", prepared.raw.name, now, receipt, prepared.refused)
    return receipt


def _observed(checked: Validated) -> pa.Array:
    if "observed_at" in checked.table.column_names:
        return checked.table.column("observed_at")
    return pa.nulls(checked.table.num_rows, _MOMENT)


def _truth_along(rows: pa.Table, conflicts: set[int]) -> pa.Table:
    """The truth that came with inferences, but for those that were refused."""
    nothing = pa.nulls(rows.num_rows, _MOMENT)
    table = _truth_rows(rows.column("row"), rows.column("id"), rows.column("y_true"), nothing)
    table = table.filter(pc.is_valid(table.column("value")))
    if not conflicts:
        return table
    refused = pa.array(sorted(conflicts), pa.int64())
    return table.filter(pc.invert(pc.is_in(table.column("row"), refused)))


def _truth_rows(row: pa.Array, name: pa.Array, value: pa.Array, observed_at: pa.Array) -> pa.Table:
    return pa.table({"row": row, "id": name, "value": value, "observed_at": observed_at})


def _without_class(
    raw: RawTable, checked: Validated, outcomes: Outcomes, encoded: Encoded, name: str, value: str
) -> list[Quarantined]:
    """Rows of truth whose value is none of the classes."""
    found = []
    for position in encoded.unknown:
        row = checked.rows[position].as_py()
        found.append(
            Quarantined(
                row=row,
                id=checked.table.column(name)[position].as_py(),
                problem=no_class(outcomes),
                column=value,
                value=cut(str(checked.table.column(value)[position].as_py())),
                content=content_of(raw, row),
            )
        )
    return found


def _conflicts(raw: RawTable, conflicts: Sequence[tuple[int, str]]) -> list[Quarantined]:
    problem = "is stored already, with another content; the first stays"
    return [
        Quarantined(row=row, id=name, problem=problem, value=cut(name), content=content_of(raw, row))
        for row, name in conflicts
    ]


def _receipt(
    refused: Sequence[Quarantined],
    notes: tuple[str, ...],
    accepted: int,
    duplicates: int,
    corrections: int = 0,
) -> Receipt:
    lines = tuple(QuarantinedLine(item.row, item.id, item.reason) for item in refused[:LISTED])
    return Receipt(accepted, duplicates, corrections, lines, len(refused), notes)


def _record(
    cursor: Cursor,
    model: str,
    version: str,
    kind: str,
    source: str,
    now: datetime,
    receipt: Receipt,
    refused: Sequence[Quarantined],
) -> None:
    batch = Batch(
        model,
        version,
        kind,
        source,
        now,
        receipt.accepted,
        receipt.duplicates,
        receipt.corrections,
        receipt.n_quarantined,
        receipt.notes,
    )
    kept = [Refused(q.row, q.id, q.problem, q.column, q.value, q.content, q.timestamp) for q in refused]
    intake.record(cursor, batch, kept)
