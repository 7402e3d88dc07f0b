"""Bring the demo models into a store by the same steps that a user takes: register, log, truth, refresh."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from monitoring.demo.build import build
from monitoring.ingest.intake import log, truth
from monitoring.jobs import refresh
from monitoring.registration import register
from monitoring.store import Store


def set_up(store: Store, progress: Callable[[str], None]) -> list[str]:
    """Build the demo models and their history; what is there already stays. Returns the models' slugs."""
    with tempfile.TemporaryDirectory(prefix="vigie-demo-") as directory:
        built = build(Path(directory), lambda what, share: progress(f"[{share:4.0%}] {what}"))
        for item in built:
            register(store, item.spec, progress)
            log(store, item.model, item.inferences, progress, item.version)
        for item in built:
            truth(store, item.model, item.truth, progress)
    models = list(dict.fromkeys(item.model for item in built))
    for model in models:
        refresh(store, model, progress)
    return models
