"""The system's Chromium, for the tests that look at pages as somebody sees them."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless; skips, saying so, where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here; `apt-get install chromium` brings it")
    with sync_playwright() as playwright:
        # Containers lack the namespaces of Chromium's sandbox; the pages are our own.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
