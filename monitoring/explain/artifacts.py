"""Read a model's artifact: models are data here, never programs."""

from __future__ import annotations

import hashlib
import io
import pickletools
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from monitoring.errors import InvalidInput

Kind = Literal["skops", "lightgbm", "pickle"]

_PICKLE_SUFFIXES = frozenset({".pkl", ".pickle", ".joblib", ".p", ".dill"})
_SUFFIXES = {
    ".skops": "skops",
    ".txt": "lightgbm",
    ".json": "XGBoost",
    ".ubj": "XGBoost",
    ".cbm": "CatBoost",
    ".onnx": "ONNX",
}
_ZIP = b"PK\x03\x04"
# joblib writes these around a compressed pickle: zlib, gzip, bzip2, xz, lzma, lz4.
_COMPRESSED = (
    b"\x78\x01",
    b"\x78\x5e",
    b"\x78\x9c",
    b"\x78\xda",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"]\x00",
    b"\x04\x22\x4d",
)
_FIRST_OPCODES = 3


@dataclass(frozen=True, slots=True)
class Model:
    """An artifact in memory: its kind, the estimator or booster itself, and the SHA-256 of the file."""

    kind: Kind
    object: Any
    sha256: str


def load_artifact(path: Path | str, *, allowed_sha256: frozenset[str] = frozenset()) -> Model:
    """Load an artifact whose content is safe, or raise InvalidInput that says what stands against it.

    A .skops file may hold only the types of `trusted_types`; a LightGBM text file is checked node by
    node. A pickle or joblib file, under whatever name, is loaded only when the operator listed its
    SHA-256 (`allowed_sha256`, hexadecimal).
    """
    path = Path(path)
    data = _read(path)
    sha256 = hashlib.sha256(data).hexdigest()
    suffix = path.suffix.lower()
    if suffix in _PICKLE_SUFFIXES or looks_like_pickle(data):
        return Model("pickle", _unpickle(data, path.name, sha256, allowed_sha256), sha256)
    kind = _SUFFIXES.get(suffix)
    if kind == "skops":
        return Model("skops", _skops(data, path.name), sha256)
    if kind == "lightgbm":
        return Model("lightgbm", _lightgbm(data, path.name), sha256)
    if kind is not None:
        raise InvalidInput(
            f"{kind} models are not supported yet: {path.name!r}.",
            "Log the model's SHAP values with the inferences instead (attributions in the specification).",
        )
    allowed = ", ".join(map(repr, sorted(_SUFFIXES)))
    raise InvalidInput(f"{path.name!r} is not an artifact that Vigie knows.", f"Allowed: {allowed}.")


def looks_like_pickle(data: bytes) -> bool:
    """Tell whether bytes begin like a pickle, bare or compressed by joblib; nothing is executed."""
    if data.startswith(_COMPRESSED):
        return True
    if data.startswith(b"\x80"):
        return True
    # Protocols 0 and 1 have no mark of their own, but they end with STOP and their opcodes can be read.
    if not data.rstrip().endswith(b".") or data.startswith((b"tree\n", b"{", _ZIP)):
        return False
    try:
        opcodes = pickletools.genops(data)
        return sum(1 for _, _ in zip(opcodes, range(_FIRST_OPCODES), strict=False)) == _FIRST_OPCODES
    except (ValueError, UnicodeDecodeError):
        return False


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"The artifact {path.name!r} cannot be read: {error.strerror or error}."
        ) from error


def _unpickle(data: bytes, name: str, sha256: str, allowed: frozenset[str]) -> object:
    if sha256 not in {entry.strip().lower() for entry in allowed}:
        raise InvalidInput(
            f"{name!r} is a pickle, which runs programs when it is loaded: refused (SHA-256 {sha256}).",
            "Save the model with skops, or let the operator list this SHA-256 in the configuration.",
        )
    import joblib

    model: object = joblib.load(io.BytesIO(data))
    return model


def _skops(data: bytes, name: str) -> object:
    if not data.startswith(_ZIP):
        raise InvalidInput(f"{name!r} is not a skops file.", "Save the model with skops.io.dump.")
    from monitoring.explain.skops_files import read_skops

    return read_skops(data, name)


def _lightgbm(data: bytes, name: str) -> object:
    from monitoring.explain.lightgbm_files import read_lightgbm

    return read_lightgbm(data, name)
