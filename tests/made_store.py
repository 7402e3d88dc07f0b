"""A store of made-up rows, filled by the steps that a user takes: register, log, truth, refresh."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from monitoring.ingest.intake import log, truth
from monitoring.jobs import refresh
from monitoring.registration import register
from monitoring.spec import load_spec
from monitoring.store import Store


@contextmanager
def made_store(
    directory: Path, spec: str, reference: pd.DataFrame, live: pd.DataFrame, *, model: object = None
) -> Iterator[Store]:
    """A store with one version and its inferences; the truth column among them may have gaps.

    spec: names reference.parquet, and model.skops where there is a model, a fitted scikit-learn estimator.
    """
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "spec.yaml"
    path.write_text(spec, "utf-8")
    reference.to_parquet(directory / "reference.parquet", index=False)
    if model is not None:
        import skops.io

        skops.io.dump(model, directory / "model.skops")
    with Store.open(directory / "vigie.duckdb") as store:
        register(store, path, silent)
        send(store, directory, load_spec(path).model, inferences=live)
        yield store


def send(
    store: Store,
    directory: Path,
    model: str,
    *,
    inferences: pd.DataFrame | None = None,
    truths: pd.DataFrame | None = None,
) -> None:
    """Log inferences or truth from a file, and compute what that made stale."""
    path = directory / "sent.parquet"
    if inferences is not None:
        inferences.to_parquet(path, index=False)
        log(store, model, [path], silent)
    if truths is not None:
        truths.to_parquet(path, index=False)
        truth(store, model, [path], silent)
    refresh(store, model, silent)


def silent(what: str) -> None:
    """Nobody reads the progress of a test."""
