"""Write the demo models with their history, ready for `register`, `log` and `truth`."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from monitoring.demo.prepare import DATA, VERSIONS, DemoVersion, Source, Split, split
from monitoring.explain.artifacts import load_artifact
from monitoring.spec import Spec

Progress = Callable[[str, float], None]

TRUTH_COMES_AFTER = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DemoModel:
    """The files of one version: its specification, beside which reference and artifact lie, and its history.

    Truth goes by inference id and serves all versions of a model, so only the first version has any.
    """

    model: str
    version: str
    spec: Path
    inferences: tuple[Path, ...]
    truth: tuple[Path, ...]


def build(
    directory: Path,
    progress: Progress,
    *,
    data: Path = DATA,
    versions: tuple[DemoVersion, ...] = VERSIONS,
) -> list[DemoModel]:
    """Write every version into `directory/<model>/<version>`.

    progress: called with what is being done and the share of the whole that is done, from 0 to 1.
    """
    built: list[DemoModel] = []
    prepared: dict[Source, pd.DataFrame] = {}
    for done, each in enumerate(versions):
        progress(f"{each.model} {each.version}: reading the raw data", done / len(versions))
        if each.source not in prepared:
            prepared = {each.source: each.source(data)}
        spec = each.spec(data)
        rows = split(prepared[each.source], spec.columns, each.live_from)
        progress(f"{each.model} {each.version}: scoring {len(rows.live)} rows", (done + 0.5) / len(versions))
        is_first = each.model not in {model.model for model in built}
        built.append(_write(each, spec, rows, data, directory, with_truth=is_first))
    progress("the demo's files are written", 1.0)
    return built


def score(rows: pd.DataFrame, spec: Spec, model: Any, threshold: float | None) -> pd.DataFrame:
    """The rows with what the model says of them, under the specification's names.

    Where there is a threshold, the score is the probability of the positive class, and the prediction is 1
    above the threshold, else 0.
    """
    features = rows[[feature.name for feature in spec.features or ()]]
    if threshold is None:
        return rows.assign(**{spec.columns.prediction: model.predict(features)})
    probability = model.predict_proba(features)[:, 1]
    outcome = {spec.columns.prediction: (probability > threshold).astype("int8")}
    return rows.assign(**outcome, **{spec.columns.scores[""]: probability})


def _write(
    each: DemoVersion, spec: Spec, rows: Split, data: Path, directory: Path, *, with_truth: bool
) -> DemoModel:
    source, target = each.directory(data), directory / each.model / each.version
    target.mkdir(parents=True, exist_ok=True)
    for name in ("spec.yaml", spec.artifact or ""):
        shutil.copyfile(source / name, target / name)
    model = load_artifact(source / (spec.artifact or "")).object
    _save(score(rows.held_out, spec, model, each.threshold), target / spec.reference)
    live = score(rows.live, spec, model, each.threshold)
    inferences = _save(live.drop(columns=[spec.columns.truth]), target / "inferences.parquet")
    truth = (_save(_truth(live, spec), target / "truth.parquet"),) if with_truth else ()
    return DemoModel(each.model, each.version, target / "spec.yaml", (inferences,), truth)


def _truth(rows: pd.DataFrame, spec: Spec) -> pd.DataFrame:
    """What became known of the rows, and when."""
    columns = spec.columns
    known = rows[rows[columns.truth].notna()]
    found = known[[columns.id, columns.truth]]
    return found.assign(observed_at=known[columns.timestamp] + TRUTH_COMES_AFTER)


def _save(rows: pd.DataFrame, path: Path) -> Path:
    rows.to_parquet(path, index=False)
    return path
