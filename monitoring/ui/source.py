"""Where pages get their data from: the one place that knows which store this process serves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from monitoring.errors import NotFound
from monitoring.ui.state import Catalog, ModelEntry

if TYPE_CHECKING:
    from monitoring.store import Store


class _NoModels:
    """The catalogue of a store that is not there yet."""

    def models(self) -> Sequence[ModelEntry]:
        return ()


def catalog() -> Catalog:
    """What there is to choose from."""
    return _NoModels()


def store() -> Store:
    """The store that this process serves."""
    raise NotFound("There is no store yet.", "Run: python -m monitoring demo")
