"""Attributions in the user's columns: they add up, they are shap's, and they are asked in plain words."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from monitoring.errors import InvalidInput
from monitoring.explain.artifacts import Model
from monitoring.explain.attributions import Attributions, attributions_of

TEXTS = ["town", "plan"]


def skops(estimator: Any) -> Model:
    return Model("skops", estimator, "")


def wide(*, sparse: bool = True) -> Any:
    numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    texts = OneHotEncoder(handle_unknown="ignore", sparse_output=sparse)
    return make_column_transformer((numbers, ["age", "income"]), (texts, TEXTS), sparse_threshold=1.0)


def narrow() -> Any:
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    return make_column_transformer((codes, TEXTS), remainder="passthrough")


BUILD: dict[str, tuple[Callable[[], Any], str, str]] = {
    "logistic regression": (
        lambda: make_pipeline(wide(), LogisticRegression()),
        "log_odds",
        "linear_independent",
    ),
    "random forest": (
        lambda: make_pipeline(wide(sparse=False), RandomForestClassifier(10, max_depth=5, random_state=0)),
        "probability",
        "tree_path_dependent",
    ),
    "gradient boosting": (
        lambda: make_pipeline(wide(), GradientBoostingClassifier(n_estimators=10)),
        "log_odds",
        "tree_path_dependent",
    ),
    "histogram boosting": (
        lambda: make_pipeline(
            narrow(), HistGradientBoostingClassifier(max_iter=10, categorical_features=[0, 1])
        ),
        "log_odds",
        "tree_path_dependent",
    ),
    "linear regression": (lambda: make_pipeline(wide(), LinearRegression()), "value", "linear_independent"),
    "poisson regression": (
        lambda: make_pipeline(wide(), PoissonRegressor()),
        "log_value",
        "linear_independent",
    ),
    "boosted counts": (
        lambda: make_pipeline(narrow(), HistGradientBoostingRegressor(max_iter=10, loss="poisson")),
        "log_value",
        "tree_path_dependent",
    ),
    "scaled target": (
        lambda: make_pipeline(
            narrow(),
            TransformedTargetRegressor(
                HistGradientBoostingRegressor(max_iter=10), transformer=StandardScaler()
            ),
        ),
        "value",
        "tree_path_dependent",
    ),
}


def said(model: Any, frame: pd.DataFrame, output: str) -> NDArray[np.float64]:
    if output == "log_odds":
        return np.asarray(model.decision_function(frame))
    if output == "probability":
        return np.asarray(model.predict_proba(frame)[:, 1])
    return np.asarray(np.log(model.predict(frame)) if output == "log_value" else model.predict(frame))


@pytest.mark.parametrize("name", BUILD)
def test_base_and_attributions_add_up_in_the_users_columns(
    name: str, frame: pd.DataFrame, target: NDArray[np.int64]
) -> None:
    build, output, method = BUILD[name]
    model = build().fit(frame, target)
    found = attributions_of(skops(model), frame, background=frame)
    assert (found.output, found.method, found.classes) == (output, method, ())
    assert found.features == ("age", "town", "income", "plan")
    assert isinstance(found.base_value, float)
    np.testing.assert_allclose(
        found.base_value + found.values.sum(axis=1), said(model, frame, output), atol=1e-12
    )
    assert found.additivity_error.shape == (len(frame),)
    assert found.additivity_error.max() < 1e-12


def test_one_hot_columns_are_summed_to_the_column_they_came_from(
    frame: pd.DataFrame, target: NDArray[np.int64]
) -> None:
    import shap

    model = make_pipeline(wide(sparse=False), GradientBoostingClassifier(n_estimators=10)).fit(frame, target)
    theirs = shap.TreeExplainer(model[-1]).shap_values(model[:-1].transform(frame))
    # Two numbers, the mark of a missing age, three towns and the missing one, two plans.
    columns = {"age": [0, 2], "town": [3, 4, 5, 6], "income": [1], "plan": [7, 8]}
    found = attributions_of(skops(model), frame)
    expected = np.column_stack([theirs[:, columns[name]].sum(axis=1) for name in found.features])
    np.testing.assert_allclose(found.values, expected, atol=1e-6)


def test_a_linear_model_is_explained_against_the_mean_of_its_background(frame: pd.DataFrame) -> None:
    rows = frame[["income"]]
    model = LinearRegression().fit(rows, 3 * rows["income"] + 1)
    found = attributions_of(skops(model), rows, background=pd.DataFrame({"income": [1.0, 3.0]}))
    assert found.base_value == pytest.approx(7.0)
    np.testing.assert_allclose(found.values[:, 0], 3 * (rows["income"] - 2), atol=1e-12)


@pytest.mark.parametrize("background", [None, pd.DataFrame({"income": []})], ids=["none", "empty"])
def test_a_linear_model_without_background_is_refused(
    frame: pd.DataFrame, background: pd.DataFrame | None
) -> None:
    model = LinearRegression().fit(frame[["income"]], frame["income"])
    with pytest.raises(InvalidInput, match="background rows"):
        attributions_of(skops(model), frame[["income"]], background=background)


@pytest.mark.parametrize("name", ["logistic regression", "random forest", "histogram boosting"])
def test_the_other_class_turns_the_signs(name: str, frame: pd.DataFrame, target: NDArray[np.int64]) -> None:
    build, output, _ = BUILD[name]
    model = build().fit(frame, np.where(target == 1, "late", "in time"))
    late = attributions_of(skops(model), frame, background=frame, positive="late")
    in_time = attributions_of(skops(model), frame, background=frame, positive="in time")
    np.testing.assert_array_equal(in_time.values, -late.values)
    whole = 1.0 if output == "probability" else 0.0
    assert in_time.base_value == pytest.approx(whole - np.asarray(late.base_value))
    assert in_time.additivity_error.max() < 1e-12
    with pytest.raises(InvalidInput, match="no class 'never'"):
        attributions_of(skops(model), frame, background=frame, positive="never")


@pytest.mark.parametrize(
    "model",
    [
        HistGradientBoostingClassifier(max_iter=3, categorical_features=TEXTS),
        make_pipeline(narrow(), RandomForestClassifier(5, max_depth=4, random_state=0)),
        make_pipeline(wide(), LogisticRegression()),
    ],
    ids=["boosting", "forest", "logistic regression"],
)
def test_several_classes_have_attributions_each(model: Any, frame: pd.DataFrame) -> None:
    words = np.array(["high", "low", "middle"])[np.digitize(frame["income"], [-0.5, 0.5])]
    found = attributions_of(skops(model.fit(frame, words)), frame, background=frame)
    assert found.classes == ("high", "low", "middle")
    assert found.values.shape == (len(frame), 4, 3)
    assert found.additivity_error.max() < 1e-12
    low = found.of_class("low")
    assert low.base_value == np.asarray(found.base_value)[1]
    np.testing.assert_array_equal(low.values, found.values[:, :, 1])
    with pytest.raises(InvalidInput, match=r"no class 'lo'\. Did you mean 'low'"):
        found.of_class("lo")


def test_columns_that_the_model_does_not_read_get_zero(
    frame: pd.DataFrame, target: NDArray[np.int64]
) -> None:
    model = make_pipeline(
        make_column_transformer((SimpleImputer(), ["income"])), RandomForestClassifier(3, random_state=0)
    ).fit(frame, target)
    found = attributions_of(skops(model), frame.assign(note="x"))
    assert found.features == ("age", "town", "income", "plan", "note")
    assert not np.delete(found.values, 2, axis=1).any()
    assert found.values[:, 2].all()


def test_attributions_of_a_row_do_not_depend_on_the_others(
    frame: pd.DataFrame, target: NDArray[np.int64]
) -> None:
    model = skops(BUILD["histogram boosting"][0]().fit(frame, target))
    together = attributions_of(model, frame)
    alone = attributions_of(model, frame.iloc[[17]])
    np.testing.assert_array_equal(alone.values, together.values[[17]])


def test_unseen_categories_are_explained_as_the_model_takes_them(
    frame: pd.DataFrame, target: NDArray[np.int64]
) -> None:
    model = HistGradientBoostingClassifier(max_iter=10, categorical_features=TEXTS).fit(frame, target)
    found = attributions_of(skops(model), frame.assign(town="Atlantis"))
    assert found.additivity_error.max() < 1e-12


def test_a_model_of_another_family_is_refused_by_name(frame: pd.DataFrame, target: NDArray[np.int64]) -> None:
    with pytest.raises(InvalidInput, match="GaussianNB cannot be explained exactly yet"):
        attributions_of(skops(GaussianNB().fit(frame[["income"]], target)), frame[["income"]])


def test_a_scaled_target_on_a_logarithmic_scale_is_refused(frame: pd.DataFrame) -> None:
    rows = frame[["income"]]
    model = TransformedTargetRegressor(PoissonRegressor(), transformer=StandardScaler(with_mean=False))
    with pytest.raises(InvalidInput, match="logarithmic"):
        attributions_of(skops(model.fit(rows, np.arange(len(rows)))), rows, background=rows)


class TestLightGBM:
    def explained(self, frame: pd.DataFrame, target: Any, **settings: Any) -> tuple[Attributions, Any]:
        lightgbm = pytest.importorskip("lightgbm")
        rows = frame.astype(dict.fromkeys(TEXTS, "category"))
        data = lightgbm.Dataset(rows, target)
        booster = lightgbm.train({"verbose": -1, "num_leaves": 4, **settings}, data, 5)
        return attributions_of(
            Model("lightgbm", booster, ""), frame[["plan", "town", "income", "age"]]
        ), booster

    def test_two_classes(self, frame: pd.DataFrame, target: NDArray[np.int64]) -> None:
        found, booster = self.explained(frame, target, objective="binary")
        assert (found.output, found.features) == ("log_odds", ("plan", "town", "income", "age"))
        assert found.additivity_error.max() < 1e-12
        order = ["age", "town", "income", "plan"]
        theirs = booster.predict(frame.astype(dict.fromkeys(TEXTS, "category")), pred_contrib=True)
        ours = found.values[:, [found.features.index(name) for name in order]]
        np.testing.assert_array_equal(ours, theirs[:, :-1])
        turned = attributions_of(Model("lightgbm", booster, ""), frame, positive=0)
        np.testing.assert_array_equal(turned.values, -theirs[:, :-1])

    def test_several_classes(self, frame: pd.DataFrame) -> None:
        found, _ = self.explained(frame, np.arange(len(frame)) % 3, objective="multiclass", num_class=3)
        assert found.classes == ("0", "1", "2")
        assert found.values.shape == (len(frame), 4, 3)
        assert found.additivity_error.max() < 1e-12

    @pytest.mark.parametrize(("objective", "output"), [("regression", "value"), ("poisson", "log_value")])
    def test_numbers(self, objective: str, output: str, frame: pd.DataFrame) -> None:
        found, _ = self.explained(frame, np.exp(frame["income"]), objective=objective)
        assert found.output == output
        assert found.additivity_error.max() < 1e-12
