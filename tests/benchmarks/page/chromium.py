"""Chromium, as the tests of the pages start it."""

import shutil

from playwright.sync_api import Browser, Playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

# Containers lack the namespaces of Chromium's sandbox; the pages are our own.
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


def launch(playwright: Playwright, *arguments: str) -> Browser:
    """A Chromium with these further arguments."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=[*_ARGUMENTS, *arguments])
