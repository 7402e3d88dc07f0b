import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from monitoring.errors import InvalidInput
from monitoring.explain.artifacts import load_artifact
from monitoring.explain.lightgbm_files import read_lightgbm

lightgbm = pytest.importorskip("lightgbm")

SETTINGS = {
    "objective": "binary",
    "num_leaves": 4,
    "verbose": -1,
    "min_data_per_group": 1,
    "max_cat_to_onehot": 1,
}


@pytest.fixture(scope="module")
def booster(frame: pd.DataFrame) -> Any:
    rows = frame.astype({"town": "category", "plan": "category"})
    target = (frame["town"] == "Paris") | (frame["income"] > 1)
    return lightgbm.train(SETTINGS | {"cat_smooth": 1}, lightgbm.Dataset(rows, target.astype(int)), 5)


@pytest.fixture(scope="module")
def text(booster: Any) -> str:
    return str(booster.model_to_string())


def test_a_text_file_predicts_as_the_booster_did(
    booster: Any, text: str, frame: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "model.txt"
    path.write_text(text)
    loaded = load_artifact(path)
    assert loaded.kind == "lightgbm"
    rows = frame.astype({"town": "category", "plan": "category"})
    np.testing.assert_array_equal(loaded.object.predict(rows), booster.predict(rows))


def test_a_booster_of_numbers_is_read(frame: pd.DataFrame) -> None:
    data = lightgbm.Dataset(frame[["income"]], frame["income"])
    numbers = lightgbm.train({"objective": "regression", "verbose": -1}, data, 2)
    assert read_lightgbm(numbers.model_to_string().encode(), "m.txt")


def test_a_booster_that_learned_nothing_is_read() -> None:
    data = lightgbm.Dataset(np.zeros((50, 1)), np.arange(50.0))
    constant = lightgbm.train({"objective": "regression", "verbose": -1}, data, 2)
    assert read_lightgbm(constant.model_to_string().encode(), "m.txt")


DAMAGED = {
    "a child that does not exist": (r"left_child=\S+", "left_child=99", "outside its tree"),
    "a tree without an end": (r"right_child=\S+", "right_child=0", "outside its tree"),
    "a leaf that does not exist": (r"left_child=\S+", "left_child=-99", "outside its tree"),
    "a feature that does not exist": (r"split_feature=\S+", "split_feature=4", "does not exist"),
    "too few values": (r"leaf_value=\S+ ", "leaf_value=", "leaf_value has 2 values instead of 3"),
    "no leaves": (r"num_leaves=4", "num_leaves=0", "no leaves"),
    "linear leaves": (r"is_linear=0", "is_linear=1", "linear"),
    "a category set that does not exist": (r"num_cat=1", "num_cat=0", "no category set"),
    "category sets out of bounds": (
        r"cat_boundaries=0 1",
        "cat_boundaries=0 9",
        "cat_threshold has 1 values",
    ),
    "category sets that overlap": (r"cat_boundaries=0 1", "cat_boundaries=1 1", "overlap"),
    "fewer trees than classes": (r"num_tree_per_iteration=1", "num_tree_per_iteration=3", "header"),
    "no header": (r"max_feature_idx=\d+\n", "", "max_feature_idx"),
    "words for numbers": (r"leaf_value=\S+", "leaf_value=high", "high"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_never_reaches_the_library(name: str, text: str) -> None:
    pattern, replacement, what = DAMAGED[name]
    damaged, n = re.subn(pattern, replacement, text, count=1)
    assert n == 1
    with pytest.raises(InvalidInput, match=what):
        read_lightgbm(damaged.encode(), "m.txt")


def test_another_text_is_refused() -> None:
    with pytest.raises(InvalidInput, match="not a LightGBM text file"):
        read_lightgbm(b"dear reader", "m.txt")
    with pytest.raises(InvalidInput, match="not a LightGBM text file"):
        read_lightgbm(b"tree\n\xff", "m.txt")


def test_what_the_library_refuses_is_told(text: str) -> None:
    with pytest.raises(InvalidInput, match="refused by LightGBM"):
        read_lightgbm(text.replace("feature_infos=", "infos=").encode(), "m.txt")


def test_a_missing_library_is_named(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(InvalidInput, match="needs LightGBM, which is not installed"):
        read_lightgbm(text.encode(), "m.txt")
