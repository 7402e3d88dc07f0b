"""Reading a reference: every row has to be right, since all that follows is compared with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from monitoring.errors import InvalidInput, one_of
from monitoring.ingest.columns import fold
from monitoring.ingest.kinds import infer_kind
from monitoring.ingest.outcomes import Outcomes, learn_outcomes
from monitoring.ingest.plan import reference_plan
from monitoring.ingest.reading import read_table
from monitoring.ingest.stored import as_stored
from monitoring.ingest.tables import Quarantined, RawTable, counted
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
    raw = read_table(path, name=path.name)
    _check_columns(spec, raw.table.column_names, path.name)
    resolved = spec if spec.features is not None else _with_features(spec, raw)
    checked = validate(raw, reference_plan(resolved), timezone=spec.columns.timezone)
    _refuse(path.name, checked.quarantined)
    if checked.table.num_rows == 0:
        raise InvalidInput(f"The reference {path.name!r} has no rows.")
    outcomes = learn_outcomes(resolved, checked.table)
    stored = as_stored(resolved, outcomes, raw, checked)
    _refuse(path.name, stored.refused)
    _refuse_repeated_ids(spec, path.name, stored.rows)
    return Reference(resolved, stored.rows, outcomes, checked.notes)


def _refuse(name: str, refused: tuple[Quarantined, ...]) -> None:
    if refused:
        raise InvalidInput(
            f"{counted(len(refused), 'row')} of the reference {name!r} cannot be read; the first is row "
            f"{refused[0].row}: {refused[0].reason}.",
            "A reference has to be right in every row: all that follows is compared with it.",
        )


def _refuse_repeated_ids(spec: Spec, name: str, rows: pa.Table) -> None:
    counts = rows.column("id").value_counts()
    for item in counts.to_pylist():
        if item["counts"] > 1:
            raise InvalidInput(
                f"The reference {name!r} has the {spec.columns.id} {item['values']!r} {item['counts']} times.",
                "Every row needs an id of its own.",
            )


def _check_columns(spec: Spec, present: list[str], name: str) -> None:
    """Every column that the specification names must be there; prediction, score and truth may be left out."""
    columns = spec.columns
    required = [columns.id, columns.timestamp, *spec.segments, *spec.context]
    required += [feature.name for feature in spec.features or ()]
    folded = {fold(column) for column in present}
    for column in required:
        if fold(column) not in folded:
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
