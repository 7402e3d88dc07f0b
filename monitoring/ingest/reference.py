"""Reading a reference: every row has to be right, since all that follows is compared with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from monitoring.errors import InvalidInput, one_of
from monitoring.ingest.kinds import infer_kind
from monitoring.ingest.outcomes import Outcomes, learn_outcomes
from monitoring.ingest.plan import reference_plan
from monitoring.ingest.reading import RawTable, ReadOptions, read_table
from monitoring.ingest.stored import as_stored
from monitoring.ingest.validation import validate
from monitoring.spec import Feature, Spec


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference that passed: the specification with its features filled in, and the rows as they are stored."""

    spec: Spec
    rows: pa.Table
    outcomes: Outcomes
    notes: tuple[str, ...]


def read_reference(spec: Spec, path: Path) -> Reference:
    """Read and check a reference. Raises InvalidInput naming the first thing that is wrong with it."""
    raw = read_table(path, name=path.name, options=ReadOptions())
    _check_columns(spec, raw.table.column_names, path.name)
    resolved = spec if spec.features is not None else _with_features(spec, raw)
    checked = validate(raw, reference_plan(resolved), timezone=spec.columns.timezone)
    if checked.quarantined:
        first = checked.quarantined[0]
        raise InvalidInput(
            f"{len(checked.quarantined)} rows of the reference {path.name!r} are not right; the first is row "
            f"{first.row}: {first.reason}",
            "A reference has to be right in every row: all that follows is compared with it.",
        )
    if checked.table.num_rows == 0:
        raise InvalidInput(f"The reference {path.name!r} has no rows.")
    outcomes = learn_outcomes(resolved, checked.table)
    stored = as_stored(resolved, outcomes, checked.table)
    return Reference(resolved, stored.rows, outcomes, tuple(checked.notes))


def _check_columns(spec: Spec, present: list[str], name: str) -> None:
    """Every column that the specification names must be there; prediction, score and truth may be left out."""
    columns = spec.columns
    required = [columns.id, columns.timestamp, *spec.segments, *spec.context]
    required += [feature.name for feature in spec.features or ()]
    folded = {column.strip().casefold() for column in present}
    for column in required:
        if column.strip().casefold() not in folded:
            raise InvalidInput(f"The reference {name!r} has no column {column!r}.", one_of(column, present))


def _with_features(spec: Spec, raw: RawTable) -> Spec:
    taken = {*spec.columns.names(), *spec.context}
    prefix = spec.attributions.prefix if spec.attributions else None
    features = tuple(
        Feature(name=name, kind=infer_kind(raw.table.column(name)))
        for name in raw.table.column_names
        if name not in taken and not (prefix and name.startswith(prefix))
    )
    if not features:
        raise InvalidInput("The reference has no column left that could be a feature.")
    return spec.model_copy(update={"features": features})
