"""Attributions of linear models in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.errors import InvalidInput
from monitoring.explain.trees import Output


@dataclass(frozen=True, slots=True)
class Linear:
    """A model whose output is `intercept` [outputs] + `coefficients` [outputs, columns] times the columns."""

    coefficients: NDArray[np.float64]
    intercept: NDArray[np.float64]
    output: Output


def linear_from(model: Any) -> Linear | None:
    """The model's coefficients, or None when it is not linear in any known output."""
    name = type(model).__name__
    if name not in _CLASSIFIERS | _REGRESSORS | _GENERALISED:
        return None
    if name == "SGDClassifier" and model.loss != "log_loss":
        raise InvalidInput(
            f"A linear classifier with loss={model.loss!r} gives no log odds.",
            "Train it with loss='log_loss'.",
        )
    coefficients = np.atleast_2d(np.asarray(model.coef_, dtype=np.float64))
    if name not in _CLASSIFIERS and len(coefficients) > 1:
        raise InvalidInput("Models with several targets cannot be explained.")
    intercept = np.broadcast_to(np.asarray(model.intercept_, dtype=np.float64), (len(coefficients),))
    return Linear(coefficients, intercept.copy(), _output(model, name))


def linear_shap(linear: Linear, rows: NDArray[np.float64], means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shapley values of a linear model: coefficient * (value - background mean) [rows, columns, outputs].

    Columns outside a coalition are drawn from the background independently of the others (Lundberg and Lee
    2017, corollary 1); `means` [columns] are the background's. Unit: that of the model's output.
    """
    return np.asarray((rows - means)[:, :, None] * linear.coefficients.T[None, :, :])


def linear_base(linear: Linear, means: NDArray[np.float64]) -> NDArray[np.float64]:
    """The model's output at the background's mean [outputs]."""
    return np.asarray(linear.intercept + linear.coefficients @ means)


def _output(model: Any, name: str) -> Output:
    if name in _CLASSIFIERS:
        return "log_odds"
    if name in _GENERALISED and type(model._base_loss.link).__name__ == "LogLink":
        return "log_value"
    return "value"


_CLASSIFIERS = frozenset({"LogisticRegression", "LogisticRegressionCV", "SGDClassifier"})
_GENERALISED = frozenset({"GammaRegressor", "PoissonRegressor", "TweedieRegressor"})
_REGRESSORS = frozenset(
    {
        "ARDRegression",
        "BayesianRidge",
        "ElasticNet",
        "ElasticNetCV",
        "HuberRegressor",
        "Lasso",
        "LassoCV",
        "LinearRegression",
        "QuantileRegressor",
        "Ridge",
        "RidgeCV",
        "SGDRegressor",
    }
)
