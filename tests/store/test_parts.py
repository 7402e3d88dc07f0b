from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from monitoring.registration import register
from monitoring.store import Store, registry
from monitoring.store.parts import PartFacts, describe

SPEC = """
model: things
version: "1"
task: {task}
reference: reference.csv
training: training.csv
columns: {{id: id, timestamp: at, prediction: said, truth: was}}
features:
  - {{name: Size, kind: numeric}}
  - {{name: since, kind: datetime}}
  - {{name: "a \\"b\\"; --", kind: categorical}}
  - {{name: ok, kind: boolean}}
"""


def described(folder: Path, task: str, was: list[object]) -> dict[str, PartFacts | None]:
    rows = pd.DataFrame(
        {
            "id": ["a", "b", "c", "d"],
            "at": [f"2024-01-0{day}" for day in (4, 2, 3, 1)],
            "said": was,
            "was": was,
            "Size": [1.5, None, -2.0, 1.5],
            "since": ["2020-01-01", "2021-01-01", None, None],
            'a "b"; --': ["x", "y", "x", "z"],
            "ok": [True, None, True, True],
        }
    )
    rows.to_csv(folder / "reference.csv", index=False)
    rows.head(2).to_csv(folder / "training.csv", index=False)
    (folder / "spec.yaml").write_text(SPEC.format(task=task))
    with Store.open(folder / "vigie.duckdb") as store:
        register(store, folder / "spec.yaml", lambda what: None)
        version = registry.version(store, "things")
        return {part: describe(store, version, part) for part in ("reference", "training", "nothing")}


@pytest.fixture
def regression(tmp_path: Path) -> dict[str, PartFacts | None]:
    return described(tmp_path, "regression", [10.0, 20.0, 30.0, 40.0])


def test_every_kind_of_column_is_counted(regression: dict[str, PartFacts | None]) -> None:
    facts = regression["reference"]
    assert facts is not None
    columns = facts.columns
    assert (columns["Size"].missing, columns["Size"].distinct) == (1, 2)
    assert (columns["Size"].minimum, columns["Size"].maximum) == (-2.0, 1.5)
    assert columns["since"].maximum == datetime(2021, 1, 1, tzinfo=UTC)
    assert (columns['a "b"; --'].distinct, columns['a "b"; --'].minimum) == (3, None)
    assert (columns["ok"].missing, columns["ok"].distinct) == (1, 1)


def test_the_truth_of_a_regression_is_told_by_quantiles(regression: dict[str, PartFacts | None]) -> None:
    facts = regression["reference"]
    assert facts is not None
    assert (facts.n, facts.n_truth, facts.classes) == (4, 4, {})
    assert facts.quantiles == pytest.approx((13.0, 25.0, 37.0))
    assert (facts.first, facts.last) == (datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 4, tzinfo=UTC))


def test_parts_are_told_apart_and_an_absent_one_is_none(regression: dict[str, PartFacts | None]) -> None:
    training = regression["training"]
    assert training is not None
    assert training.n == 2
    assert regression["nothing"] is None


def test_the_truth_of_classes_is_counted(tmp_path: Path) -> None:
    facts = described(tmp_path, "multiclass_classification", ["mild", "mild", "severe", "none"])["reference"]
    assert facts is not None
    assert facts.classes == {"mild": 2, "none": 1, "severe": 1}
    assert facts.quantiles == ()
