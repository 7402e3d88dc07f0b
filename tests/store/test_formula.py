from collections.abc import Callable
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from monitoring.errors import InvalidInput
from monitoring.store import Store
from monitoring.store.formula import check_formula, evaluate_by_window, try_formula
from monitoring.store.inferences import append_inferences
from monitoring.store.registry import Version
from monitoring.store.rows import Rows
from monitoring.store.truths import append_truth
from monitoring.windows import Window
from tests.store.conftest import NOW

COLUMNS = ["distance", "carrier"]


@pytest.mark.parametrize(
    "formula",
    [
        "sum(case when y_true = 1 and y_pred = 0 then 180 else 0 end)",
        "sum(distance * 1.5) / count(*)",
        "avg(abs(y_true - y_score))",
        "count(*) filter (y_true = 1)",
        "sum(case when carrier in ('AA', 'B6') then 1 end)",
        "sum(coalesce(distance, 0)) + 2 * count(distinct carrier)",
        "sum(distance) -- a comment",
        "sum(cast(distance as integer))",
    ],
)
def test_aggregates_over_known_columns_pass(formula: str) -> None:
    assert check_formula(formula, COLUMNS)


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("sum(distanse)", "uses the column 'distanse'. Did you mean 'distance'?"),
        ("read_csv('secrets.csv')", "uses the function 'read_csv'"),
        ("sum(getenv('HOME'))", "uses the function 'getenv'"),
        ("sum(1) from registry.version", "more than one aggregate expression"),
        ("sum(1), sum(2)", "more than one aggregate expression"),
        ("sum(1); drop table registry.version", "cannot be read"),
        ("sum((select 1))", "uses subquery"),
        ("median(distance) over ()", "uses window"),
        ("1 + 1", "aggregates nothing"),
        ("sum(", "cannot be read"),
        ("main.sum(1)", "uses the function"),
    ],
)
def test_anything_else_is_refused_by_name(formula: str, says: str) -> None:
    with pytest.raises(InvalidInput) as error:
        check_formula(formula, COLUMNS)
    assert says in str(error.value)


def test_a_formula_of_the_wrong_type_is_found_before_it_matters(store: Store, version: Version) -> None:
    with store.read() as cursor:
        try_formula(cursor, version, check_formula("sum(distance)", COLUMNS))
        with pytest.raises(InvalidInput, match="does not run"):
            try_formula(cursor, version, check_formula("sum(carrier)", COLUMNS))


def test_a_formula_is_evaluated_per_window(
    store: Store, version: Version, inferences: Callable[..., pa.Table], truths: Callable[..., pa.Table]
) -> None:
    with store.write() as cursor:
        append_inferences(cursor, version, inferences(["a", "b"], day=1), NOW)
        append_inferences(cursor, version, inferences(["c"], day=3, distance=50.0), NOW)
        append_truth(cursor, "late-flights", [version], truths([("a", 1, None), ("c", 0, None)]), NOW)
    days = [Window(datetime(2024, 5, d, tzinfo=UTC), datetime(2024, 5, d + 1, tzinfo=UTC)) for d in (1, 2, 3)]
    rows = Rows(version, with_truth=True)

    def values(formula: str) -> list[float | None]:
        return evaluate_by_window(store, version, check_formula(formula, COLUMNS), rows, days)

    assert values("sum(distance)") == [200.0, None, 50.0]
    assert values("count(*) filter (y_true = 0 and y_pred = 1)") == [0.0, None, 1.0]
    assert values("sum(y_true)") == [1.0, None, 0.0]
