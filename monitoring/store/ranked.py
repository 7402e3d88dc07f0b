"""Inferences in the order in which somebody wants to look at them: the worst mistakes first, or the newest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal, get_args

import pyarrow as pa

from monitoring.errors import InvalidInput, one_of
from monitoring.store.connection import Store
from monitoring.store.names import quote, score_columns
from monitoring.store.rows import Rows

Order = Literal["errors", "missed", "false_alarms", "highest", "lowest", "newest"]
ORDERS: tuple[Order, ...] = get_args(Order)

_BINARY: Mapping[Order, tuple[str, str]] = MappingProxyType(
    {
        "errors": ("y_true is not null", "abs(y_true - {score}) desc"),
        "missed": ("y_true = 1 and y_pred = 0", "{score}"),
        "false_alarms": ("y_true = 0 and y_pred = 1", "{score} desc"),
        "highest": ("true", "{score} desc"),
        "lowest": ("true", "{score}"),
        "newest": ("true", "timestamp desc"),
    }
)
_REGRESSION: Mapping[Order, tuple[str, str]] = MappingProxyType(
    {
        "errors": ("y_true is not null", "abs(y_true - y_pred) desc"),
        "highest": ("true", "y_pred desc"),
        "lowest": ("true", "y_pred"),
        "newest": ("true", "timestamp desc"),
    }
)
_CLASSES: Mapping[Order, tuple[str, str]] = MappingProxyType(
    {"errors": ("y_true <> y_pred", "timestamp desc"), "newest": ("true", "timestamp desc")}
)
_BY_TASK: Mapping[str, Mapping[Order, tuple[str, str]]] = MappingProxyType(
    {"binary_classification": _BINARY, "multiclass_classification": _CLASSES, "regression": _REGRESSION}
)


def orders_of(task: str) -> tuple[Order, ...]:
    """The orders that make sense for a task."""
    return tuple(_BY_TASK.get(task, {"newest": ("true", "timestamp desc")}))


def ranked(store: Store, rows: Rows, columns: Sequence[str], order: Order, limit: int) -> pa.Table:
    """The first rows in an order, with the given stored columns; equal ones by time and id.

    Raises InvalidInput for an order that the task does not have.
    """
    spec = rows.version.spec
    if order not in orders_of(spec.task):
        raise InvalidInput(
            f"Inferences of a {spec.task} have no order {order!r}.", one_of(order, orders_of(spec.task))
        )
    where, by = _BY_TASK.get(spec.task, _CLASSES)[order]
    score = "y_score" if "" in score_columns(spec) else "y_pred"
    source, values = rows.sql()
    names = ", ".join(map(quote, columns))
    with store.read() as cursor:
        return cursor.sql(
            f"""select {names} from {source} where {where}
                order by {by.format(score=score)} nulls last, timestamp, id limit {int(limit)}""",
            params=values,
        ).to_arrow_table()
