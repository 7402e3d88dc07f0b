"""The frame in a real browser: what only a browser can tell."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, OpenBrowser, Serve, running, settle
from tests.ui.stubs import write_app

pytestmark = pytest.mark.browser

LAUNCHER = """
import streamlit as st
from monitoring.ui import source
from monitoring.ui.process import lifespan, on_script_error
from tests.ui.stubs import made_up_models

source.models = made_up_models
app = st.App({entry!r}, lifespan=lifespan, on_script_error=on_script_error)
"""


@pytest.fixture(scope="module")
def stub_url(serve: Serve, tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> str:
    folder = tmp_path_factory.mktemp("stub")
    entry = write_app(folder, checkout)
    launcher = folder / "launcher.py"
    launcher.write_text(LAUNCHER.format(entry=str(entry)), "utf-8")
    return serve(launcher, folder / "vigie.duckdb")


def shown(page: Page) -> str:
    settle(page)
    return page.inner_text("[data-testid=stMain]")


def parameters(page: Page) -> dict[str, str]:
    return dict(pair.split("=") for pair in page.url.partition("?")[2].split("&") if pair)


def choose(page: Page, filter_name: str, option: str) -> None:
    page.locator(f".st-key-choose_{filter_name} input").click()
    page.get_by_role("option", name=option, exact=True).click()


@pytest.fixture
def fresh_url(checkout: Path, tmp_path: Path) -> Iterator[str]:
    with running(checkout / "app.py", tmp_path / "vigie.duckdb", tmp_path / "log") as url:
        yield url


def test_a_deep_link_into_a_fresh_process_opens_the_page_in_its_frame(
    fresh_url: str, open_browser: OpenBrowser
) -> None:
    page = open_browser()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{fresh_url}/drift")
    settle(page)

    expect(page.locator(".vg-header h1")).to_have_text("Drift")
    expect(page.get_by_role("link", name="Model card")).to_be_visible()
    expect(page.locator(".vg-empty")).to_be_visible()
    assert "This page opens from the app only" not in page.inner_text("body")
    # Nothing is fetched from elsewhere: no font, no icon, no measurement.
    assert [url for url in asked if not url.startswith((fresh_url, "data:", "blob:"))] == []


def test_filters_survive_navigation_reload_and_the_back_button(
    stub_url: str, open_browser: OpenBrowser
) -> None:
    page = open_browser()
    page.goto(f"{stub_url}/drift?lang=en")
    settle(page)
    choose(page, "version", "Version 2013-03")
    assert "('late-flights', '2013-03')" in shown(page)
    page.get_by_role("link", name="Performance").click()
    page.wait_for_url("**/performance**")
    assert "('late-flights', '2013-03')" in shown(page)
    page.reload()
    assert "('late-flights', '2013-03')" in shown(page)
    page.go_back()
    page.wait_for_url("**/drift**")
    page.go_back()
    assert "('late-flights', '2013-08')" in shown(page)
    assert parameters(page) == {"lang": "en"}


def test_a_link_opens_another_model_at_one_of_its_features(stub_url: str, open_browser: OpenBrowser) -> None:
    page = open_browser()
    page.goto(f"{stub_url}/performance?model=late-flights&version=2013-03")
    settle(page)
    page.get_by_role("link", name="To the turbine").click()
    page.wait_for_url("**/drift**")

    text = shown(page)
    assert "('turbine', '1')" in text
    assert "carrier" in text
    assert parameters(page) | {"version": ""} == {"model": "turbine", "version": "", "feature": "carrier"}

    page.get_by_role("link", name="Performance").click()
    page.wait_for_url("**/performance**")
    assert "('turbine', '1')" in shown(page)
    assert "feature" not in parameters(page)


def test_a_period_and_a_segment_reach_the_url(stub_url: str, open_browser: OpenBrowser) -> None:
    page = open_browser()
    page.goto(f"{stub_url}/drift")
    settle(page)
    page.get_by_role("button", name="Sep 1").click()
    page.locator("[data-testid=stPopoverBody]").get_by_text("Last 30 days").first.click()
    page.wait_for_url("**from=2013-12-02&to=2014-01-01**")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="All rows").click()
    choose(page, "segment_column", "origin")
    page.wait_for_url("**segment=origin**")

    assert "origin=JFK" in shown(page)


def test_the_language_is_the_browser_s_and_can_be_changed(stub_url: str, open_browser: OpenBrowser) -> None:
    page = open_browser(locale="fr-FR")
    page.goto(f"{stub_url}/drift")
    settle(page)
    expect(page.locator(".vg-header h1")).to_have_text("Dérive")
    expect(page.get_by_role("link", name="Fiche du modèle")).to_be_visible()

    page.get_by_text("English").click()
    page.wait_for_url("**lang=en**")
    settle(page)
    expect(page.locator(".vg-header h1")).to_have_text("Drift")
    expect(page).to_have_title("Drift · Late arrivals · Vigie")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_sticks_out_sideways(stub_url: str, open_browser: OpenBrowser, size: tuple[int, int]) -> None:
    page = open_browser(size)
    page.goto(f"{stub_url}/drift?version=2013-03&segment=origin=JFK")
    settle(page)

    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for box in (part.bounding_box() for part in page.locator(".st-key-vigie_filters > *").all()):
        assert box is not None
        assert box["x"] >= 0 and box["x"] + box["width"] <= size[0]


def test_colours_follow_light_and_dark(stub_url: str, open_browser: OpenBrowser) -> None:
    grounds = {}
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page = open_browser(scheme=scheme)
        page.goto(f"{stub_url}/drift")
        settle(page)
        grounds[scheme] = page.eval_on_selector(".vg-header h1", "node => getComputedStyle(node).color")
        assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Inter'))")

    assert grounds == {"light": "rgb(21, 35, 46)", "dark": "rgb(227, 234, 240)"}
