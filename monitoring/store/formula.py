"""KPI formulas: one aggregate expression, of which only known functions and columns pass.

DuckDB's own parser reads the formula, so what is checked is what will run; what runs is the parsed form written back,
never the user's text.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import duckdb

from monitoring.errors import InvalidInput, one_of
from monitoring.store.connection import Cursor, Store
from monitoring.store.names import quote
from monitoring.store.registry import Version, column_types, truth_type
from monitoring.store.rows import Rows
from monitoring.windows import Window

OUTCOMES = ("y_true", "y_pred", "y_score")

# fmt: off
AGGREGATES = frozenset({
    "sum", "avg", "count", "count_star", "min", "max", "median", "stddev", "stddev_pop", "stddev_samp",
    "variance", "var_pop", "var_samp", "quantile_cont", "fsum", "any_value", "bool_or", "bool_and",
})
FUNCTIONS = AGGREGATES | frozenset({
    "+", "-", "*", "/", "%", "//", "**", "abs", "ceil", "floor", "round", "sqrt", "exp", "ln", "log",
    "log10", "power", "pow", "least", "greatest", "coalesce", "nullif", "sign", "lower", "upper",
    "trim", "length", "concat", "||", "date_part", "hour", "dayofweek", "isodow", "month", "year", "~~",
    "contains", "starts_with", "isnan", "isinf", "isfinite",
})

_EXPRESSIONS = frozenset({
    "FUNCTION", "CASE", "COMPARISON", "CONJUNCTION", "CONSTANT", "COLUMN_REF", "OPERATOR", "CAST",
    "TYPE", "BETWEEN",
})
# fmt: on


def check_formula(formula: str, columns: Collection[str]) -> str:
    """The formula as it will run; columns: the version's columns that it may name, beside y_true, y_pred, y_score.

    Raises InvalidInput that names what does not pass.
    """
    return _checked(formula, frozenset({*columns, *OUTCOMES}))


@lru_cache(maxsize=1024)
def _checked(formula: str, allowed: frozenset[str]) -> str:
    # A page asks for the same formulas at every click, and a parser of one's own takes 40 ms to open.
    tree = _parse(formula)
    nodes = tree["statements"]
    if len(nodes) != 1:
        raise _refuse(formula, "is not one expression")
    select = nodes[0]["node"]
    if not _is_bare(select):
        raise _refuse(formula, "is more than one aggregate expression")
    has_aggregate = False
    for expression in _expressions(select["select_list"][0]):
        _check(expression, formula, allowed)
        has_aggregate |= expression.get("function_name") in AGGREGATES
    if not has_aggregate:
        raise _refuse(formula, "aggregates nothing: it must give one value for many rows, such as sum(...)")
    connection = duckdb.connect()
    row = connection.execute("select json_deserialize_sql(?)", [json.dumps(tree)]).fetchone()
    connection.close()
    assert row is not None  # a select without a table has one row
    return str(row[0]).removeprefix("SELECT ").rstrip(";").strip()


def evaluate(store: Store, version: Version, expression: str, rows: Rows) -> float | None:
    """The value of a checked formula over some rows; None where it is null."""
    return evaluate_by_window(store, version, expression, rows, [Window(datetime.min, datetime.max)])[0]


def evaluate_by_window(
    store: Store, version: Version, expression: str, rows: Rows, windows: list[Window]
) -> list[float | None]:
    """The value of a checked formula in each window; None where it is null, or where there are no rows."""
    return evaluate_all(store, version, [expression], rows, windows)[0][:-1]


def evaluate_all(
    store: Store, version: Version, expressions: Sequence[str], rows: Rows, windows: Sequence[Window]
) -> list[list[float | None]]:
    """The values of several checked formulas in one pass over the rows: a list per formula.

    A value per window, and at the end one over all windows together.
    """
    if not (expressions and windows):
        return [[None] * (len(windows) + 1) for _ in expressions]
    source, values = rows.sql()
    computed = ", ".join(f"({expression})::double" for expression in expressions)
    with store.read() as cursor:
        found = cursor.execute(
            f"""with slice as (select unnest(?::timestamptz[]) as slice_start, unnest(?::timestamptz[]) as slice_end),
                     placed as (select s.slice_start, r.* from {source} r asof join slice s
                                on r.timestamp >= s.slice_start where r.timestamp < s.slice_end)
                select slice_start, {computed}
                from (select slice_start, {_user_columns(version)} from placed order by id)
                group by grouping sets ((slice_start), ())""",
            [[w.start for w in windows], [w.end for w in windows], *values],
        ).fetchall()
    by_start = {start: numbers for start, *numbers in found}
    nothing = [None] * len(expressions)
    places = [*(window.start for window in windows), None]
    return [list(column) for column in zip(*(by_start.get(start, nothing) for start in places), strict=True)]


def try_formula(cursor: Cursor, version: Version, expression: str) -> None:
    """Run a checked formula over no rows, so that a wrong type shows at registration and not a month later."""
    types = {**column_types(version), "y_true": truth_type(version)}
    nothing = ", ".join(f"null::{sql} as {quote(name)}" for name, sql in types.items())
    try:
        cursor.execute(
            f"select ({expression})::double from (select {_user_columns(version)} from (select {nothing}))"
        )
    except duckdb.Error as error:
        first = str(error).strip().splitlines()[0]
        raise InvalidInput(f"The formula {expression!r} does not run: {first}") from error


def _user_columns(version: Version) -> str:
    """The stored columns under the names that a formula uses."""
    has_score = "y_score" in column_types(version)
    names = [
        f"{quote(stored)} as {quote(name)}" for name, stored in version.stored.items() if stored != "y_true"
    ]
    outcomes = ["id", "y_true", "y_pred", *(["y_score"] if has_score else [])]
    own = [name for name in outcomes if name not in version.stored]
    return ", ".join([*names, *map(quote, own)])


def _parse(formula: str) -> dict[str, Any]:
    connection = duckdb.connect()
    try:
        row = connection.execute("select json_serialize_sql(?)", [f"select {formula}"]).fetchone()
    finally:
        connection.close()
    assert row is not None  # a select without a table has one row
    tree: dict[str, Any] = json.loads(row[0])
    if tree["error"]:
        raise _refuse(formula, f"cannot be read: {str(tree['error_message']).splitlines()[0]}")
    return tree


def _is_bare(select: dict[str, Any]) -> bool:
    """Whether a statement is `select EXPRESSION` and nothing more."""
    return (
        select["type"] == "SELECT_NODE"
        and len(select["select_list"]) == 1
        and select["from_table"]["type"] == "EMPTY"
        and not select["modifiers"]
        and not select["cte_map"]["map"]
        and not select["group_expressions"]
        and all(select[clause] is None for clause in ("where_clause", "having", "sample", "qualify"))
    )


def _expressions(node: object) -> Iterator[dict[str, Any]]:
    """Every expression in the parsed tree, the outermost first."""
    if isinstance(node, dict):
        if "class" in node:
            yield node
        for child in node.values():
            yield from _expressions(child)
    elif isinstance(node, list):
        for child in node:
            yield from _expressions(child)


def _check(expression: dict[str, Any], formula: str, columns: frozenset[str]) -> None:
    kind = expression["class"]
    if kind not in _EXPRESSIONS:
        raise _refuse(formula, f"uses {str(kind).lower()}, which is not allowed")
    if kind == "FUNCTION":
        name = str(expression["function_name"]).lower()
        if name not in FUNCTIONS or expression.get("schema") or expression.get("catalog"):
            raise InvalidInput(
                f"The formula {formula!r} uses the function {name!r}.", one_of(name, sorted(FUNCTIONS))
            )
    if kind == "COLUMN_REF":
        name = ".".join(expression["column_names"])
        if name not in columns:
            raise InvalidInput(
                f"The formula {formula!r} uses the column {name!r}.", one_of(name, sorted(columns))
            )


def _refuse(formula: str, why: str) -> InvalidInput:
    return InvalidInput(f"The formula {formula!r} {why}.")
