"""From the overview to the reason, by mouse and by keyboard."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, OpenBrowser, Serve, settle

pytestmark = pytest.mark.browser

FURLOUGHS = re.compile(
    r"performance\?(?=.*model=late-flights)(?=.*version=2013-03)(?=.*from=2013-04-22)(?=.*to=2013-04-29)"
)


@pytest.fixture(scope="module")
def url(
    serve: Serve, checkout: Path, small_store_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    store = tmp_path_factory.mktemp("overview") / "small.duckdb"
    shutil.copy(small_store_file, store)
    return serve(checkout / "app.py", store)


def worst_week(page: Page) -> Locator:
    """The bar of the week of the furloughs, in the row of the KPIs."""
    return page.locator('a.bar[aria-label*="Week of Apr 22, 2013: Critical. Cost of missed delays"]').first


def open_overview(page: Page, url: str) -> None:
    page.goto(url)
    settle(page)
    worst_week(page).wait_for()


def test_a_bar_says_what_was_and_a_click_shows_that_time(url: str, open_browser: OpenBrowser) -> None:
    page = open_browser()
    open_overview(page, url)
    worst_week(page).hover()
    expect(page.locator(".tip").first).to_contain_text("$289,080 (target $150,000)")
    worst_week(page).click()
    page.wait_for_url(FURLOUGHS)
    settle(page)
    expect(page.locator(".vg-header h1")).to_have_text("Performance")
    page.go_back()
    expect(page.locator(".vg-header h1")).to_have_text("Overview")


def test_a_bar_is_a_link_that_opens_the_same_view_elsewhere(url: str, open_browser: OpenBrowser) -> None:
    page = open_browser()
    open_overview(page, url)
    target = worst_week(page).get_attribute("href")
    assert target is not None
    assert FURLOUGHS.search(target)
    other = open_browser()
    other.goto(f"{url}/{target}")
    settle(other)
    expect(other.locator(".st-key-vigie_filters")).to_contain_text("Apr 22")


def test_a_history_is_walked_with_the_arrow_keys(url: str, open_browser: OpenBrowser) -> None:
    page = open_browser()
    open_overview(page, url)
    assert page.locator("a.bar[tabindex='0']").count() == page.locator(".strip .track[role=group]").count()
    worst_week(page).focus()
    page.keyboard.press("ArrowLeft")
    label = page.evaluate(
        "() => { let e = document.activeElement; while (e.shadowRoot) e = e.shadowRoot.activeElement; "
        "return e.getAttribute('aria-label') }"
    )
    assert "Week of Apr 15, 2013" in label
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url(FURLOUGHS)


def test_a_row_of_what_happened_shows_that_time(url: str, open_browser: OpenBrowser) -> None:
    page = open_browser()
    open_overview(page, url)
    table = page.locator('[data-testid="stDataFrame"]').last
    table.scroll_into_view_if_needed()
    table.click(position={"x": 18, "y": 52})
    page.wait_for_url(re.compile(r"performance\?.*from="))


def test_nothing_is_wider_than_a_phone(url: str, open_browser: OpenBrowser) -> None:
    page = open_browser(PHONE, locale="fr-FR", scheme="dark")
    page.goto(url)
    settle(page)
    page.locator("a.bar").first.wait_for()
    width = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= PHONE[0]
