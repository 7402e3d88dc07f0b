"""Read a .skops file that nobody vouches for: sizes, types and trees are checked before use."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from monitoring.errors import InvalidInput
from monitoring.explain.trusted_types import ALL_TRUSTED, TRUSTED

_MAX_UNPACKED = 2**30
_MIN_PROTOCOL = 1
_HINT = "Vigie reads scikit-learn's linear models, trees, boosting, encoders, scalers and pipelines of these."

# What a damaged or crafted archive makes zipfile, json, numpy and skops raise.
_MALFORMED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def read_skops(data: bytes, name: str) -> object:
    """Return the estimator of a .skops file, or raise InvalidInput that says what stands against it."""
    from monitoring.explain.tree_checks import check_trees

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_size(archive, name)
            _check_schema(json.loads(archive.read("schema.json")), archive)
        model = _construct(data)
        check_trees(model)
    except _MALFORMED as error:
        raise InvalidInput(f"{name!r} is not a readable skops file: {error}.") from error
    if not hasattr(model, "predict"):
        raise InvalidInput(f"{name!r} holds a {type(model).__name__}, which predicts nothing.", _HINT)
    if not _is_fitted(model):
        raise InvalidInput(f"{name!r} holds a {type(model).__name__} that was not trained.")
    return model


def _is_fitted(model: object) -> bool:
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(model)
    except NotFittedError:
        return False
    return True


def _check_size(archive: zipfile.ZipFile, name: str) -> None:
    unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > _MAX_UNPACKED:
        raise InvalidInput(f"{name!r} unpacks to {unpacked} bytes; allowed are {_MAX_UNPACKED}.")


def _construct(data: bytes) -> object:
    from skops import io as skops_io

    flagged = skops_io.get_untrusted_types(data=data)
    _refuse(set(flagged) - ALL_TRUSTED)
    return skops_io.loads(data, trusted=flagged)


def _refuse(names: set[str]) -> None:
    if names:
        listed = ", ".join(map(repr, sorted(names)))
        raise InvalidInput(f"The artifact holds types that are not trusted: {listed}.", _HINT)


def _check_schema(schema: Any, archive: zipfile.ZipFile) -> None:
    # Protocol 0 hides the names of functions where the check below does not look.
    protocol = schema["protocol"]
    if not isinstance(protocol, int) or protocol < _MIN_PROTOCOL:
        raise InvalidInput(
            f"The skops protocol {protocol!r} is not supported; save the model with a newer skops."
        )
    nodes = list(_nodes(schema))
    _refuse(
        {_type_name(node) for node in nodes if _type_name(node) not in TRUSTED.get(node["__loader__"], ())}
    )
    by_identity = _by_identity(nodes)
    for node in nodes:
        if node["__loader__"] == "TreeNode":
            _check_tree_state(node, archive, by_identity)
        elif node["__loader__"] == "PartialNode":
            _check_partial(node)


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of the schema that skops would turn into a Python object."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            if "__loader__" in item:
                yield item
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


def _type_name(node: dict[str, Any]) -> str:
    return f"{node['__module__']}.{node['__class__']}"


def _check_partial(node: dict[str, Any]) -> None:
    if _type_name(node["content"]["func"]) != "sklearn.utils.validation.check_array":
        _refuse({_type_name(node["content"]["func"])})


def _by_identity(nodes: list[dict[str, Any]]) -> dict[Any, list[dict[str, Any]]]:
    groups: dict[Any, list[dict[str, Any]]] = {}
    for node in nodes:
        groups.setdefault(node.get("__id__"), []).append(node)
    return groups


def _check_tree_state(
    node: dict[str, Any], archive: zipfile.ZipFile, by_identity: dict[Any, list[dict[str, Any]]]
) -> None:
    """scikit-learn copies a tree's arrays by the sizes that are given beside them, so both must agree."""
    arguments, state = node["__reduce__"]["args"], node["content"]
    n_features, n_classes, n_outputs = arguments["content"]
    nodes, node_count = state["content"]["nodes"], state["content"]["node_count"]
    for part in (arguments, n_features, n_classes, n_outputs, state, nodes, node_count):
        # skops takes the first object of an identity for all later ones, whatever these say.
        if any(other != part for other in by_identity[part["__id__"]]):
            raise ValueError("two different objects have one identity")
    classes = _array(n_classes, archive)
    if json.loads(n_features["content"]) < 1 or classes.size != json.loads(n_outputs["content"]):
        raise ValueError("a tree's features or outputs do not match its arrays")
    if np.any(classes < 1) or not 0 < json.loads(node_count["content"]) <= _array(nodes, archive).size:
        raise ValueError("a tree's classes or nodes do not match its arrays")


def _array(node: dict[str, Any], archive: zipfile.ZipFile) -> np.ndarray:
    array: np.ndarray = np.load(io.BytesIO(archive.read(node["file"])), allow_pickle=False)
    return array
