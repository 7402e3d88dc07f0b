"""What there is to choose from: models, versions, their time spans and segments, for filters and lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitoring.store import Store, registry, rows
from monitoring.store.registry import Version
from monitoring.windows import Grain

SEGMENT_VALUES = 100
"""How many values of a segment column a filter offers: the most frequent ones."""


@dataclass(frozen=True, slots=True)
class CatalogVersion:
    """A version as filters and lists know it. first and last: times of its inferences, None without any."""

    name: str
    first: datetime | None
    last: datetime | None
    n_inferences: int
    timezone: str
    window: Grain
    segments: Mapping[str, tuple[str, ...]]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CatalogModel:
    """A model with its versions, the first registered first; titles by language."""

    slug: str
    titles: Mapping[str, str]
    versions: tuple[CatalogVersion, ...]


def catalog(store: Store) -> list[CatalogModel]:
    """All models, the first registered first."""
    found = []
    for slug in registry.models(store):
        versions = registry.versions(store, slug)
        entries = tuple(_entry(store, version) for version in versions)
        found.append(CatalogModel(slug, versions[-1].spec.title, entries))
    return found


def _entry(store: Store, version: Version) -> CatalogVersion:
    spec = version.spec
    period = rows.period_of_data(store, version)
    return CatalogVersion(
        name=version.name,
        first=period.start if period else None,
        last=period.end - timedelta(microseconds=1) if period else None,
        n_inferences=rows.n_inferences(store, version),
        timezone=spec.columns.timezone,
        window=spec.window,
        segments={
            name: tuple(rows.segment_values(store, version, name, SEGMENT_VALUES)) for name in spec.segments
        },
        against=_against(version),
    )


def _against(version: Version) -> tuple[str, ...]:
    known = ["reference"]
    if version.spec.training:
        known.append("training")
    known.append("previous")
    if version.spec.season != "none":
        known.append("season")
    return tuple(known)
