"""Time from a click in the navigation until a page has settled, beside an empty Streamlit page, in one run.

python benchmarks/page_speed.py STORE    a store that the demo was built in; it is copied, not touched
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser.conftest import CHROMIUM, running

CHECKOUT = Path(__file__).parents[1]
GOAL = 1.0
TWO_EMPTY_PAGES = """import streamlit as st


def first() -> None:
    st.write("first")


def second() -> None:
    st.write("second")


st.navigation([st.Page(first, default=True), st.Page(second)]).run()
"""
SETTLED = """() => document.querySelector('[data-test-script-state]')?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-stale="true"]')"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        here = Path(directory)
        copy = Path(shutil.copy(options.store, here / "demo.duckdb"))
        (here / "empty.py").write_text(TWO_EMPTY_PAGES)
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        with (
            running(here / "empty.py", here / "none.duckdb", here / "empty.log") as empty_url,
            running(CHECKOUT / "app.py", copy, here / "app.log") as url,
        ):
            report(browser, empty_url, url, options.rounds)


def report(browser: Browser, empty_url: str, url: str, rounds: int) -> None:
    floor = statistics.median(clicks(open_page(browser, empty_url), ["second", "first"], rounds)["second"])
    print(f"{'empty Streamlit page':<24}{floor:8.2f} s")
    page = open_page(browser, url)
    names = [link_name(href) for href in hrefs(page)]
    slow = []
    for name, times in clicks(page, names, rounds).items():
        median = statistics.median(times)
        slow += [name] if median > GOAL else []
        print(f"{name:<24}{median:8.2f} s  {median / floor:5.1f} times empty  (first {times[0]:.2f} s)")
    print("every page settles within a second" if not slow else f"slower than a second: {', '.join(slow)}")


def open_page(browser: Browser, url: str) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US").new_page()
    page.goto(url)
    page.wait_for_selector("[data-testid=stSidebarNavLink]")
    page.wait_for_function(SETTLED)
    return page


def hrefs(page: Page) -> list[str]:
    links = page.locator("[data-testid=stSidebarNavLink]").all()
    return [link.get_attribute("href") or "" for link in links]


def link_name(href: str) -> str:
    """The page that a link opens; the default page has no name in its address and is called first."""
    return urlsplit(href).path.strip("/") or "first"


def clicks(page: Page, names: list[str], rounds: int) -> dict[str, list[float]]:
    """Seconds from the click to settled, by page."""
    taken: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            links = page.locator("[data-testid=stSidebarNavLink]").all()
            target = next((x for x in links if link_name(x.get_attribute("href") or "") == name), links[0])
            begun = time.perf_counter()
            target.click()
            page.wait_for_timeout(30)
            page.wait_for_function(SETTLED)
            taken[name].append(time.perf_counter() - begun)
    return taken


if __name__ == "__main__":
    main()
