"""Small data with everything that goes wrong in practice: gaps, text, an unused column."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    """200 rows: two numbers, one of them with gaps, and two texts, one of them with gaps."""
    rng = np.random.default_rng(0)
    age = rng.normal(40, 10, 200)
    age[::7] = np.nan
    town = rng.choice(["Lyon", "Nice", "Paris"], 200).astype(object)
    town[::9] = None
    plan = rng.choice(["basic", "extra"], 200).astype(object)
    return pd.DataFrame({"age": age, "town": town, "income": rng.normal(size=200), "plan": plan})


@pytest.fixture(scope="session")
def target(frame: pd.DataFrame) -> NDArray[np.int64]:
    """A yes or no that depends on all of the frame's columns but the plan."""
    score = frame["income"] + (frame["town"] == "Paris") + 0.05 * frame["age"].fillna(40)
    return (score > score.median()).to_numpy().astype(np.int64)
