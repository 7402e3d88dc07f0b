"""Which models and versions there are, with their specifications, artifacts and bins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from monitoring.errors import NotFound, one_of
from monitoring.spec import Spec
from monitoring.store.connection import Cursor, Store
from monitoring.store.names import literal, quote, table

TYPES = {
    "numeric": "double",
    "boolean": "boolean",
    "datetime": "timestamptz",
    "categorical": "varchar",
    "text": "varchar",
}


@dataclass(frozen=True, slots=True)
class Version:
    """A registered version: its resolved specification, and how its columns and classes are stored.

    stored: the store's name of each of the user's columns. classes: the values of truth and prediction as text; for a
    binary classification the negative one, then the positive one.
    """

    spec: Spec
    content_hash: str
    registered_at: datetime
    stored: Mapping[str, str]
    classes: tuple[str, ...]
    n_reference: int

    @property
    def model(self) -> str:
        """The model's slug."""
        return self.spec.model

    @property
    def name(self) -> str:
        """The version's name."""
        return self.spec.version

    def column(self, name: str) -> str:
        """The store's name of one of the user's columns."""
        try:
            return self.stored[name]
        except KeyError:
            raise NotFound(
                f"The version {self.name!r} of {self.model!r} has no column {name!r}.",
                one_of(name, self.stored),
            ) from None


@dataclass(frozen=True, slots=True)
class BinsRecord:
    """The bins of one column as they are stored: what reads them is in profiling."""

    column: str
    role: str
    kind: str
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Artifact:
    """The file of a trained model, as it was registered."""

    name: str
    sha256: str
    content: bytes


def models(store: Store) -> list[str]:
    """The slugs of all models, the first registered first."""
    with store.read() as cursor:
        rows = cursor.execute(
            "select model from registry.version group by model order by min(arrival)"
        ).fetchall()
    return [str(model) for (model,) in rows]


def version_names(store: Store, model: str) -> tuple[str, ...]:
    """The names of a model's versions, the first registered first; none for an unknown model."""
    with store.read() as cursor:
        rows = cursor.execute(
            "select version from registry.version where model = ? order by arrival", [model]
        ).fetchall()
    return tuple(str(name) for (name,) in rows)


def versions(store: Store, model: str) -> list[Version]:
    """All versions of a model, the first registered first; raises NotFound for an unknown model."""
    with store.read() as cursor:
        rows = cursor.execute(
            """select spec, content_hash, registered_at, stored, classes, n_reference
               from registry.version where model = ? order by arrival""",
            [model],
        ).fetchall()
    if not rows:
        raise NotFound(f"There is no model {model!r}.", one_of(model, models(store)))
    return [
        Version(_spec(spec), content, registered, stored, tuple(classes), n_reference)
        for spec, content, registered, stored, classes, n_reference in rows
    ]


@lru_cache(maxsize=1024)
def _spec(text: str) -> Spec:
    """A specification never changes once it is registered, and reading it takes milliseconds."""
    return Spec.model_validate_json(text)


def version(store: Store, model: str, name: str | None = None) -> Version:
    """One version of a model, the latest registered when no name is given."""
    known = versions(store, model)
    if name is None:
        return known[-1]
    for candidate in known:
        if candidate.name == name:
            return candidate
    raise NotFound(f"The model {model!r} has no version {name!r}.", one_of(name, [v.name for v in known]))


def content_hash(store: Store, model: str, name: str) -> str | None:
    """The hash of what was registered under that name, None when nothing was."""
    with store.read() as cursor:
        row = cursor.execute(
            "select content_hash from registry.version where model = ? and version = ?", [model, name]
        ).fetchone()
    return None if row is None else str(row[0])


def add_version(cursor: Cursor, added: Version, artifact: Artifact | None, bins: list[BinsRecord]) -> None:
    """Write a version with all that belongs to it, and make or widen its model's tables."""
    cursor.execute(
        """insert into registry.version (model, version, spec, content_hash, registered_at, stored, classes,
                                         n_reference)
           values (?, ?, ?, ?, ?, map_from_entries(?::struct(k varchar, v varchar)[]), ?, ?)""",
        [
            added.model,
            added.name,
            added.spec.model_dump_json(by_alias=True),
            added.content_hash,
            added.registered_at,
            [{"k": name, "v": stored} for name, stored in added.stored.items()],
            list(added.classes),
            added.n_reference,
        ],
    )
    if artifact is not None:
        cursor.execute(
            "insert into registry.artifact values (?, ?, ?, ?, ?)",
            [added.model, added.name, artifact.name, artifact.sha256, artifact.content],
        )
    for position, item in enumerate(bins):
        cursor.execute(
            "insert into registry.bins values (?, ?, ?, ?, ?, ?, ?)",
            [added.model, added.name, item.column, item.role, item.kind, position, json.dumps(item.record)],
        )
    _shape_tables(cursor, added)


def artifact(store: Store, model: str, name: str) -> Artifact | None:
    """The artifact of a version, if it has one."""
    with store.read() as cursor:
        row = cursor.execute(
            "select name, sha256, content from registry.artifact where model = ? and version = ?",
            [model, name],
        ).fetchone()
    return None if row is None else Artifact(*row)


def bins(store: Store, model: str, name: str) -> list[BinsRecord]:
    """The bins of a version's columns, in the order of its specification."""
    with store.read() as cursor:
        rows = cursor.execute(
            """select "column", role, kind, record from registry.bins where model = ? and version = ?
               order by position""",
            [model, name],
        ).fetchall()
    return [BinsRecord(column, role, kind, json.loads(record)) for column, role, kind, record in rows]


def column_types(added: Version) -> dict[str, str]:
    """SQL type by stored column, for all that inference and reference rows have."""
    spec = added.spec
    outcome = "double" if spec.task == "regression" else "varchar"
    if spec.task in ("binary_classification", "uplift"):
        outcome = "tinyint"
    types = {
        "id": "varchar",
        "timestamp": "timestamptz",
        "y_pred": "double" if spec.task == "uplift" else outcome,
    }
    if spec.columns.treatment:
        types["treatment"] = "tinyint"
    types |= {added.stored[column]: "double" for column in spec.columns.scores.values()}
    for feature in spec.features or ():
        types[added.stored[feature.name]] = TYPES[feature.kind]
    for column in (*spec.segments, *spec.context):
        types.setdefault(added.stored[column], "varchar")
    return types


def truth_type(added: Version) -> str:
    """SQL type of the truth."""
    if added.spec.task == "regression":
        return "double"
    return "varchar" if added.spec.task == "multiclass_classification" else "tinyint"


def _shape_tables(cursor: Cursor, added: Version) -> None:
    model, types = added.model, column_types(added)
    own = "version varchar, received_at timestamptz"
    cursor.execute(f"create schema if not exists {quote(model)}")
    columns = ", ".join(f"{quote(name)} {sql}" for name, sql in types.items())
    cursor.execute(f"create table if not exists {table(model, 'inference')} ({own}, {columns})")
    truth = truth_type(added)
    cursor.execute(
        f"create table if not exists {table(model, 'reference')} ({own}, part varchar, y_true {truth}, {columns})"
    )
    cursor.execute(
        f"""create table if not exists {table(model, "truth")} (
            id varchar, timestamp timestamptz, value {truth}, observed_at timestamptz, received_at timestamptz,
            arrival bigint)"""
    )
    cursor.execute(
        f"""create table if not exists {table(model, "attribution")} (
            version varchar, part varchar, id varchar, timestamp timestamptz, base_value double, attributions double[],
            additivity_error double)"""
    )
    for name in ("inference", "reference"):
        _widen(cursor, model, name, types)


def _widen(cursor: Cursor, model: str, name: str, types: Mapping[str, str]) -> None:
    rows = cursor.execute(
        f"""select lower(column_name) from duckdb_columns()
            where schema_name = {literal(model)} and table_name = {literal(name)}"""
    ).fetchall()
    present = {column for (column,) in rows}
    for column, sql in types.items():
        if column.lower() not in present:
            cursor.execute(f"alter table {table(model, name)} add column {quote(column)} {sql}")
