"""Takes the pictures of README.md from an app that shows the demo: `python -m tools.screenshots http://localhost:8501`."""

import shutil
import sys
from pathlib import Path
from typing import Literal

from playwright.sync_api import sync_playwright

SIZE = (1440, 1330)
IMAGES = Path(__file__).parents[1] / "docs" / "images"
PICTURES: dict[str, Literal["light", "dark"]] = {"overview.png": "light", "overview-dark.png": "dark"}


def take(url: str) -> None:
    """Write every picture."""
    browser_path = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for name, scheme in PICTURES.items():
            context = browser.new_context(
                viewport={"width": SIZE[0], "height": SIZE[1]}, color_scheme=scheme, locale="en-US"
            )
            page = context.new_page()
            page.goto(url)
            page.wait_for_selector(".vg-tile")
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(2000)
            page.screenshot(path=IMAGES / name)
            context.close()
        browser.close()


if __name__ == "__main__":
    take(sys.argv[1])
