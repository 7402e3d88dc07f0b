"""The model card on paper and on a phone."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenBrowser, Serve, settle

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def url(
    serve: Serve, checkout: Path, small_store_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    store = tmp_path_factory.mktemp("card") / "small.duckdb"
    shutil.copy(small_store_file, store)
    return serve(checkout / "app.py", store)


def open_card(page: Page, url: str) -> None:
    page.goto(f"{url}/model_card?model=late-flights&version=2013-03")
    settle(page)
    page.locator(".vg-sheet").last.wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_shows_the_card_alone_in_dark_on_white(
    url: str, open_browser: OpenBrowser, scheme: str
) -> None:
    page = open_browser(scheme=scheme)  # type: ignore[arg-type]
    open_card(page, url)
    page.emulate_media(media="print")

    for part in ("stSidebar", "stHeader", "stPopover", "stDownloadButton"):
        for place in page.get_by_test_id(part).all():
            expect(place).not_to_be_visible()
    expect(page.locator(".st-key-vigie_filters")).not_to_be_visible()
    expect(page.locator(".vg-lead")).to_be_visible()
    cell = page.locator(".vg-sheet td").first
    expect(cell).to_have_css("color", "rgb(21, 35, 46)")
    expect(page.locator(".stApp")).to_have_css("background-color", "rgb(255, 255, 255)")


def test_on_a_phone_a_wide_table_moves_and_the_page_does_not(url: str, open_browser: OpenBrowser) -> None:
    page = open_browser(PHONE)
    open_card(page, url)

    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE[0]
    frames = page.locator(".vg-sheet-frame")
    assert any(frame.evaluate("it => it.scrollWidth > it.clientWidth") for frame in frames.all())


def test_the_specification_comes_as_a_file(url: str, open_browser: OpenBrowser, tmp_path: Path) -> None:
    page = open_browser()
    open_card(page, url)
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()

    assert download.value.suggested_filename == "late-flights-2013-03.yaml"
    download.value.save_as(tmp_path / "spec.yaml")
    assert "model: late-flights" in (tmp_path / "spec.yaml").read_text("utf-8")
