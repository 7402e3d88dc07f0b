"""What tests of the pages need: the app in an AppTest, and stub pages around a made-up catalogue."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from monitoring.catalog import CatalogModel, CatalogVersion
from monitoring.process import release_store
from monitoring.ui import source
from monitoring.ui.navigation import PAGES

LOCALES = {"en": "en-US", "fr": "fr-FR"}
STUB = """
import streamlit as st
from monitoring.ui import choose, choose_few, link, shell
context = shell({name!r})
st.text(repr((context.model and context.model.slug, context.version and context.version.name)))
st.text(repr((str(context.start), str(context.end), context.window)))
st.text(repr((str(context.segment), context.against, context.language)))
st.text(choose("feature", "Feature", ["distance", "carrier"]))
st.text(choose_few("view", "View", ["table", "figure"], default="figure"))
link("drift", "To the turbine", model="turbine", feature="carrier")
"""


class OpenPage(Protocol):
    """Opens a page as its URL would."""

    def __call__(self, page: str, *, language: str = "en", **parameters: str) -> AppTest: ...


@pytest.fixture(autouse=True)
def _only_through_the_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest forgets at every run that pages/ is ours, and would run a page by itself at the second run."""
    make = PagesManager.__init__

    def make_without_directory(self: PagesManager, *arguments: Any, **options: Any) -> None:
        PagesManager.uses_pages_directory = False
        make(self, *arguments, **options)

    monkeypatch.setattr(PagesManager, "__init__", make_without_directory)


@pytest.fixture(autouse=True)
def _store_given_back() -> Iterator[None]:
    yield
    source.forget()
    release_store()


@pytest.fixture
def models() -> tuple[CatalogModel, ...]:
    """Two models: flights with two versions and segments, and an hourly turbine in another time zone."""

    def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
        return datetime(year, month, day, hour, minute, tzinfo=UTC)

    segments = {"origin": ("JFK", "LGA"), "carrier": ("AA", "B6")}
    march = CatalogVersion(
        name="2013-03",
        first=at(2013, 4, 1, 9),
        last=at(2013, 12, 31, 23, 30),
        n_inferences=250_000,
        timezone="UTC",
        window="day",
        segments=segments,
        against=("reference", "training", "previous", "season"),
    )
    august = CatalogVersion(
        name="2013-08",
        first=at(2013, 9, 1, 0),
        last=at(2013, 12, 31, 23, 30),
        n_inferences=100_000,
        timezone="UTC",
        window="day",
        segments=segments,
        against=("reference", "previous"),
    )
    hourly = CatalogVersion(
        name="1",
        first=at(2011, 7, 1, 4),
        last=at(2011, 7, 31, 3, 59),
        n_inferences=744,
        timezone="America/New_York",
        window="hour",
        segments={},
        against=("reference", "previous"),
    )
    return (
        CatalogModel("late-flights", {"en": "Late arrivals", "fr": "Retards à l'arrivée"}, (march, august)),
        CatalogModel("turbine", {"en": "Turbine"}, (hourly,)),
    )


@pytest.fixture
def open_page(checkout: Path) -> OpenPage:
    """Opens a page of the real app."""
    return _opener(checkout)


@pytest.fixture
def open_stub(
    tmp_path: Path, checkout: Path, models: tuple[CatalogModel, ...], monkeypatch: pytest.MonkeyPatch
) -> OpenPage:
    """Opens a page of the app with stub pages, which write down the context they are given."""
    monkeypatch.setattr(source, "models", lambda: models)
    (tmp_path / "pages").mkdir()
    (tmp_path / "app.py").write_text((checkout / "app.py").read_text("utf-8"), "utf-8")
    for name in PAGES:
        (tmp_path / "pages" / f"{name}.py").write_text(STUB.format(name=name), "utf-8")
    return _opener(tmp_path)


def _opener(folder: Path) -> OpenPage:
    def opener(page: str, *, language: str = "en", **parameters: str) -> AppTest:
        app = AppTest.from_file(folder / "app.py", default_timeout=60)
        app.context = {"locale": LOCALES[language]}
        for name, value in parameters.items():
            app.query_params[name.rstrip("_")] = value
        app.run()
        if page != "overview":
            app.switch_page(f"pages/{page}.py").run()
        assert not app.exception
        return app

    return opener
