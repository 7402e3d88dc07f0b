"""Comparisons and cards for pages, computed once for all readers until something new comes in."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import streamlit as st

from monitoring.governance.card import ModelCard, model_card
from monitoring.governance.comparison import Comparison, comparison_report, shared_rows_sql
from monitoring.scope import Scope
from monitoring.store import Store
from monitoring.store.revision import revision

_At = tuple[Path | None, tuple[int, int, str]]


def comparison(store: Store, scope: Scope, champion: str) -> Comparison:
    """The scope's version beside another one."""
    return _comparison(scope, champion, (store.path, revision(store)), store)


def card(store: Store, model: str, version: str) -> ModelCard:
    """The card of a version."""
    return _card(model, version, (store.path, revision(store)), store)


def shared_rows(store: Store, scope: Scope, champion: str) -> str:
    """The query of the rows that both versions have."""
    return dedent(shared_rows_sql(store, scope, champion))


@st.cache_resource(max_entries=64, show_spinner=False)
def _comparison(scope: Scope, champion: str, at: _At, _store: Store) -> Comparison:
    return comparison_report(_store, scope, champion)


@st.cache_resource(max_entries=64, show_spinner=False)
def _card(model: str, version: str, at: _At, _store: Store) -> ModelCard:
    return model_card(_store, model, version)
