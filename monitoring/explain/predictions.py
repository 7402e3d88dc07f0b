"""What an artifact predicts, and whether that is what was logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from monitoring.errors import InvalidInput, one_of
from monitoring.explain.artifacts import Model
from monitoring.explain.pipelines import asked, model_input, refuse_missing, text_columns
from monitoring.spec import Task

_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a model says of every row.

    `y_pred` [rows]: 0 and 1 (1 = the positive class), class names as text, or numbers. `y_score`: the
    probability of the positive class [rows], of every class [rows, classes], or None for a regression.
    """

    y_pred: NDArray[Any]
    y_score: NDArray[np.float64] | None
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PredictionCheck:
    """Logged predictions beside the artifact's own, on rows that have both.

    `largest_difference` is that of the scores, or of the predictions where there are no scores (regression);
    NaN when nothing numeric was logged. `disagreements` counts rows with another predicted label (regression:
    another number, beyond rounding).
    """

    n: int
    largest_difference: float
    disagreements: int


def predict(model: Model, frame: pd.DataFrame, task: Task, *, positive: object = None) -> Predictions:
    """Predict rows given as features: text categories as strings or None, numbers as float64 with NaN.

    `positive` is the model's name for the positive class; left out, it is its second class.
    """
    if task == "uplift":
        raise InvalidInput("Artifacts of uplift models are not supported yet.")
    if model.kind == "lightgbm":
        return _predict_lightgbm(model.object, frame, task, positive)
    estimator = model.object
    data = model_input(estimator, frame)
    if task == "regression":
        return Predictions(np.asarray(asked(estimator.predict, data), dtype=np.float64).ravel(), None)
    if not hasattr(estimator, "predict_proba"):
        raise InvalidInput(f"The artifact ({type(estimator).__name__}) gives no probabilities of classes.")
    proba = np.asarray(asked(estimator.predict_proba, data), dtype=np.float64)
    labels = np.asarray(asked(estimator.predict, data))
    classes = list(estimator.classes_)
    if task == "multiclass_classification":
        return Predictions(labels.astype(str).astype(object), proba, tuple(map(str, classes)))
    chosen = positive_index(classes, positive)
    return Predictions((labels == classes[chosen]).astype(np.int64), proba[:, chosen])


def check_predictions(
    predictions: Predictions, y_pred: Sequence[object] | NDArray[Any], y_score: ArrayLike | None = None
) -> PredictionCheck:
    """Compare an artifact's predictions with logged ones of the same rows, in the same order and encoding."""
    logged = np.asarray(y_pred, dtype=object)
    known = ~pd.isna(logged)
    n = int(known.sum())
    if predictions.y_score is None:
        difference = np.abs(predictions.y_pred[known] - logged[known].astype(np.float64))
        scale = np.maximum(1.0, np.abs(predictions.y_pred[known]))
        return PredictionCheck(n, _largest(difference), int(np.sum(~(difference <= _ROUNDING * scale))))
    if predictions.classes:
        disagreements = int(np.sum(predictions.y_pred[known] != logged[known].astype(str)))
    else:
        disagreements = int(np.sum(predictions.y_pred[known] != logged[known].astype(np.float64)))
    if y_score is None:
        return PredictionCheck(n, float("nan"), disagreements)
    scores = np.asarray(y_score, dtype=np.float64)
    return PredictionCheck(n, _largest(np.abs(predictions.y_score - scores)), disagreements)


def positive_index(classes: list[Any], positive: object) -> int:
    """Position of the positive class among a model's two classes; the second one when it has no name."""
    if len(classes) != 2:  # noqa: PLR2004
        raise InvalidInput(f"The artifact knows {len(classes)} classes; a binary classification has two.")
    if positive is None:
        return 1
    for position, label in enumerate(classes):
        if label == positive or str(label) == str(positive):
            return position
    raise InvalidInput(
        f"The artifact knows no class {positive!r}.", one_of(str(positive), [str(label) for label in classes])
    )


def lightgbm_input(booster: Any, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame's columns that a booster reads, text as categories; blanks in names count as underscores."""
    by_name = {str(name).replace(" ", "_"): name for name in frame.columns}
    refuse_missing([name for name in booster.feature_name() if name not in by_name], frame)
    data = frame[[by_name[name] for name in booster.feature_name()]]
    return data.astype(dict.fromkeys(text_columns(data), "category"))


def means_class_zero(positive: object) -> bool:
    """Tell whether the positive class is the one that LightGBM knows as 0."""
    return positive is not None and str(positive) in {"0", "0.0", "False"}


def _predict_lightgbm(booster: Any, frame: pd.DataFrame, task: Task, positive: object) -> Predictions:
    output = np.asarray(asked(booster.predict, lightgbm_input(booster, frame)), dtype=np.float64)
    if task == "regression":
        return Predictions(output, None)
    if task == "binary_classification":
        output = 1 - output if means_class_zero(positive) else output
        return Predictions((output > 0.5).astype(np.int64), output)  # noqa: PLR2004
    classes = tuple(str(position) for position in range(output.shape[1]))
    return Predictions(output.argmax(axis=1).astype(str).astype(object), output, classes)


def _largest(differences: NDArray[np.float64]) -> float:
    known = differences[~np.isnan(differences)]
    return float(known.max()) if known.size else float("nan")
