from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import (
    BayesianRidge,
    GammaRegressor,
    LinearRegression,
    LogisticRegression,
    SGDClassifier,
    TweedieRegressor,
)
from sklearn.tree import DecisionTreeRegressor

from monitoring.errors import InvalidInput
from monitoring.explain.linear import Linear, linear_base, linear_from, linear_shap

ROWS = np.random.default_rng(0).normal(size=(60, 3))
TWO = (ROWS[:, 0] > 0).astype(np.int64)


def test_a_line_by_hand() -> None:
    # 5 + 2a - 3b around the mean (1, 1): the base is 4; at (3, 0) a adds 2 * 2 and b adds -3 * -1.
    linear = Linear(np.array([[2.0, -3.0]]), np.array([5.0]), "value")
    means = np.array([1.0, 1.0])
    assert linear_base(linear, means).tolist() == [4.0]
    assert linear_shap(linear, np.array([[3.0, 0.0]]), means)[:, :, 0].tolist() == [[4.0, 3.0]]


@pytest.mark.parametrize(
    ("model", "target", "output"),
    [
        (LogisticRegression(), TWO, "log_odds"),
        (SGDClassifier(loss="log_loss"), TWO, "log_odds"),
        (LinearRegression(), ROWS[:, 1], "value"),
        (BayesianRidge(), ROWS[:, 1], "value"),
        (GammaRegressor(), np.exp(ROWS[:, 1]), "log_value"),
        (TweedieRegressor(power=0), ROWS[:, 1], "value"),
        (TweedieRegressor(power=1.5), np.exp(ROWS[:, 1]), "log_value"),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "fit") else "",
)
def test_every_family_has_its_output(model: Any, target: Any, output: str) -> None:
    linear = linear_from(model.fit(ROWS, target))
    assert linear is not None
    assert linear.output == output
    assert (linear.coefficients.shape, linear.intercept.shape) == ((1, 3), (1,))


def test_a_classifier_without_odds_is_refused() -> None:
    with pytest.raises(InvalidInput, match="loss='hinge' gives no log odds"):
        linear_from(SGDClassifier().fit(ROWS, TWO))


def test_several_targets_are_refused() -> None:
    with pytest.raises(InvalidInput, match="several targets"):
        linear_from(LinearRegression().fit(ROWS, ROWS[:, :2]))


def test_what_is_not_linear_is_left_to_others() -> None:
    assert linear_from(DecisionTreeRegressor()) is None


def test_values_are_those_of_shap() -> None:
    import shap

    model = LogisticRegression().fit(ROWS, TWO)
    linear = linear_from(model)
    assert linear is not None
    explainer = shap.LinearExplainer(model, shap.maskers.Independent(ROWS, max_samples=len(ROWS)))
    ours = linear_shap(linear, ROWS, ROWS.mean(axis=0))[:, :, 0]
    np.testing.assert_allclose(ours, explainer.shap_values(ROWS), atol=1e-9)
