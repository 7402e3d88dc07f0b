"""One format for the fitted trees of every family, which `tree_shap` explains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitoring.errors import InvalidInput

Output = Literal["log_odds", "probability", "value", "log_value"]
_BITSET_WORDS = 8


class Nodes(NamedTuple):
    """All nodes of all trees, one array per property; children are given as positions in these arrays.

    `start` [trees + 1] marks off the trees; a tree's root comes first, children after their parents.
    `feature` [nodes] is -1 in leaves. A split sends a row left when its value is at most `threshold`,
    or, where `category_set` is not -1, when its value is a bit in that row of `category_sets` [sets,
    words]; NaN goes where `missing_left` says. `cover` is the weight of the training rows in the node.
    A leaf adds `value` [nodes, width] to as many outputs, the first of which is `output` [trees].
    """

    start: NDArray[np.int64]
    output: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    missing_left: NDArray[np.bool_]
    category_set: NDArray[np.int64]
    category_sets: NDArray[np.uint32]
    cover: NDArray[np.float64]
    value: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ensemble:
    """An ensemble in the uniform format: output = `constant` + sum of its trees.

    `n_outputs` is 1, or the number of classes where there are more than two. `single` tells that the
    model compares its inputs after rounding them to single precision, `scale` how many units of output one
    unit of the model's decision function is.
    """

    nodes: Nodes
    constant: NDArray[np.float64]
    output: Output
    single: bool
    scale: float = 1.0

    @property
    def n_outputs(self) -> int:
        """Number of outputs."""
        return self.constant.size


def trees_from(model: Any) -> Ensemble | None:
    """The model in the uniform format, or None when it is not an ensemble of trees."""
    converter = _CONVERTERS.get(type(model).__name__)
    return converter(model) if converter else None


def trees_from_histogram_boosting(model: Any) -> Ensemble:
    """Convert a fitted HistGradientBoostingClassifier or -Regressor; leaves hold the learning rate already.

    Categories that the model does not know are told apart from known ones by its own encoder, which
    hands them over as missing; splits by category therefore need no list of known categories.
    """
    n_outputs = int(model.n_trees_per_iteration_)
    trees = [tree for stage in model._predictors for tree in stage]
    parts, sets, n_sets = [], [np.zeros((1, _BITSET_WORDS), dtype=np.uint32)], 1
    for tree in trees:
        parts.append(_histogram_nodes(tree.nodes, n_sets))
        sets.append(np.asarray(tree.raw_left_cat_bitsets, dtype=np.uint32))
        n_sets += len(sets[-1])
    output = np.arange(len(trees)) % n_outputs
    nodes = _joined(parts, output, np.concatenate(sets))
    constant = np.asarray(model._baseline_prediction, dtype=np.float64).ravel()
    return Ensemble(nodes, constant, _HISTOGRAM_OUTPUTS[type(model._loss).__name__], single=False)


def trees_from_gradient_boosting(model: Any) -> Ensemble:
    """Convert a fitted GradientBoostingClassifier or -Regressor with a constant start value."""
    if type(model.init_).__name__ not in {"DummyClassifier", "DummyRegressor", "str"}:
        raise InvalidInput(
            f"Gradient boosting that starts from a {type(model.init_).__name__} cannot be explained exactly.",
            "Train it with init=None or init='zero'.",
        )
    # The exponential loss estimates half the log odds.
    scale = 2.0 if getattr(model, "loss", "") == "exponential" else 1.0
    n_outputs = int(model.n_trees_per_iteration_)
    trees = [member.tree_ for member in model.estimators_.ravel()]
    rate = scale * float(model.learning_rate)
    parts = [_tree_nodes(tree, rate * tree.value[:, 0, :]) for tree in trees]
    start = model._raw_predict_init(np.zeros((1, model.n_features_in_), dtype=np.float32))
    nodes = _joined(parts, np.arange(len(trees)) % n_outputs)
    output: Output = "log_odds" if hasattr(model, "classes_") else "value"
    constant = scale * np.asarray(start, dtype=np.float64).ravel()
    return Ensemble(nodes, constant, output, single=True, scale=scale)


def trees_from_forest(model: Any) -> Ensemble:
    """Convert fitted random forests and extra trees: the mean of their members."""
    return _averaged([member.tree_ for member in model.estimators_], model)


def trees_from_tree(model: Any) -> Ensemble:
    """Convert one fitted decision tree."""
    return _averaged([model.tree_], model)


def _averaged(trees: Sequence[Any], model: Any) -> Ensemble:
    if int(model.n_outputs_) != 1:
        raise InvalidInput("Models with several targets cannot be explained.")
    is_classifier = hasattr(model, "classes_")
    parts = []
    for tree in trees:
        values = tree.value[:, 0, :]
        if is_classifier:
            values = values / values.sum(axis=1, keepdims=True)
            # Of two classes the second one is explained; the first is its complement.
            values = values[:, 1:] if values.shape[1] == 2 else values  # noqa: PLR2004
        parts.append(_tree_nodes(tree, values / len(trees)))
    nodes = _joined(parts, np.zeros(len(trees), dtype=np.int64))
    constant = np.zeros(nodes.value.shape[1])
    return Ensemble(nodes, constant, "probability" if is_classifier else "value", single=True)


def _tree_nodes(tree: Any, value: NDArray[np.float64]) -> Nodes:
    leaf = tree.children_left < 0
    return Nodes(
        start=np.array([0, leaf.size], dtype=np.int64),
        output=np.zeros(1, dtype=np.int64),
        feature=np.where(leaf, -1, tree.feature),
        threshold=tree.threshold.astype(np.float64),
        left=np.where(leaf, 0, tree.children_left),
        right=np.where(leaf, 0, tree.children_right),
        missing_left=np.asarray(tree.missing_go_to_left, dtype=np.bool_),
        category_set=np.full(leaf.size, -1, dtype=np.int64),
        category_sets=np.zeros((1, 1), dtype=np.uint32),
        cover=np.asarray(tree.weighted_n_node_samples, dtype=np.float64),
        value=value,
    )


def _histogram_nodes(nodes: NDArray[Any], first_set: int) -> Nodes:
    leaf = nodes["is_leaf"] != 0
    by_category = ~leaf & (nodes["is_categorical"] != 0)
    return Nodes(
        start=np.array([0, leaf.size], dtype=np.int64),
        output=np.zeros(1, dtype=np.int64),
        feature=np.where(leaf, -1, nodes["feature_idx"]),
        threshold=nodes["num_threshold"].astype(np.float64),
        left=np.where(leaf, 0, nodes["left"]).astype(np.int64),
        right=np.where(leaf, 0, nodes["right"]).astype(np.int64),
        missing_left=nodes["missing_go_to_left"] != 0,
        category_set=np.where(by_category, nodes["bitset_idx"].astype(np.int64) + first_set, -1),
        category_sets=np.zeros((1, _BITSET_WORDS), dtype=np.uint32),
        cover=nodes["count"].astype(np.float64),
        value=nodes["value"].astype(np.float64)[:, None],
    )


def _joined(
    parts: Sequence[Nodes],
    output: NDArray[np.int64],
    category_sets: NDArray[np.uint32] | None = None,
) -> Nodes:
    """One after the other, with the positions of children moved along."""
    start = np.concatenate([[0], np.cumsum([part.feature.size for part in parts])]).astype(np.int64)

    def column(name: str) -> NDArray[Any]:
        return np.ascontiguousarray(np.concatenate([getattr(part, name) for part in parts]))

    shift = np.repeat(start[:-1], np.diff(start))
    return Nodes(
        start=start,
        output=np.asarray(output, dtype=np.int64),
        feature=column("feature").astype(np.int64),
        threshold=column("threshold"),
        left=column("left").astype(np.int64) + shift,
        right=column("right").astype(np.int64) + shift,
        missing_left=column("missing_left"),
        category_set=column("category_set"),
        category_sets=np.zeros((1, 1), dtype=np.uint32) if category_sets is None else category_sets,
        cover=column("cover"),
        value=column("value").astype(np.float64),
    )


_HISTOGRAM_OUTPUTS: dict[str, Output] = {
    "HalfBinomialLoss": "log_odds",
    "HalfMultinomialLoss": "log_odds",
    "HalfSquaredError": "value",
    "AbsoluteError": "value",
    "PinballLoss": "value",
    "HalfGammaLoss": "log_value",
    "HalfPoissonLoss": "log_value",
}

_CONVERTERS: dict[str, Callable[[Any], Ensemble]] = {
    "HistGradientBoostingClassifier": trees_from_histogram_boosting,
    "HistGradientBoostingRegressor": trees_from_histogram_boosting,
    "GradientBoostingClassifier": trees_from_gradient_boosting,
    "GradientBoostingRegressor": trees_from_gradient_boosting,
    "RandomForestClassifier": trees_from_forest,
    "RandomForestRegressor": trees_from_forest,
    "ExtraTreesClassifier": trees_from_forest,
    "ExtraTreesRegressor": trees_from_forest,
    "DecisionTreeClassifier": trees_from_tree,
    "DecisionTreeRegressor": trees_from_tree,
    "ExtraTreeClassifier": trees_from_tree,
    "ExtraTreeRegressor": trees_from_tree,
}
