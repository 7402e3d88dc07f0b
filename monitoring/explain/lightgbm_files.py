"""Read a LightGBM text file after its trees were checked: LightGBM itself trusts every index in it."""

from __future__ import annotations

from typing import Any

import numpy as np

from monitoring.errors import InvalidInput

_BY_CATEGORY = 1


def read_lightgbm(data: bytes, name: str) -> object:
    """Return the booster of a LightGBM text file, or raise InvalidInput that says what stands against it."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name!r} is not a LightGBM text file: {error}.") from error
    if not text.startswith("tree\n"):
        raise InvalidInput(
            f"{name!r} is not a LightGBM text file.", "Save the model with Booster.save_model."
        )
    try:
        _check(text)
    except (ValueError, LookupError) as error:
        raise InvalidInput(f"{name!r} is a damaged LightGBM file: {error}.") from error
    return _booster(text, name)


def _booster(text: str, name: str) -> object:
    try:
        import lightgbm
    except ImportError as error:
        raise InvalidInput(
            f"{name!r} needs LightGBM, which is not installed.", "Install the package lightgbm."
        ) from error
    try:
        booster: object = lightgbm.Booster(model_str=text)
    except lightgbm.basic.LightGBMError as error:
        raise InvalidInput(f"{name!r} is refused by LightGBM: {error}.") from error
    return booster


def _check(text: str) -> None:
    head, *trees = text.split("end of trees", maxsplit=1)[0].split("\nTree=")
    header = _entries(head)
    n_features = int(header["max_feature_idx"]) + 1
    per_iteration = int(header["num_tree_per_iteration"])
    if len(header["feature_names"].split()) != n_features or per_iteration < 1 or len(trees) % per_iteration:
        raise ValueError("its header does not match its trees")
    for tree in trees:
        _check_tree(_entries(tree), n_features)


def _entries(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


def _numbers(tree: dict[str, str], key: str, size: int, dtype: type = np.int64) -> np.ndarray:
    values: np.ndarray = np.array(tree.get(key, "").split(), dtype=dtype)
    if values.size != size:
        raise ValueError(f"{key} has {values.size} values instead of {size}")
    return values


def _check_tree(tree: dict[str, str], n_features: int) -> None:
    n_leaves = int(tree["num_leaves"])
    if n_leaves < 1 or tree.get("is_linear", "0") != "0":
        raise ValueError("a tree has no leaves, or linear ones, which are not supported")
    _numbers(tree, "leaf_value", n_leaves, np.float64)
    if n_leaves == 1:
        return
    n_inner = n_leaves - 1
    for key in ("left_child", "right_child"):
        child = _numbers(tree, key, n_inner)
        inner = (child > np.arange(n_inner)) & (child < n_inner)
        if not np.all(inner | ((child < 0) & (~child < n_leaves))):
            raise ValueError("a child points outside its tree")
    feature = _numbers(tree, "split_feature", n_inner)
    if np.any((feature < 0) | (feature >= n_features)):
        raise ValueError("a split reads a feature that does not exist")
    _check_categories(tree, n_inner)


def _check_categories(tree: dict[str, str], n_inner: int) -> None:
    by_category = (_numbers(tree, "decision_type", n_inner) & _BY_CATEGORY) != 0
    threshold = _numbers(tree, "threshold", n_inner, np.float64)[by_category]
    n_sets = int(tree["num_cat"])
    if np.any((threshold < 0) | (threshold >= n_sets)):
        raise ValueError("a split by category has no category set")
    if n_sets:
        bounds: Any = _numbers(tree, "cat_boundaries", n_sets + 1)
        _numbers(tree, "cat_threshold", int(bounds[-1]))
        if bounds[0] != 0 or np.any(np.diff(bounds) < 0):
            raise ValueError("its category sets overlap")
