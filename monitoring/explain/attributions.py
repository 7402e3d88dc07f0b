"""Attributions: how much each of the user's columns moved a prediction away from the model's base value.

Every method here is exact for the game that it names; `additivity_error` shows it row by row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitoring.errors import InvalidInput, one_of
from monitoring.explain.artifacts import Model
from monitoring.explain.linear import Linear, linear_base, linear_from, linear_shap
from monitoring.explain.pipelines import Encoded, asked, encode, last_step, model_input
from monitoring.explain.predictions import lightgbm_input, means_class_zero, positive_index
from monitoring.explain.trees import Ensemble, Output, trees_from

Method = Literal["tree_path_dependent", "linear_independent"]


@dataclass(frozen=True, slots=True)
class Attributions:
    """Shapley values of rows, in the user's columns.

    `values` [rows, features]: positive ones raise the output, negative ones lower it. With more than two
    classes `values` is [rows, features, classes], `base_value` is [classes] and `classes` has their names.
    `base_value` plus the sum of a row's values is the model's output, in `output`'s unit: log odds of the
    positive class (of each class before normalisation), probability, the target's value or its logarithm.
    `additivity_error` [rows] is how far that sum is from what the model itself says (largest over classes).
    """

    base_value: float | NDArray[np.float64]
    values: NDArray[np.float64]
    features: tuple[str, ...]
    output: Output
    additivity_error: NDArray[np.float64]
    method: Method
    classes: tuple[str, ...] = ()

    def of_class(self, name: str) -> Attributions:
        """The attributions of one class, as if it were the positive one."""
        if name not in self.classes:
            raise InvalidInput(f"The artifact knows no class {name!r}.", one_of(name, self.classes))
        position = self.classes.index(name)
        base = float(np.asarray(self.base_value)[position])
        return replace(self, base_value=base, values=self.values[:, :, position], classes=())


@dataclass(frozen=True, slots=True)
class _Raw:
    """Attributions of a model's own columns, before they are told in the user's."""

    base: NDArray[np.float64]
    values: NDArray[np.float64]
    output: Output
    method: Method
    said: NDArray[np.float64]
    classes: tuple[Any, ...]


def attributions_of(
    model: Model, frame: pd.DataFrame, *, background: pd.DataFrame | None = None, positive: object = None
) -> Attributions:
    """Exact attributions of rows of features, by the model's family; features are the frame's columns.

    Trees and boosting: path-dependent (what is unknown is averaged over the training rows of each branch);
    boosted classifiers in log odds, forests of trees in probability. Linear models: in closed form against
    the mean of `background` (rows of the reference), columns taken as independent; logistic regression in
    log odds. Attributions of columns that a pipeline derived from one of the user's are summed. `positive`
    is the model's name of the positive class; left out, it is the second of two. Columns that the model does
    not read get zero.
    """
    if model.kind == "lightgbm":
        raw, sources = _lightgbm(model.object, frame, positive)
    else:
        encoded = encode(model.object, frame)
        raw = _for_positive(_scikit_learn(model.object, encoded, frame, background), positive)
        sources = encoded.sources
    return _told(raw, sources, tuple(map(str, frame.columns)))


def needs_background(model: Model) -> bool:
    """Whether the model is explained against background rows: linear ones are."""
    return model.kind != "lightgbm" and linear_from(last_step(model.object)) is not None


def output_of(model: Model) -> Output:
    """The unit that the model's attributions are in. Raises InvalidInput for a model that cannot be explained."""
    if model.kind == "lightgbm":
        return _LIGHTGBM_OUTPUTS.get(_objective(model.object), "value")
    estimator = last_step(model.object)
    explained = trees_from(estimator) or linear_from(estimator)
    if explained is None:
        raise _cannot_be_explained(estimator)
    return explained.output


def _cannot_be_explained(estimator: Any) -> InvalidInput:
    return InvalidInput(
        f"{type(estimator).__name__} cannot be explained exactly yet.",
        "Vigie explains linear models, decision trees, forests and boosted trees; "
        "for others log SHAP values with the inferences.",
    )


def _scikit_learn(model: Any, encoded: Encoded, frame: pd.DataFrame, background: pd.DataFrame | None) -> _Raw:
    classes = tuple(getattr(encoded.estimator, "classes_", ()))
    ensemble = trees_from(encoded.estimator)
    linear = None if ensemble else linear_from(encoded.estimator)
    if ensemble:
        base, values = _of_trees(ensemble, encoded.values)
        output, method, said_scale = ensemble.output, _TREES, ensemble.scale
    elif linear:
        base, values = _of_linear(linear, model, encoded.values, background)
        output, method, said_scale = linear.output, _LINEAR, 1.0
    else:
        raise _cannot_be_explained(encoded.estimator)
    if output != "value" and (encoded.scale, encoded.offset) != (1.0, 0.0):
        raise InvalidInput("Attributions on a logarithmic scale of a scaled target do not add up.")
    said = said_scale * asked(partial(_said, model, output), model_input(model, frame))
    base = encoded.offset + encoded.scale * base
    return _Raw(base, encoded.scale * values, output, method, said.reshape(len(values), -1), classes)


def _of_trees(
    ensemble: Ensemble, rows: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from monitoring.explain.tree_shap import expected_values, tree_shap

    if ensemble.single:
        rows = rows.astype(np.float32).astype(np.float64)
    base = ensemble.constant + expected_values(ensemble.nodes, ensemble.n_outputs)
    return base, tree_shap(ensemble.nodes, rows, ensemble.n_outputs)


def _of_linear(
    linear: Linear, model: Any, rows: NDArray[np.float64], background: pd.DataFrame | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if background is None or background.empty:
        raise InvalidInput("Linear models are explained against background rows; none were given.")
    means = encode(model, background).values.mean(axis=0)
    return linear_base(linear, means), linear_shap(linear, rows, means)


def _said(model: Any, output: Output, data: Any) -> NDArray[np.float64]:
    """What the whole model says of the rows, in the output's unit: [rows] or [rows, classes]."""
    if output == "log_odds":
        return np.asarray(model.decision_function(data), dtype=np.float64)
    if output == "probability":
        proba = np.asarray(model.predict_proba(data), dtype=np.float64)
        return proba[:, 1] if proba.shape[1] == 2 else proba  # noqa: PLR2004
    value = np.asarray(model.predict(data), dtype=np.float64)
    return np.log(value) if output == "log_value" else value


def _lightgbm(booster: Any, frame: pd.DataFrame, positive: object) -> tuple[_Raw, NDArray[np.int64]]:
    """LightGBM's own contributions, which are exact and path-dependent."""
    data = lightgbm_input(booster, frame)
    said = np.asarray(asked(partial(booster.predict, raw_score=True), data), dtype=np.float64)
    said = said.reshape(len(data), -1)
    n_outputs = said.shape[1]
    parts = np.asarray(asked(partial(booster.predict, pred_contrib=True), data), dtype=np.float64)
    parts = np.moveaxis(parts.reshape(len(data), n_outputs, -1), 1, 2)
    output: Output = _LIGHTGBM_OUTPUTS.get(_objective(booster), "value")
    classes = tuple(range(max(n_outputs, 2))) if output == "log_odds" else ()
    raw = _Raw(parts[0, -1], parts[:, :-1], output, _TREES, said, classes)
    columns = {str(name): position for position, name in enumerate(frame.columns)}
    sources = np.array([columns[str(name)] for name in data.columns], dtype=np.int64)
    return (_for_positive(raw, 0) if means_class_zero(positive) else raw), sources


def _objective(booster: Any) -> str:
    head = booster.model_to_string(num_iteration=1).split("\nTree=", maxsplit=1)[0]
    line = next((line for line in head.splitlines() if line.startswith("objective=")), "objective=unknown")
    return str(line.removeprefix("objective=").split()[0])


def _for_positive(raw: _Raw, positive: object) -> _Raw:
    """Turn a binary model's attributions round, where its first class is the positive one."""
    if len(raw.classes) != 2 or positive_index(list(raw.classes), positive) == 1:  # noqa: PLR2004
        return raw
    whole = 1.0 if raw.output == "probability" else 0.0
    return replace(raw, base=whole - raw.base, values=-raw.values, said=whole - raw.said)


def _told(raw: _Raw, sources: NDArray[np.int64], features: tuple[str, ...]) -> Attributions:
    """Sum the attributions of all columns that came from one of the user's."""
    n_rows, _, n_outputs = raw.values.shape
    values = np.zeros((n_rows, len(features), n_outputs))
    for position, source in enumerate(sources):
        values[:, source] += raw.values[:, position]
    error = np.abs(raw.base + values.sum(axis=1) - raw.said).max(axis=1)
    if n_outputs == 1:
        return Attributions(float(raw.base[0]), values[:, :, 0], features, raw.output, error, raw.method)
    classes = tuple(map(str, raw.classes))
    return Attributions(raw.base, values, features, raw.output, error, raw.method, classes)


_TREES: Method = "tree_path_dependent"
_LINEAR: Method = "linear_independent"

_LIGHTGBM_OUTPUTS: dict[str, Output] = {
    "binary": "log_odds",
    "multiclass": "log_odds",
    "multiclassova": "log_odds",
    "cross_entropy": "log_odds",
    "poisson": "log_value",
    "gamma": "log_value",
    "tweedie": "log_value",
}
