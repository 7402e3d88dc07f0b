"""Where pages get their data from: the store of this process, and what there is to choose from in it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from monitoring.catalog import CatalogModel, catalog
from monitoring.process import held_store, store_path
from monitoring.store import Store


def store() -> Store:
    """The store that this process serves."""
    return held_store()


def models() -> tuple[CatalogModel, ...]:
    """What there is to choose from; new inferences move its periods within ten seconds."""
    return _models(store_path())


@st.cache_resource(ttl="10s", max_entries=4, show_spinner=False)
def _models(path: Path) -> tuple[CatalogModel, ...]:
    return tuple(catalog(store()))


def forget() -> None:
    """Read the catalogue anew: after a registration, or for another store."""
    _models.clear()
