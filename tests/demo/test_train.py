"""Training is seeded: the same rows give models that predict the same, and artifacts that load as trusted."""

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import mean_absolute_error, roc_auc_score
from sklearn.pipeline import Pipeline

from monitoring.demo.prepare import DATA, VERSIONS, DemoVersion, split
from monitoring.demo.train import main, save, train
from monitoring.explain.artifacts import load_artifact

FIRST_ROWS = 4_000
SIZE_LIMIT = 1_500_000

each_version = pytest.mark.parametrize(
    "version", VERSIONS, ids=[f"{each.model}-{each.version}" for each in VERSIONS]
)


def features(version: DemoVersion, rows: pd.DataFrame) -> pd.DataFrame:
    return rows[[feature.name for feature in version.spec().features or ()]]


@each_version
def test_training_again_predicts_the_same(version: DemoVersion) -> None:
    spec = version.spec()
    rows = split(version.source(DATA), spec.columns, version.live_from).training.head(FIRST_ROWS)
    first, second = train(spec, rows), train(spec, rows)
    given = features(version, rows)
    assert np.array_equal(first.predict(given), second.predict(given))


@each_version
def test_an_artifact_is_small_and_loads_with_trusted_types_only(version: DemoVersion) -> None:
    path = version.directory() / "model.skops"
    assert path.stat().st_size < SIZE_LIMIT
    model = load_artifact(path).object
    assert list(model.feature_names_in_) == [feature.name for feature in version.spec().features or ()]


def test_one_model_is_a_pipeline_with_categories_and_one_a_bare_boosted_tree() -> None:
    models = {each.model: load_artifact(each.directory() / "model.skops").object for each in VERSIONS}
    assert isinstance(models["late-flights"], Pipeline)
    assert isinstance(models["turbine-nox"], HistGradientBoostingRegressor)


def test_no_boosted_tree_splits_on_native_categories() -> None:
    for each in VERSIONS:
        model = load_artifact(each.directory() / "model.skops").object
        booster = model[-1] if isinstance(model, Pipeline) else model
        assert booster.is_categorical_ is None, each


def test_a_category_never_seen_is_scored_like_any_row() -> None:
    version = VERSIONS[0]
    rows = features(version, version.source(DATA).head(3)).assign(carrier="ZZ", dest="Nowhere")
    score = load_artifact(version.directory() / "model.skops").object.predict_proba(rows)[:, 1]
    assert np.all((score > 0) & (score < 1))


@each_version
def test_the_shipped_model_holds_on_rows_it_was_never_trained_on(version: DemoVersion) -> None:
    spec = version.spec()
    held_out = split(version.source(DATA), spec.columns, version.live_from).held_out
    held_out = held_out[held_out[spec.columns.truth].notna()]
    truth = held_out[spec.columns.truth].astype("float64")
    model = load_artifact(version.directory() / "model.skops").object
    given = features(version, held_out)
    if version.threshold is None:
        constant = mean_absolute_error(truth, np.full(len(truth), truth.median()))
        assert mean_absolute_error(truth, model.predict(given)) < 0.35 * constant
    else:
        assert roc_auc_score(truth, model.predict_proba(given)[:, 1]) > 0.67


def test_the_command_writes_an_artifact_that_predicts_like_the_shipped_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    version = next(each for each in VERSIONS if each.model == "bike-demand")
    shutil.copytree(
        version.directory(), version.directory(tmp_path), ignore=shutil.ignore_patterns("*.skops")
    )
    shutil.copyfile(
        DATA / "bike_washington_2011_2012.parquet", tmp_path / "bike_washington_2011_2012.parquet"
    )
    main(tmp_path, (version,))
    given = features(version, version.source(DATA))
    shipped, written = (
        load_artifact(version.directory(data) / "model.skops").object for data in (DATA, tmp_path)
    )
    assert np.allclose(shipped.predict(given), written.predict(given), rtol=0, atol=1e-9)
    assert "3480 rows" in capsys.readouterr().err


def test_an_artifact_is_a_compressed_archive_without_pickles(tmp_path: Path) -> None:
    version = VERSIONS[-1]
    rows = split(version.source(DATA), version.spec().columns, version.live_from).training.head(200)
    save(train(version.spec(), rows), tmp_path / "model.skops")
    with zipfile.ZipFile(tmp_path / "model.skops") as archive:
        assert all(each.compress_type == zipfile.ZIP_DEFLATED for each in archive.infolist())
        assert {Path(name).suffix for name in archive.namelist()} == {".json", ".npy"}
