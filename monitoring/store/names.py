"""Names in SQL: quoting what users wrote, and how a model's columns are called in its tables."""

from __future__ import annotations

from monitoring.spec import Spec

ROLES = ("id", "timestamp", "version", "received_at", "part", "y_true", "y_pred", "y_score", "treatment")
"""Columns of a model's tables that are Vigie's own; a feature with such a name is stored under another."""


def quote(name: str) -> str:
    """A name as an SQL identifier, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal, for the few places that take no parameter."""
    return "'" + text.replace("'", "''") + "'"


def table(model: str, name: str) -> str:
    """A table of a model."""
    return f"{quote(model)}.{quote(name)}"


def score_columns(spec: Spec) -> dict[str, str]:
    """Stored column by class: y_score for one score, y_score_<class> for one per class."""
    return {label: f"y_score_{label}" if label else "y_score" for label in spec.columns.scores}


def stored_names(spec: Spec) -> dict[str, str]:
    """How each of the user's columns is called in the model's tables.

    Roles have fixed names. Everything else keeps its own, unless that is taken: SQL does not tell `Income` from
    `income`, so the later one gets a number.
    """
    columns = spec.columns
    names = {columns.id: "id", columns.timestamp: "timestamp", columns.prediction: "y_pred"}
    if columns.truth:
        names[columns.truth] = "y_true"
    if columns.treatment:
        names[columns.treatment] = "treatment"
    stored_scores = score_columns(spec)
    names |= {column: stored_scores[label] for label, column in columns.scores.items()}
    taken = {name.casefold() for name in (*ROLES, *names.values())}
    for column in (*(feature.name for feature in spec.features or ()), *spec.segments, *spec.context):
        if column not in names:
            names[column] = _free(column, taken)
            taken.add(names[column].casefold())
    return names


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{name}_{number}"
    return candidate
