"""Converters: what a converted ensemble says is what scikit-learn says, and its attributions are shap's."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression
from sklearn.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
)

from monitoring.errors import InvalidInput
from monitoring.explain.tree_shap import expected_values, tree_shap
from monitoring.explain.trees import Ensemble, trees_from

X: NDArray[np.float64] = np.random.default_rng(0).normal(size=(300, 5))
X_GAPS = np.where(np.random.default_rng(1).random(X.shape) < 0.1, np.nan, X)
NUMBER = X[:, 0] - X[:, 1] * (X[:, 2] > 0) + 0.1 * np.sin(9 * X[:, 3])
TWO = (NUMBER > 0).astype(np.int64)
THREE = np.digitize(NUMBER, [-0.5, 0.5])
# Forty categories, which need more than one word of bits, with enough rows each to be split.
X_CODES = np.column_stack([np.arange(1500) % 40, np.random.default_rng(2).normal(size=(1500, 4))])
BY_CODE = X_CODES[:, 1] + 2 * np.isin(X_CODES[:, 0], [3, 7, 33])


def boosted_by_code(target: NDArray[Any]) -> Any:
    family = HistGradientBoostingRegressor if target.dtype.kind == "f" else HistGradientBoostingClassifier
    return family(max_iter=20, categorical_features=[0], min_samples_leaf=5).fit(X_CODES, target)


def small(family: Any, rows: NDArray[np.float64], target: NDArray[Any], **settings: Any) -> Callable[[], Any]:
    return lambda: family(random_state=0, **settings).fit(rows, target)


FOREST = {"n_estimators": 5, "max_depth": 5}
BOOST = {"n_estimators": 8}
HISTOGRAM = {"max_iter": 8, "min_samples_leaf": 5}

MODELS: dict[str, tuple[Callable[[], Any], NDArray[np.float64], str]] = {
    "histogram, two classes": (
        small(HistGradientBoostingClassifier, X_GAPS, TWO, **HISTOGRAM),
        X_GAPS,
        "log_odds",
    ),
    "histogram, three classes": (
        small(HistGradientBoostingClassifier, X_GAPS, THREE, **HISTOGRAM),
        X_GAPS,
        "log_odds",
    ),
    "histogram, number": (small(HistGradientBoostingRegressor, X_GAPS, NUMBER, **HISTOGRAM), X_GAPS, "value"),
    "histogram, count": (
        small(HistGradientBoostingRegressor, X_GAPS, np.exp(NUMBER), loss="poisson", **HISTOGRAM),
        X_GAPS,
        "log_value",
    ),
    "histogram, quantile": (
        small(HistGradientBoostingRegressor, X, NUMBER, loss="quantile", quantile=0.9, **HISTOGRAM),
        X,
        "value",
    ),
    "boosting, two classes": (small(GradientBoostingClassifier, X, TWO, **BOOST), X, "log_odds"),
    "boosting, exponential loss": (
        small(GradientBoostingClassifier, X, TWO, loss="exponential", **BOOST),
        X,
        "log_odds",
    ),
    "boosting, three classes": (small(GradientBoostingClassifier, X, THREE, **BOOST), X, "log_odds"),
    "boosting, number": (small(GradientBoostingRegressor, X, NUMBER, **BOOST), X, "value"),
    "boosting, from zero": (small(GradientBoostingRegressor, X, NUMBER, init="zero", **BOOST), X, "value"),
    "forest, two classes": (small(RandomForestClassifier, X_GAPS, TWO, **FOREST), X_GAPS, "probability"),
    "forest, three classes": (small(RandomForestClassifier, X_GAPS, THREE, **FOREST), X_GAPS, "probability"),
    "forest, number": (small(RandomForestRegressor, X_GAPS, NUMBER, **FOREST), X_GAPS, "value"),
    "forest, weighted classes": (
        small(RandomForestClassifier, X, TWO, class_weight="balanced", **FOREST),
        X,
        "probability",
    ),
    "extra trees, two classes": (small(ExtraTreesClassifier, X, TWO, **FOREST), X, "probability"),
    "extra trees, number": (small(ExtraTreesRegressor, X, NUMBER, **FOREST), X, "value"),
    "tree, two classes": (small(DecisionTreeClassifier, X_GAPS, TWO), X_GAPS, "probability"),
    "tree, number": (small(DecisionTreeRegressor, X_GAPS, NUMBER), X_GAPS, "value"),
    "extra tree, three classes": (small(ExtraTreeClassifier, X, THREE), X, "probability"),
    "extra tree, number": (small(ExtraTreeRegressor, X, NUMBER), X, "value"),
}
# shap refuses several boosted outputs and a start from zero, and tells the exponential loss in half log odds.
UNKNOWN_TO_SHAP = {
    "histogram, three classes",
    "boosting, three classes",
    "boosting, exponential loss",
    "boosting, from zero",
}


def converted(model: Any) -> Ensemble:
    ensemble = trees_from(model)
    assert ensemble is not None
    return ensemble


def rounded(ensemble: Ensemble, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return rows.astype(np.float32).astype(np.float64) if ensemble.single else rows


def said(model: Any, ensemble: Ensemble, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """What scikit-learn says, in the ensemble's unit."""
    if ensemble.output == "probability":
        proba = model.predict_proba(rows)
        return np.asarray(proba[:, 1:] if proba.shape[1] == 2 else proba)
    if ensemble.output == "log_odds":
        return np.asarray(model.decision_function(rows) * ensemble.scale).reshape(len(rows), -1)
    predicted = np.asarray(model.predict(rows))[:, None]
    return np.log(predicted) if ensemble.output == "log_value" else predicted


@pytest.mark.parametrize("name", MODELS)
def test_base_and_attributions_add_up_to_what_the_model_says(name: str) -> None:
    build, rows, output = MODELS[name]
    model = build()
    ensemble = converted(model)
    assert ensemble.output == output
    base = ensemble.constant + expected_values(ensemble.nodes, ensemble.n_outputs)
    values = tree_shap(ensemble.nodes, rounded(ensemble, rows), ensemble.n_outputs)
    np.testing.assert_allclose(base + values.sum(axis=1), said(model, ensemble, rows), atol=1e-12)


@pytest.mark.parametrize("name", sorted(MODELS.keys() - UNKNOWN_TO_SHAP))
def test_attributions_are_those_of_shap(name: str) -> None:
    import shap

    build, rows, _ = MODELS[name]
    model = build()
    ensemble = converted(model)
    explainer = shap.TreeExplainer(model)
    theirs = np.asarray(explainer.shap_values(rows[:50]))
    if theirs.ndim == 2:
        theirs = theirs[:, :, None]
    theirs = theirs[:, :, -ensemble.n_outputs :]
    ours = tree_shap(ensemble.nodes, rounded(ensemble, rows[:50]), ensemble.n_outputs)
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
    base = ensemble.constant + expected_values(ensemble.nodes, ensemble.n_outputs)
    np.testing.assert_allclose(base, np.ravel(explainer.expected_value)[-ensemble.n_outputs :], atol=1e-6)


@pytest.mark.parametrize("target", [BY_CODE, (BY_CODE > 1).astype(np.int64)], ids=["number", "two classes"])
def test_splits_by_category_are_followed(target: NDArray[Any]) -> None:
    model = boosted_by_code(target)
    ensemble = converted(model)
    assert (ensemble.nodes.category_set >= 0).any()
    rows = np.vstack([X_CODES, [[99.0, 0, 0, 0, 0], [np.nan, 0, 0, 0, 0]]])
    encoded = model._preprocess_X(rows, reset=False)
    base = ensemble.constant + expected_values(ensemble.nodes, 1)
    values = tree_shap(ensemble.nodes, encoded, 1)
    np.testing.assert_allclose(base + values.sum(axis=1), said(model, ensemble, rows), atol=1e-12)


def test_exponential_loss_gives_the_odds_of_the_probability() -> None:
    build, rows, _ = MODELS["boosting, exponential loss"]
    model = build()
    proba = model.predict_proba(rows)[:, 1]
    np.testing.assert_allclose(
        said(model, converted(model), rows)[:, 0], np.log(proba / (1 - proba)), atol=1e-9
    )


def test_a_start_that_depends_on_the_row_is_refused() -> None:
    model = GradientBoostingRegressor(init=LinearRegression(), n_estimators=2).fit(X, NUMBER)
    with pytest.raises(InvalidInput, match="starts from a LinearRegression"):
        trees_from(model)


def test_several_targets_are_refused() -> None:
    model = RandomForestRegressor(2).fit(X, np.column_stack([NUMBER, NUMBER]))
    with pytest.raises(InvalidInput, match="several targets"):
        trees_from(model)


def test_what_is_no_tree_is_left_to_others() -> None:
    assert trees_from(LinearRegression()) is None
