"""Unwrap a pipeline: what its last step reads, and from which of the user's columns each number came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitoring.errors import InvalidInput, nearest
from monitoring.explain.parts import parts_of

Sources = list[int]

_ONE_TO_ONE = frozenset(
    {
        "Binarizer",
        "FunctionTransformer",
        "MaxAbsScaler",
        "MinMaxScaler",
        "OrdinalEncoder",
        "PowerTransformer",
        "QuantileTransformer",
        "RobustScaler",
        "StandardScaler",
    }
)


_LINEAR_SCALERS = frozenset({"MaxAbsScaler", "MinMaxScaler", "RobustScaler", "StandardScaler"})


@dataclass(frozen=True, slots=True)
class Encoded:
    """The last step of a model, and what it reads.

    `values` [rows, columns] are its numbers, `sources` [columns] the positions of the frame's columns they
    came from. The model's output is `offset` + `scale` * that of the last step.
    """

    estimator: Any
    values: NDArray[np.float64]
    sources: NDArray[np.int64]
    scale: float = 1.0
    offset: float = 0.0


def encode(model: Any, frame: pd.DataFrame) -> Encoded:
    """Run all steps of a pipeline but the last, and follow every column back to the frame's.

    Raises InvalidInput where a step mixes columns: its numbers belong to no single column of the user's.
    """
    data = model_input(model, frame)
    positions = {str(name): position for position, name in enumerate(frame.columns)}
    names = data.columns if isinstance(data, pd.DataFrame) else frame.columns
    sources = [positions.get(str(name), -1) for name in names]
    scale, offset = 1.0, 0.0
    while is_a(model, "Pipeline") or is_a(model, "TransformedTargetRegressor"):
        if is_a(model, "TransformedTargetRegressor"):
            inner_scale, inner_offset = _target_scale(model.transformer_)
            scale, offset = scale * inner_scale, offset + scale * inner_offset
            model = model.regressor_
            continue
        for _, step in model.steps[:-1]:
            if step is not None and not _is_passthrough(step):
                sources = _followed(step, sources)
                data = asked(step.transform, data)
        model = model.steps[-1][1]
    if getattr(model, "_preprocessor", None) is not None:
        # Histogram gradient boosting encodes its categories itself and puts them first.
        sources = _followed(model._preprocessor, sources)
        data = asked(partial(model._preprocess_X, reset=False), data)
    values = asked(_dense, data)
    if values.shape[1] != len(sources):
        raise InvalidInput(f"A step before {type(model).__name__} changes its columns in an unknown way.")
    return Encoded(model, values, np.array(sources, dtype=np.int64), scale, offset)


def last_step(model: Any) -> Any:
    """The estimator at the end of a pipeline, also where its target is scaled."""
    while True:
        if is_a(model, "Pipeline"):
            model = model.steps[-1][1]
        elif is_a(model, "TransformedTargetRegressor"):
            model = model.regressor_
        else:
            return model


def model_input(model: Any, frame: pd.DataFrame) -> pd.DataFrame | NDArray[Any]:
    """The frame as the model was trained on it: its columns in its order, missing text as the model marks it.

    A model that was trained without column names takes the frame's columns in their order.
    """
    names = getattr(model, "feature_names_in_", None)
    if names is None:
        expected = getattr(model, "n_features_in_", frame.shape[1])
        if frame.shape[1] != expected:
            raise InvalidInput(f"The artifact reads {expected} columns; {frame.shape[1]} were given.")
        return _with_missing_text(model, frame).to_numpy()
    unused = _unused(model)
    refuse_missing([str(name) for name in names if name not in frame.columns and name not in unused], frame)
    return _with_missing_text(model, frame.reindex(columns=list(names)))


def refuse_missing(names: list[str], frame: pd.DataFrame) -> None:
    """Raise InvalidInput that names the columns a model reads and the frame lacks, if there are any."""
    if names:
        hint = nearest(names[0], [str(name) for name in frame.columns])
        raise InvalidInput(
            f"The artifact reads columns that are missing: {', '.join(map(repr, names))}.", hint
        )


def asked(function: Callable[[Any], Any], data: Any) -> Any:
    """Call a part of a model on rows; what it cannot read is the user's error, not a failure of ours."""
    try:
        return function(data)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise InvalidInput(f"The artifact cannot read the rows: {error}") from error


def is_a(value: object, name: str) -> bool:
    """Tell whether a class of this name is the value's class or among its ancestors."""
    return any(ancestor.__name__ == name for ancestor in type(value).__mro__)


def _unused(model: Any) -> set[str]:
    """Columns that the first step of a pipeline drops."""
    while is_a(model, "Pipeline"):
        model = model.steps[0][1]
    if not is_a(model, "ColumnTransformer"):
        return set()
    used = {
        position
        for name, step, _ in model.transformers_
        if not _is_dropped(step)
        for position in model._transformer_to_input_indices[name]
    }
    return {name for position, name in enumerate(model.feature_names_in_) if position not in used}


def text_columns(frame: pd.DataFrame) -> list[Any]:
    """Names of the columns that hold text or categories."""
    return [
        name
        for name, dtype in frame.dtypes.items()
        if isinstance(dtype, pd.StringDtype | pd.CategoricalDtype) or pd.api.types.is_object_dtype(dtype)
    ]


def _with_missing_text(model: Any, frame: pd.DataFrame) -> pd.DataFrame:
    texts = text_columns(frame)
    if not texts:
        return frame
    marker = _missing_marker(model)
    columns = {}
    for name in texts:
        values = frame[name].to_numpy(dtype=object, copy=True)
        values[frame[name].isna().to_numpy()] = marker
        columns[name] = pd.Series(values, index=frame.index, dtype=object)
    return frame.assign(**{str(name): column for name, column in columns.items()})


def _missing_marker(model: Any) -> object:
    """None where the model learned None as a category, else NaN, which scikit-learn takes for missing."""
    for part in parts_of(model):
        learned = getattr(part, "categories_", None)
        if isinstance(learned, list) and any(category is None for group in learned for category in group):
            return None
    return np.nan


def _dense(data: Any) -> NDArray[np.float64]:
    if isinstance(data, pd.DataFrame):
        return data.to_numpy(dtype=np.float64)
    return np.asarray(data.toarray() if hasattr(data, "toarray") else data, dtype=np.float64)


def _is_dropped(step: object) -> bool:
    return isinstance(step, str) and step == "drop"


def _is_passthrough(step: object) -> bool:
    return isinstance(step, str) and step == "passthrough"


def _target_scale(transformer: Any) -> tuple[float, float]:
    """Scale and offset of a linear change of the target, back to the user's unit."""
    name = type(transformer).__name__
    is_identity = name == "FunctionTransformer" and transformer.func is None
    if not is_identity and name not in _LINEAR_SCALERS:
        raise InvalidInput(
            "Attributions of a target that was transformed by something else than a scaler do not add up.",
            f"Allowed: {', '.join(map(repr, sorted(_LINEAR_SCALERS)))}.",
        )
    at_zero, at_one = np.ravel(transformer.inverse_transform(np.array([[0.0], [1.0]])))
    return float(at_one - at_zero), float(at_zero)


def _followed(step: Any, sources: Sources) -> Sources:
    """Sources of the columns that a fitted step hands over, given those that it takes."""
    follow = _FOLLOW.get(type(step).__name__)
    if follow is not None:
        return follow(step, sources)
    if type(step).__name__ in _ONE_TO_ONE or _is_passthrough(step):
        return sources
    raise InvalidInput(
        f"Attributions cannot be traced through a {type(step).__name__} to single columns.",
        "Use steps that work column by column, or log SHAP values with the inferences.",
    )


def _pipeline(step: Any, sources: Sources) -> Sources:
    for _, inner in step.steps:
        if inner is not None:
            sources = _followed(inner, sources)
    return sources


def _column_transformer(step: Any, sources: Sources) -> Sources:
    outputs: dict[int, int] = {}
    for name, inner, _ in step.transformers_:
        if _is_dropped(inner):
            continue
        taken = [sources[position] for position in step._transformer_to_input_indices[name]]
        handed = _followed(inner, taken) if taken else []
        place = step.output_indices_[name]
        outputs.update(zip(range(place.start, place.stop), handed, strict=True))
    return [outputs[position] for position in range(len(outputs))]


def _one_hot(step: Any, sources: Sources) -> Sources:
    return [
        source for source, width in zip(sources, step._n_features_outs, strict=True) for _ in range(width)
    ]


def _bins(step: Any, sources: Sources) -> Sources:
    return sources if step.encode == "ordinal" else _one_hot(step._encoder, sources)


def _imputer(step: Any, sources: Sources) -> Sources:
    # A column that was empty in training is dropped, unless the imputer was told to keep it.
    kept = [
        source
        for source, statistic in zip(sources, step.statistics_, strict=True)
        if step.keep_empty_features or not pd.isna(statistic)
    ]
    return kept + (_indicator(step.indicator_, sources) if step.add_indicator else [])


def _indicator(step: Any, sources: Sources) -> Sources:
    return [sources[position] for position in step.features_]


def _target_encoder(step: Any, sources: Sources) -> Sources:
    width = len(step.classes_) if step.target_type_ == "multiclass" else 1
    return [source for source in sources for _ in range(width)]


_FOLLOW: dict[str, Callable[[Any, Sources], Sources]] = {
    "ColumnTransformer": _column_transformer,
    "KBinsDiscretizer": _bins,
    "MissingIndicator": _indicator,
    "OneHotEncoder": _one_hot,
    "Pipeline": _pipeline,
    "SimpleImputer": _imputer,
    "TargetEncoder": _target_encoder,
}
