"""What is loaded and checked before anything is explained."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from skops.io import dumps

from monitoring.errors import InvalidInput
from monitoring.explain import job
from monitoring.explain.artifacts import Model
from monitoring.explain.attributions import needs_background, output_of
from monitoring.explain.job import artifact_notes, check_artifact, stands_for, warm_up
from monitoring.store import registry, rows
from monitoring.store.registry import Artifact, Version
from tests.explain.test_report import BOOSTED, QUIET, loans
from tests.store.conftest import make_version

COLUMNS = {"id": "id", "timestamp": "at", "prediction": "said", "truth": "was"}
NUMERIC: dict[str, Any] = {"features": [{"name": "x", "kind": "numeric"}], "segments": []}


def artifact(model: object) -> Artifact:
    return Artifact("model.skops", "", dumps(model))


@pytest.fixture
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    return pd.DataFrame({"x": x, "was": (x + rng.logistic(size=300) > 0).astype(int)})


def reference(frame: pd.DataFrame, **columns: object) -> pa.Table:
    ids = [f"r{i}" for i in range(len(frame))]
    return pa.table({"id": ids, "x": frame["x"].to_numpy(), **columns})


def binary(**columns: object) -> Version:
    return make_version(columns=COLUMNS | {"positive": 1} | columns, **NUMERIC)


def test_an_artifact_that_made_the_predictions_needs_no_note(frame: pd.DataFrame) -> None:
    model, version = LogisticRegression().fit(frame[["x"]], frame["was"]), binary(score="p")
    proba = model.predict_proba(frame[["x"]])[:, 1]
    held = reference(frame, y_pred=(proba > 0.5).astype(int), y_score=proba)

    check = check_artifact(version, artifact(model), held)
    assert (check.n, check.disagreements) == (300, 0)
    assert check.largest_difference == pytest.approx(0, abs=1e-12)
    assert artifact_notes(version, check) == []


def test_a_threshold_outside_the_artifact_is_a_note(frame: pd.DataFrame) -> None:
    model, version = LogisticRegression().fit(frame[["x"]], frame["was"]), binary(score="p")
    proba = model.predict_proba(frame[["x"]])[:, 1]
    held = reference(frame, y_pred=(proba > 0.25).astype(int), y_score=proba)

    (note,) = artifact_notes(version, check_artifact(version, artifact(model), held))
    n = int(((proba > 0.25) & (proba <= 0.5)).sum())
    assert f"differ from the logged ones on {n} of 300 reference rows, while its scores are the same" in note
    assert "the decision threshold is not the artifact's own" in note


def test_another_model_than_the_one_that_was_logged_is_said_loudly(frame: pd.DataFrame) -> None:
    model, version = LogisticRegression().fit(frame[["x"]], frame["was"]), binary(score="p")
    proba = model.predict_proba(frame[["x"]])[:, 1]
    held = reference(frame, y_pred=(proba > 0.5).astype(int), y_score=np.clip(proba + 0.125, 0, 1))

    (note,) = artifact_notes(version, check_artifact(version, artifact(model), held))
    assert note.startswith("The artifact does not say what was logged: it differs by up to 0.125 on 300")


def test_labels_alone_are_compared_where_no_scores_were_logged(frame: pd.DataFrame) -> None:
    model, version = LogisticRegression().fit(frame[["x"]], frame["was"]), binary()
    said = 1 - model.predict(frame[["x"]])

    (note,) = artifact_notes(version, check_artifact(version, artifact(model), reference(frame, y_pred=said)))
    assert "on 300 of 300 reference rows: the decision threshold" in note


def test_numbers_are_compared_by_their_size(frame: pd.DataFrame) -> None:
    big = 1e9 * frame["x"]
    model = LinearRegression().fit(frame[["x"]], big)
    version = make_version(task="regression", columns=COLUMNS, **NUMERIC)

    rounded = reference(frame, y_pred=big.to_numpy().astype(np.float32).astype(np.float64))
    assert artifact_notes(version, check_artifact(version, artifact(model), rounded)) == []
    other = reference(frame, y_pred=1.01 * big.to_numpy())
    (note,) = artifact_notes(version, check_artifact(version, artifact(model), other))
    assert "does not say what was logged" in note


def test_scores_of_several_classes_are_compared_class_by_class(frame: pd.DataFrame) -> None:
    was = pd.cut(frame["x"], [-9, -0.5, 0.5, 9], labels=["low", "mid", "top"]).astype(str)
    forest = RandomForestClassifier(n_estimators=5, random_state=0).fit(frame[["x"]], was)
    proba = forest.predict_proba(frame[["x"]])
    scores = {"top": "p_top", "low": "p_low", "mid": "p_mid"}
    version = make_version(task="multiclass_classification", columns=COLUMNS | {"score": scores}, **NUMERIC)
    stored = {f"y_score_{label}": proba[:, place] for place, label in enumerate(forest.classes_)}

    check = check_artifact(
        version, artifact(forest), reference(frame, y_pred=forest.predict(frame[["x"]]), **stored)
    )
    assert (check.largest_difference, check.disagreements) == (0.0, 0)


def test_a_reference_without_predictions_cannot_be_compared(frame: pd.DataFrame) -> None:
    model, version = LogisticRegression().fit(frame[["x"]], frame["was"]), binary(score="p")
    held = reference(frame, y_pred=pa.nulls(300, pa.int8()), y_score=pa.nulls(300, pa.float64()))

    check = check_artifact(version, artifact(model), held)
    assert (check.n, artifact_notes(version, check)) == (0, [])


def test_an_artifact_that_reads_other_columns_is_refused(frame: pd.DataFrame) -> None:
    model = LogisticRegression().fit(frame.rename(columns={"x": "income"})[["income"]], frame["was"])

    with pytest.raises(InvalidInput, match="reads columns that are missing: 'income'"):
        check_artifact(binary(), artifact(model), reference(frame, y_pred=frame["was"].to_numpy()))


def test_only_linear_models_need_background_rows(frame: pd.DataFrame) -> None:
    linear, trees = LogisticRegression(), HistGradientBoostingClassifier(max_iter=2)
    for model, needs in ((linear, True), (trees, False)):
        loaded = Model("skops", model.fit(frame[["x"]], frame["was"]), "")
        assert (needs_background(loaded), output_of(loaded)) == (needs, "log_odds")


def test_trees_are_explained_without_fetching_background_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "_background", None)
    with loans(tmp_path, QUIET, model=BOOSTED) as store:
        version = registry.version(store, "loans")
        assert job.output_unit(store, version) == "log_odds"
        assert job.explain_rows(store, version, rows.one(store, version, "q0001")).values.shape == (1, 3)


def test_a_sampled_row_stands_for_its_share_of_the_window() -> None:
    assert stands_for(np.array([1, 100, 250])).tolist() == [1.0, 1.0, 2.5]


def test_libraries_are_loaded_beside_everything_else() -> None:
    thread = warm_up()
    thread.join()

    assert thread.daemon
