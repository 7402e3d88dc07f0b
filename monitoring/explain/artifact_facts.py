"""What an artifact says of itself, read without loading the model in it."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import PurePath
from typing import Any


def estimator_type(name: str, content: bytes) -> str:
    """The class of the estimator in an artifact, of a pipeline that of its last step; empty where nothing says so.

    A .skops file tells it in its schema, so that neither scikit-learn nor the model has to be loaded. The file was
    checked when it was registered.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix == ".txt":
        return "LightGBM Booster"
    if suffix != ".skops":
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return str(_last_step(json.loads(archive.read("schema.json")))["__class__"])
    except (zipfile.BadZipFile, KeyError, IndexError, TypeError, ValueError):
        return ""


def _last_step(node: dict[str, Any]) -> dict[str, Any]:
    while node["__class__"] == "Pipeline":
        _name, node = node["content"]["content"]["steps"]["content"][-1]["content"]
    return node
