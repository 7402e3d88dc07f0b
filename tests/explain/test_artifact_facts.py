"""What an artifact says of itself, beside what it is when it is loaded."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from monitoring.explain.artifact_facts import estimator_type
from monitoring.explain.artifacts import load_artifact

X, Y = np.arange(6.0).reshape(3, 2), np.arange(3.0)


@pytest.mark.parametrize(
    "model",
    [
        LinearRegression(),
        make_pipeline(StandardScaler(), LinearRegression()),
        make_pipeline(StandardScaler(), make_pipeline(StandardScaler(), LinearRegression())),
    ],
    ids=["bare", "pipeline", "pipeline in a pipeline"],
)
def test_the_last_step_is_what_a_model_is(model: object) -> None:
    assert estimator_type("model.skops", skops.io.dumps(model.fit(X, Y))) == "LinearRegression"  # type: ignore[attr-defined]


def test_the_demo_s_artifacts_say_what_they_hold(checkout: Path) -> None:
    for path in (checkout / "data" / "models").glob("*/*/model.skops"):
        loaded = load_artifact(path).object
        last = loaded.steps[-1][1] if hasattr(loaded, "steps") else loaded
        assert estimator_type(path.name, path.read_bytes()) == type(last).__name__


def test_lightgbm_files_hold_a_booster() -> None:
    assert estimator_type("model.txt", b"tree\n") == "LightGBM Booster"


@pytest.mark.parametrize(
    "schema", [None, {}, [], {"__class__": "Pipeline"}, {"__class__": "Pipeline", "content": 3}]
)
def test_a_file_that_does_not_say_is_no_error(schema: object) -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        if schema is not None:
            archive.writestr("schema.json", json.dumps(schema))
    assert estimator_type("model.skops", body.getvalue()) == ""
    assert estimator_type("model.skops", b"no zip") == ""
    assert estimator_type("model.pkl", body.getvalue()) == ""
