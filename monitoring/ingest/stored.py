"""Rows as the store keeps them: the store's column names and types, classes encoded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from monitoring.ingest.outcomes import Outcomes
from monitoring.spec import Spec
from monitoring.store.intake import Refused
from monitoring.store.names import score_columns, stored_names

_ARROW = {
    "numeric": pa.float64(),
    "boolean": pa.bool_(),
    "datetime": pa.timestamp("us", tz="UTC"),
    "categorical": pa.string(),
    "text": pa.string(),
}


@dataclass(frozen=True, slots=True)
class StoredRows:
    """Rows ready for the store, and those whose class is not known."""

    rows: pa.Table
    refused: tuple[Refused, ...]


def as_stored(spec: Spec, outcomes: Outcomes, table: pa.Table) -> StoredRows:
    """Validated rows (the user's column names) with the store's names; columns that did not come are null."""
    names = stored_names(spec)
    columns: dict[str, pa.Array | pa.ChunkedArray] = {}
    if "row" in table.column_names:
        columns["row"] = table.column("row")
    refused: dict[int, Refused] = {}
    encoded = {spec.columns.truth, spec.columns.treatment}
    if spec.task != "uplift":
        encoded.add(spec.columns.prediction)
    for name, stored in names.items():
        if name not in table.column_names:
            columns[stored] = pa.nulls(table.num_rows, _type(spec, name, stored))
        elif name in encoded:
            column = outcomes.encode(table.column(name))
            columns[stored] = column.values
            for position in column.unknown:
                refused.setdefault(position, _refuse(table, position, name, spec, outcomes))
        else:
            columns[stored] = table.column(name)
    if spec.columns.truth is None:
        columns["y_true"] = pa.nulls(table.num_rows, _type(spec, "", "y_true"))
    rows = pa.table(columns)
    if refused:
        keep = np.ones(table.num_rows, dtype=bool)
        keep[list(refused)] = False
        rows = rows.filter(pa.array(keep))
    return StoredRows(rows, tuple(refused.values()))


def _type(spec: Spec, name: str, stored: str) -> pa.DataType:
    if stored in ("y_true", "y_pred", "treatment"):
        if spec.task == "regression" or (spec.task == "uplift" and stored == "y_pred"):
            return pa.float64()
        return pa.string() if spec.task == "multiclass_classification" else pa.int8()
    if stored in score_columns(spec).values():
        return pa.float64()
    feature = spec.feature(name)
    return _ARROW[feature.kind] if feature else pa.string()


def _refuse(table: pa.Table, position: int, name: str, spec: Spec, outcomes: Outcomes) -> Refused:
    value = str(table.column(name)[position].as_py())[:80]
    row = table.column("row")[position].as_py() if "row" in table.column_names else position + 1
    known = " or ".join(map(repr, outcomes.names))
    return Refused(
        row=row,
        id=str(table.column(spec.columns.id)[position].as_py()) if spec.columns.id in table.column_names else None,
        reason=f"{name}: {value!r} is no class; it has to be {known}",
        column=name,
        value=value,
    )
