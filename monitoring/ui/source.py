"""Where pages get their data from: the store of this process, and what there is to choose from in it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from monitoring.catalog import CatalogModel, catalog
from monitoring.process import held_store
from monitoring.store import Store
from monitoring.store.revision import revision


def store() -> Store:
    """The store that this process serves."""
    return held_store()


def models() -> tuple[CatalogModel, ...]:
    """What there is to choose from; read anew whenever something has come in."""
    held = store()
    return _models(held.path, revision(held), held)


@st.cache_resource(max_entries=8, show_spinner=False)
def _models(path: Path | None, at: tuple[int, int, str], _store: Store) -> tuple[CatalogModel, ...]:
    return tuple(catalog(_store))
