"""The main walk, as a person takes it: overview, drift, a feature, one inference's reasons. All on real data."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from monitoring.store import Store, registry, rows
from tests.browser.conftest import OpenBrowser, Serve, settle
from tests.ui.stores import build_small_store

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Walk:
    """Where the app is, and an inference of late-flights 2013-03."""

    url: str
    known_id: str


@pytest.fixture(scope="session")
def walk(checkout: Path, serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """The real app on a small store of real data."""
    path = tmp_path_factory.mktemp("walk") / "vigie.duckdb"
    build_small_store(path, tmp_path_factory.mktemp("walk-files"))
    with Store.open(path) as store:
        version = registry.version(store, "late-flights", "2013-03")
        known = rows.fetch_ids(store, rows.Rows(version)).column("id")[0].as_py()
    return Walk(serve(checkout / "app.py", path), known)


@pytest.fixture
def visit(walk: Walk, open_browser: OpenBrowser) -> Callable[[str], Page]:
    """Opens an address of the app in a new tab."""

    def open_address(address: str) -> Page:
        page = open_browser()
        page.goto(f"{walk.url}/{address}")
        settle(page)
        return page

    return open_address


def test_the_overview_leads_to_the_reason_of_one_decision(walk: Walk, visit: Callable[[str], Page]) -> None:
    page = visit("")
    expect(page.get_by_role("heading", name="What needs attention")).to_be_visible()
    expect(page.get_by_text(re.compile("models are watched"))).to_be_visible()

    # From the overview to what it is about, by its own link.
    page.get_by_role("link", name=re.compile("Look closer")).first.click()
    settle(page)
    expect(page.locator(".vg-header h1")).not_to_have_text("Overview")
    assert "model=" in page.url

    # To drift, of the version that saw the furlough in April.
    page.goto(f"{walk.url}/drift?model=late-flights&version=2013-03")
    settle(page)
    expect(page.get_by_role("heading", name="What changed when")).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()

    # To the feature that changed most.
    page.get_by_role("button", name=re.compile("Look closer")).or_(
        page.get_by_role("link", name=re.compile("Look closer"))
    ).first.click()
    page.wait_for_url(re.compile("feature="))
    settle(page)
    expect(page.get_by_role("heading", name="Distribution")).to_be_visible()

    # To what the model decides by; the filters have come along.
    page.get_by_role("link", name="Explainability").first.click()
    settle(page)
    expect(page.locator(".vg-header h1")).to_have_text("Explainability")
    assert "version=2013-03" in page.url
    expect(page.locator(".js-plotly-plot").first).to_be_visible()

    # To the reasons of one decision.
    page.get_by_test_id("stButtonGroup").get_by_text("One inference").click()
    settle(page)
    page.get_by_label("Inference id").fill(walk.known_id)
    page.get_by_label("Inference id").press("Enter")
    expect(page.get_by_role("heading", name="Main reasons")).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()


def test_a_link_to_one_inference_shows_its_reasons(walk: Walk, visit: Callable[[str], Page]) -> None:
    address = "explainability?model=late-flights&version=2013-03&view=decision&id="
    page = visit(address + walk.known_id)
    expect(page.get_by_role("heading", name="Main reasons")).to_be_visible()
    unknown = visit(address + "nobody")
    expect(unknown.get_by_text("has no inference")).to_be_visible()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "data_quality",
        "drift",
        "performance",
        "explainability",
        "versions",
        "model_card",
        "models",
        "inferences",
        "quarantine",
    ],
)
def test_every_page_shows_its_content_without_an_error(visit: Callable[[str], Page], name: str) -> None:
    page = visit(name)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert len(page.get_by_test_id("stMain").inner_text()) > 200
