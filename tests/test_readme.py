"""README.md is true: its methods are those of the code, and its fifteen lines run as they stand."""

import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from monitoring.cli import main
from monitoring.drift.methods import METHODS as DRIFT
from monitoring.performance.methods import METHODS as PERFORMANCE
from monitoring.quality.checks import CHECKS


@pytest.fixture
def readme(checkout: Path) -> str:
    return (checkout / "README.md").read_text("utf-8")


def table_of_methods() -> str:
    """The methods by domain, by their names in reports."""
    named = {"Data quality": [*CHECKS, "volume"], "Drift": DRIFT, "Performance": PERFORMANCE}
    rows = [f"| {domain} | {', '.join(f'`{name}`' for name in names)} |" for domain, names in named.items()]
    return "\n".join(["| domain | methods, by their names in reports |", "|---|---|", *rows])


def test_the_methods_are_those_of_the_code(readme: str) -> None:
    assert table_of_methods() in readme


def test_the_model_of_one_s_own_runs_as_written(
    readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = [
        text for text in re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL) if "model: churn" in text
    ]
    (tmp_path / "spec.yaml").write_text(block)
    rows = customers(600, "2024-01-01", seed=0)
    rows.to_csv(tmp_path / "reference.csv", index=False)
    current = customers(600, "2024-03-01", seed=1).assign(customer=[f"n{i}" for i in range(600)])
    current.drop(columns="left").to_csv(tmp_path / "inferences.csv", index=False)
    current[["customer", "left"]].to_csv(tmp_path / "truth.csv", index=False)
    commands = re.findall(r"^python -m monitoring (.+)$", readme, re.MULTILINE)
    assert len(commands) == 5
    for command in commands:
        assert main(shlex.split(command)) == 0
    assert "tenure" in capsys.readouterr().out


def customers(n: int, start: str, *, seed: int) -> pd.DataFrame:
    """Customers who may leave, the sooner the newer they are."""
    rng = np.random.default_rng(seed)
    tenure = rng.exponential(24, n)
    chance = 1 / (1 + np.exp(tenure / 12 - 1))
    return pd.DataFrame(
        {
            "customer": [f"c{i}" for i in range(n)],
            "scored_at": pd.date_range(start, periods=n, freq="h", tz="UTC").strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tenure": tenure.round(2),
            "plan": rng.choice(["basic", "premium"], n),
            "probability": chance,
            "predicted": (chance > 0.5).astype(int),
            "left": (rng.random(n) < chance).astype(int),
        }
    )
