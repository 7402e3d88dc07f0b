"""Reports for pages, computed once for all readers until something new comes in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

import streamlit as st

from monitoring.drift.report import DriftReport
from monitoring.explain.report import ExplainReport
from monitoring.kpis.report import KpiReport
from monitoring.performance.report import PerformanceReport
from monitoring.quality.report import QualityReport
from monitoring.reports import REPORTS
from monitoring.scope import Scope
from monitoring.store import Store, registry
from monitoring.store.registry import Version
from monitoring.store.revision import revision
from monitoring.watch import Watch
from monitoring.watch import watches as read_watches

Found = TypeVar("Found")


@st.cache_resource(max_entries=256, show_spinner=False)
def _report(name: str, scope: Scope, at: tuple[Path | None, tuple[int, int, str]], _store: Store) -> Any:
    return REPORTS[name](_store, scope)


def _ask(name: str, store: Store, scope: Scope) -> Any:
    return _report(name, scope, (store.path, revision(store)), store)


def quality(store: Store, scope: Scope) -> QualityReport:
    """Data quality of a scope."""
    return cast(QualityReport, _ask("quality", store, scope))


def drift(store: Store, scope: Scope) -> DriftReport:
    """Drift of a scope."""
    return cast(DriftReport, _ask("drift", store, scope))


def performance(store: Store, scope: Scope) -> PerformanceReport:
    """Performance of a scope."""
    return cast(PerformanceReport, _ask("performance", store, scope))


def explanations(store: Store, scope: Scope) -> ExplainReport:
    """Attributions of a scope."""
    return cast(ExplainReport, _ask("explain", store, scope))


def kpis(store: Store, scope: Scope) -> KpiReport:
    """KPIs of a scope, each per the window of its target."""
    return cast(KpiReport, _ask("kpis", store, replace(scope, window=None)))


def watches(store: Store) -> tuple[Watch, ...]:
    """The states of all versions."""
    return _watches((store.path, revision(store)), store)


def versions(store: Store, model: str) -> tuple[Version, ...]:
    """The versions of a model with their specifications, the first registered first."""
    return _versions(model, store.path, registry.version_names(store, model), store)


def computed(function: Callable[..., Found], store: Store, *about: object) -> Found:
    """What function(store, *about) finds, for what only one page asks."""
    name = f"{function.__module__}.{function.__qualname__}"
    return cast(Found, _computed(name, about, (store.path, revision(store)), function, store))


@st.cache_resource(max_entries=256, show_spinner=False)
def _computed(
    name: str,
    about: tuple[object, ...],
    at: tuple[Path | None, tuple[int, int, str]],
    _function: Callable[..., Any],
    _store: Store,
) -> Any:
    return _function(_store, *about)


@st.cache_resource(max_entries=2, show_spinner=False)
def _watches(at: tuple[Path | None, tuple[int, int, str]], _store: Store) -> tuple[Watch, ...]:
    return tuple(read_watches(_store))


@st.cache_resource(max_entries=1024, show_spinner=False)
def _versions(model: str, path: Path | None, names: tuple[str, ...], _store: Store) -> tuple[Version, ...]:
    # What was registered never changes, so nothing that comes in makes this stale.
    return tuple(registry.versions(_store, model))
