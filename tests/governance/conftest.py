"""A small store of known content: a loan model of two versions, 120 reference rows and 40 shared inferences."""

from collections.abc import Iterator

import pandas as pd
import pytest

from monitoring.ingest.intake import log, truth
from monitoring.jobs import refresh
from monitoring.registration import register
from monitoring.store import Store

SPEC = """
model: loans
version: "{version}"
title: {{en: Loans, fr: Prêts}}
task: binary_classification
owner: credit
reference: reference.csv
columns: {{id: loan, timestamp: at, prediction: refused, score: p, truth: defaulted, positive: 1}}
features:
  - {{name: income, kind: numeric, unit: EUR, label: {{en: Income, fr: Revenu}}}}
  - {{name: region, kind: categorical}}
  {extra}
segments: [region]
kpis:
  - {{name: lost, formula: "sum(case when y_true = 1 and y_pred = 0 then 100 else 0 end)", unit: EUR, direction: down,
     target: 500, per: week}}
  {kpi}
"""
AGE = "- {name: age, kind: numeric}"
OTHER_COUNT = '- {{name: refusals, formula: "{formula}", direction: down}}'


def reference() -> pd.DataFrame:
    """60 rows of each region: in the north the score is right, in the south it says nothing."""
    rows = []
    for i in range(120):
        north, bad = i % 2 == 0, i % 4 < 2
        score = (0.8 if bad else 0.2) if north else (0.6 if i % 8 < 4 else 0.4)
        rows.append(
            {
                "loan": f"r{i}",
                "at": f"2024-01-{1 + i % 28:02d}T12:00:00Z",
                "refused": int(score > 0.5),
                "p": score,
                "defaulted": int(bad),
                "income": None if i < 12 else 1000 + i,
                "region": "north" if north else "south",
                "age": 40,
            }
        )
    return pd.DataFrame(rows)


def inferences(*, right_until: int, first: int = 0) -> pd.DataFrame:
    """Rows `first` to 39, two a day from 1 March, every fourth bad; the prediction is right before `right_until`."""
    rows = []
    for i in range(first, 40):
        bad = i % 4 == 0
        says = bad if i < right_until else not bad
        rows.append(
            {
                "loan": f"i{i:02d}",
                "at": f"2024-03-{1 + i // 2:02d}T{10 + i % 2}:00:00Z",
                "refused": int(says),
                "p": (0.7 if says else 0.3) + i / 1000,
                "income": 1500,
                "region": "north" if i % 2 == 0 else "south",
                "age": 30,
            }
        )
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def loans(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Version 1 scored all 40 and is right on the first 20; version 2 came at the sixth and is right on 36.

    Truth is known for all but the last four.
    """
    folder = tmp_path_factory.mktemp("loans")
    reference().to_csv(folder / "reference.csv", index=False)
    known = inferences(right_until=40).head(36)
    known.rename(columns={"refused": "defaulted"})[["loan", "defaulted"]].to_csv(
        folder / "truth.csv", index=False
    )
    with Store.open(folder / "vigie.duckdb") as store:
        for version, extra, kpi, right_until, first in (
            ("1", "", OTHER_COUNT.format(formula="sum(y_pred)"), 20, 0),
            ("2", AGE, OTHER_COUNT.format(formula="count(*)"), 36, 6),
        ):
            spec = folder / f"{version}.yaml"
            spec.write_text(SPEC.format(version=version, extra=extra, kpi=kpi))
            register(store, spec, _silent)
            rows = folder / f"{version}.csv"
            inferences(right_until=right_until, first=first).to_csv(rows, index=False)
            log(store, "loans", [rows], _silent, version)
        truth(store, "loans", [folder / "truth.csv"], _silent)
        refresh(store, None, _silent)
        yield store


def _silent(what: str) -> None:
    """Nobody reads the progress of a test."""
