"""Rows as the store keeps them: the store's column names and types, classes encoded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from monitoring.ingest.outcomes import Outcomes
from monitoring.ingest.refusals import CONTENT_LENGTH
from monitoring.ingest.tables import Quarantined, RawTable, cut, json_text
from monitoring.ingest.validation import Validated
from monitoring.spec import Spec
from monitoring.store.inferences import ROW
from monitoring.store.names import stored_names


@dataclass(frozen=True, slots=True)
class StoredRows:
    """Rows ready for the store, and those whose class is not known."""

    rows: pa.Table
    refused: tuple[Quarantined, ...]


def as_stored(spec: Spec, outcomes: Outcomes, raw: RawTable, checked: Validated) -> StoredRows:
    """Validated rows (the user's column names) under the store's names, with the row's number in the source."""
    columns: dict[str, pa.Array | pa.ChunkedArray] = {ROW: checked.rows}
    refused: dict[int, Quarantined] = {}
    classes = {spec.columns.truth, spec.columns.treatment}
    if spec.task != "uplift":
        classes.add(spec.columns.prediction)
    for name, stored in stored_names(spec).items():
        if name not in checked.table.column_names:
            continue
        values = checked.table.column(name)
        if name in classes:
            encoded = outcomes.encode(values)
            columns[stored] = encoded.values
            for position in encoded.unknown:
                refused.setdefault(position, _no_class(spec, outcomes, raw, checked, position, name))
        else:
            columns[stored] = values
    if "y_true" not in columns:
        columns["y_true"] = pa.nulls(len(checked.rows), truth_type(spec))
    rows = pa.table(columns)
    if refused:
        keep = np.ones(rows.num_rows, dtype=bool)
        keep[list(refused)] = False
        rows = rows.filter(pa.array(keep))
    return StoredRows(rows, tuple(refused.values()))


def truth_type(spec: Spec) -> pa.DataType:
    """How truth is stored."""
    if spec.task == "regression":
        return pa.float64()
    return pa.string() if spec.task == "multiclass_classification" else pa.int8()


def no_class(outcomes: Outcomes) -> str:
    """What is wrong with a value that is none of the classes."""
    return f"is no class; it has to be {' or '.join(map(repr, outcomes.names))}"


def content_of(raw: RawTable, row: int) -> str | None:
    """The beginning of a row of the source as JSON, so that a refused row can be mended."""
    position = pc.index(raw.rows, pa.scalar(row, raw.rows.type)).as_py()
    found = raw.table.slice(position, 1).to_pylist() if position >= 0 else []
    return json_text(found[0])[:CONTENT_LENGTH] if found else None


def _no_class(
    spec: Spec, outcomes: Outcomes, raw: RawTable, checked: Validated, position: int, name: str
) -> Quarantined:
    row = checked.rows[position].as_py()
    return Quarantined(
        row=row,
        id=checked.table.column(spec.columns.id)[position].as_py(),
        problem=no_class(outcomes),
        column=name,
        value=cut(str(checked.table.column(name)[position].as_py())),
        timestamp=checked.table.column(spec.columns.timestamp)[position].as_py(),
        content=content_of(raw, row),
    )
