"""A real server and a real Chromium. `serve` starts an app on a free port, `open_browser` gives a page."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal, Protocol

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DESK, PHONE = (1440, 900), (400, 800)
_START_SECONDS = 60
_SETTLED = "document.querySelector('[data-test-script-state]')?.dataset.testScriptState === 'notRunning'"

Serve = Callable[[Path, Path], str]
"""Serves an app with a store: serve(app, store) is its URL."""


class OpenBrowser(Protocol):
    """Opens an empty tab of a fresh reader."""

    def __call__(
        self,
        size: tuple[int, int] = DESK,
        *,
        locale: str = "en-US",
        scheme: Literal["light", "dark"] = "light",
    ) -> Page: ...


@contextmanager
def running(app: Path, store: Path, log: Path) -> Iterator[str]:
    """The URL of an app that runs inside the block."""
    checkout = Path(__file__).parents[2]
    port = _free_port()
    environment = {**os.environ, "VIGIE_STORE": str(store), "PYTHONPATH": str(checkout)}
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(port)]
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=checkout, env=environment, stdout=output, stderr=output)
        try:
            _wait(f"http://localhost:{port}/_stcore/health", server, log)
            yield f"http://localhost:{port}"
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serves apps until the end of the tests; the same app and store are served once."""
    served: dict[tuple[Path, Path], str] = {}
    with ExitStack() as stack:

        def start(app: Path, store: Path) -> str:
            if (app, store) not in served:
                log = tmp_path_factory.mktemp("server") / "log"
                served[app, store] = stack.enter_context(running(app, store, log))
            return served[app, store]

        yield start


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started once."""
    assert CHROMIUM, "Chromium is missing: `make test` installs it."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def open_browser(chromium: Browser) -> Iterator[OpenBrowser]:
    """Opens tabs, each of a reader who was never here."""
    with ExitStack() as stack:

        def open_tab(
            size: tuple[int, int] = DESK,
            *,
            locale: str = "en-US",
            scheme: Literal["light", "dark"] = "light",
        ) -> Page:
            context = chromium.new_context(
                viewport={"width": size[0], "height": size[1]}, locale=locale, color_scheme=scheme
            )
            stack.callback(context.close)
            return context.new_page()

        yield open_tab


def settle(page: Page) -> None:
    """Wait until the script has run and the page has its title."""
    page.wait_for_selector(".vg-header h1")
    page.wait_for_timeout(150)
    page.wait_for_function(_SETTLED)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text())
