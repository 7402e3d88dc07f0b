"""A made-up model on disk, and the command line in this process."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from monitoring.cli import main

SPEC = """
model: acme
version: "1"
task: binary_classification
reference: reference.parquet
columns: {id: rid, timestamp: at, prediction: pred, score: p, truth: late, positive: 1}
segments: [shop]
kpis:
  - {name: cost, formula: "sum(case when y_true = 1 and y_pred = 0 then 10 else 0 end)",
     unit: EUR, direction: down, target: 500, per: week}
"""


def made_up_rows(n: int, start: str, *, first_id: int, shift: float = 0.0, seed: int = 0) -> pd.DataFrame:
    """Rows of a model whose feature `x` has its mean at `shift`."""
    rng = np.random.default_rng(seed)
    x = rng.normal(shift, 1, n)
    p = 1 / (1 + np.exp(-x))
    return pd.DataFrame(
        {
            "rid": [f"{i:06d}" for i in range(first_id, first_id + n)],
            "at": pd.date_range(start, periods=n, freq="7min", tz="UTC"),
            "x": np.where(rng.random(n) < 0.1, np.nan, x),
            "shop": rng.choice(["north", "south"], n),
            "p": p,
            "pred": (p > 0.5).astype(int),
            "late": (rng.random(n) < p).astype(int),
        }
    )


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the test's own store."""

    def runner(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return runner


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a specification, its reference, inferences and truth."""
    made_up_rows(2000, "2024-01-01", first_id=0).to_parquet(tmp_path / "reference.parquet", index=False)
    current = made_up_rows(1500, "2024-03-04", first_id=10_000, shift=1.0, seed=1)
    current.drop(columns="late").to_csv(tmp_path / "inferences.csv", index=False)
    current[["rid", "late"]].to_csv(tmp_path / "truth.csv", index=False)
    (tmp_path / "spec.yaml").write_text(SPEC)
    return tmp_path
