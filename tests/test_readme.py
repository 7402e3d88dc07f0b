"""README.md is true: the lines that watch a model of one's own run as they stand."""

import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from monitoring.cli import main


@pytest.fixture
def readme(checkout: Path) -> str:
    return (checkout / "README.md").read_text("utf-8")


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
    assert [command.split()[0] for command in commands] == ["register", "log", "truth", "refresh", "drift"]
    assert len(block.splitlines()) + len(commands) <= 15
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
