"""What tests of the pages need: the app in an AppTest, and stub pages around a made-up catalogue."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from monitoring.process import release_store
from monitoring.ui import source
from tests.ui.stubs import made_up_models, write_app

LOCALES = {"en": "en-US", "fr": "fr-FR"}


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
    release_store()


@pytest.fixture
def small_store(small_store_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small store is what the pages of this test show."""
    monkeypatch.setenv("VIGIE_STORE", str(small_store_file))
    return small_store_file


@pytest.fixture
def open_page(checkout: Path) -> OpenPage:
    """Opens a page of the real app."""
    return _opener(checkout / "app.py")


@pytest.fixture
def open_stub(tmp_path: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> OpenPage:
    """Opens a page of the app with stub pages, which write down the context they are given."""
    monkeypatch.setattr(source, "models", made_up_models)
    return _opener(write_app(tmp_path, checkout))


def _opener(entry: Path) -> OpenPage:
    def opener(page: str, *, language: str = "en", **parameters: str) -> AppTest:
        app = AppTest.from_file(entry, default_timeout=60)
        app.context = {"locale": LOCALES[language]}
        for name, value in parameters.items():
            app.query_params[name.rstrip("_")] = value
        app.run()
        if page != "overview":
            app.switch_page(f"pages/{page}.py").run()
        assert not app.exception
        return app

    return opener
