"""Refuse fitted trees whose indices lead outside their own arrays.

scikit-learn follows the child and feature indices of a tree without checking them, so a crafted file of
trusted types could still read foreign memory or never end. Every tree is therefore checked once, before
anything is predicted.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from monitoring.errors import InvalidInput
from monitoring.explain.parts import parts_of

_BITSET_WORDS = 8
_FOREIGN_FEATURE = "a split reads a feature that does not exist"


def check_trees(model: object) -> None:
    """Raise InvalidInput unless all trees inside the model stay within their arrays and their features."""
    from sklearn.ensemble._forest import BaseForest
    from sklearn.ensemble._gb import BaseGradientBoosting
    from sklearn.ensemble._hist_gradient_boosting.gradient_boosting import BaseHistGradientBoosting
    from sklearn.tree import BaseDecisionTree

    for part in parts_of(model):
        if isinstance(part, BaseDecisionTree) and hasattr(part, "tree_"):
            _check_tree(part.tree_, int(part.n_features_in_))
        elif isinstance(part, BaseForest) and hasattr(part, "estimators_"):
            for member in part.estimators_:
                _check_tree(member.tree_, int(part.n_features_in_))
        elif isinstance(part, BaseGradientBoosting) and hasattr(part, "estimators_"):
            _check_gradient_boosting(part)
        elif isinstance(part, BaseHistGradientBoosting) and hasattr(part, "_predictors"):
            _check_histogram_boosting(part)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise InvalidInput(
            f"The artifact holds a damaged tree: {what}.", "Save the model again from where it was trained."
        )


def _check_children(left: np.ndarray, right: np.ndarray, inner: np.ndarray) -> None:
    """Children come after their parent and exist, so every path ends."""
    nodes = np.flatnonzero(inner)
    for child in (left[inner].astype(np.int64), right[inner].astype(np.int64)):
        _require(bool(np.all((child > nodes) & (child < inner.size))), "a child points outside the tree")


def _check_tree(tree: Any, n_features: int) -> None:
    count = int(tree.node_count)
    _require(0 < count <= int(tree.capacity), "its node count does not match its nodes")
    inner = tree.children_left != -1
    _check_children(tree.children_left, tree.children_right, inner)
    feature = tree.feature[inner]
    _require(bool(np.all((feature >= 0) & (feature < n_features))), _FOREIGN_FEATURE)


def _check_gradient_boosting(model: Any) -> None:
    stages = model.estimators_
    n_outputs = int(model.n_trees_per_iteration_)
    n_features = int(model.n_features_in_)
    _require(stages.ndim == 2 and stages.shape[1] == n_outputs, "its stages do not match its classes")  # noqa: PLR2004
    for member in stages.ravel():
        _check_tree(member.tree_, n_features)
        _require(member.tree_.value.shape[1:] == (1, 1), "a leaf has more than one value")
    start = model._raw_predict_init(np.zeros((1, n_features), dtype=np.float32))
    _require(start.shape == (1, n_outputs), "its start value does not match its classes")


def _check_histogram_boosting(model: Any) -> None:
    categorical = np.asarray(model._bin_mapper.is_categorical_, dtype=bool)
    n_features = int(model.n_features_in_)
    _require(categorical.shape == (n_features,), "its binning does not match its features")
    if model._preprocessor is not None:
        _check_preprocessor(model._preprocessor, n_features)
    for predictor in (tree for stage in model._predictors for tree in stage):
        _check_predictor(predictor, categorical)


def _check_preprocessor(preprocessor: Any, n_features: int) -> None:
    """The inner column transformer must hand over exactly one column per feature."""
    what = "its inner encoder does not match its features"
    steps = [step for step in preprocessor.transformers_ if step[1] != "drop"]
    _require([name for name, _, _ in steps] == ["encoder", "numerical"], what)
    masks = [np.asarray(columns) for _, _, columns in steps]
    _require(all(mask.dtype == bool and mask.shape == (n_features,) for mask in masks), what)
    _require(bool(np.all(np.sum(masks, axis=0) == 1)), what)
    encoder, identity = steps[0][1], steps[1][1]
    _require(type(encoder).__name__ == "OrdinalEncoder" and len(encoder.categories_) == masks[0].sum(), what)
    _require(type(identity).__name__ == "FunctionTransformer", what)


def _check_predictor(predictor: Any, categorical: np.ndarray) -> None:
    nodes, bitsets = predictor.nodes, predictor.raw_left_cat_bitsets
    _require(nodes.ndim == 1 and nodes.size > 0, "it has no nodes")
    _require(bitsets.ndim == 2 and bitsets.shape[1] == _BITSET_WORDS, "its category sets have a wrong shape")  # noqa: PLR2004
    inner = nodes["is_leaf"] == 0
    _check_children(nodes["left"], nodes["right"], inner)
    feature = nodes["feature_idx"][inner]
    _require(bool(np.all((feature >= 0) & (feature < categorical.size))), _FOREIGN_FEATURE)
    by_category = nodes["is_categorical"][inner] != 0
    _require(bool(np.all(categorical[feature[by_category]])), "a split by category reads a numeric feature")
    bitset = nodes["bitset_idx"][inner][by_category]
    _require(bool(np.all(bitset < bitsets.shape[0])), "a split by category has no category set")
