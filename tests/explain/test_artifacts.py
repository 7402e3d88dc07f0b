import hashlib
import pickle
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from skops import io as skops_io

from monitoring.errors import InvalidInput
from monitoring.explain.artifacts import load_artifact, looks_like_pickle

DATA = Path(__file__).parent / "data"
MARKER = Path("/tmp/PWNED_BY_PICKLE")
MALICIOUS = ("70_malicious_model.pkl", "71_malicious_model.joblib")
SUFFIXES = (".pkl", ".joblib", ".skops", ".txt", ".json", ".onnx", ".bin", "")


def model() -> Any:
    return LinearRegression().fit([[0.0], [1.0]], [1.0, 3.0])


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", MALICIOUS)
def test_a_malicious_pickle_is_refused_under_every_name(tmp_path: Path, name: str, suffix: str) -> None:
    path = tmp_path / f"model{suffix}"
    path.write_bytes((DATA / name).read_bytes())
    with pytest.raises(InvalidInput, match="pickle, which runs programs"):
        load_artifact(path)
    assert not MARKER.exists()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_known_by_its_content_in_every_protocol(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "model.skops"
    path.write_bytes(pickle.dumps({"weights": [1.0, 2.0]}, protocol=protocol))
    with pytest.raises(InvalidInput, match="is a pickle"):
        load_artifact(path)


@pytest.mark.parametrize("compress", ["zlib", "gzip", "bz2", "xz", "lzma"])
def test_a_compressed_joblib_file_is_known_by_its_content(tmp_path: Path, compress: str) -> None:
    path = tmp_path / "model.skops"
    joblib.dump(model(), path, compress=(compress, 3))
    with pytest.raises(InvalidInput, match="is a pickle"):
        load_artifact(path)


def test_a_suffix_of_a_pickle_is_enough_to_be_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.PKL"
    path.write_bytes(skops_io.dumps(model()))
    with pytest.raises(InvalidInput, match="is a pickle"):
        load_artifact(path)


@pytest.mark.parametrize("suffix", [".joblib", ".pkl", ".skops"])
def test_a_pickle_is_loaded_where_the_operator_listed_its_hash(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"model{suffix}"
    joblib.dump(model(), path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    loaded = load_artifact(path, allowed_sha256=frozenset({"0" * 64, sha256.upper()}))
    assert (loaded.kind, loaded.sha256) == ("pickle", sha256)
    assert loaded.object.predict([[2.0]]) == pytest.approx([5.0])


def test_a_hash_of_another_file_opens_nothing(tmp_path: Path) -> None:
    path = tmp_path / "model.pkl"
    joblib.dump(model(), path)
    with pytest.raises(InvalidInput, match="refused"):
        load_artifact(path, allowed_sha256=frozenset({"0" * 64}))


def test_a_skops_file_comes_back_with_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    skops_io.dump(model(), path)
    loaded = load_artifact(str(path))
    assert loaded.kind == "skops"
    assert loaded.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert loaded.object.predict([[2.0]]) == pytest.approx([5.0])


@pytest.mark.parametrize(
    ("name", "library"),
    [("m.json", "XGBoost"), ("m.ubj", "XGBoost"), ("m.cbm", "CatBoost"), ("m.onnx", "ONNX")],
)
def test_what_is_not_supported_yet_says_so(tmp_path: Path, name: str, library: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"{}")
    with pytest.raises(InvalidInput, match=f"{library} models are not supported yet: '{name}'"):
        load_artifact(path)


def test_an_unknown_suffix_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    path.write_bytes(b"HDF")
    with pytest.raises(InvalidInput, match=r"Allowed: .*'\.skops'"):
        load_artifact(path)


def test_what_only_says_that_it_is_skops_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    path.write_bytes(b"a model, honestly")
    with pytest.raises(InvalidInput, match="not a skops file"):
        load_artifact(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"'model\.skops' cannot be read"):
        load_artifact(tmp_path / "model.skops")


@pytest.mark.parametrize("content", [b"", b"tree\nversion=v4.", b"{}.", b"PK\x03\x04.", b"no pickle at all."])
def test_what_is_no_pickle_is_not_taken_for_one(content: bytes) -> None:
    assert not looks_like_pickle(content)


def test_compressed_bytes_count_as_a_pickle_since_only_joblib_writes_them() -> None:
    assert looks_like_pickle(zlib.compress(np.arange(9).tobytes()))


def test_importing_the_module_loads_no_heavy_library(checkout: Path) -> None:
    heavy = ("numpy", "pandas", "sklearn", "skops", "joblib", "shap", "numba", "lightgbm")
    script = f"import sys, monitoring.explain.artifacts\nprint(*(set({heavy!r}) & set(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == []
