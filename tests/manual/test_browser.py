"""The manual as a browser shows it. `pytest -m slow --basetemp DIR` leaves pictures in DIR."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize
from tests.manual.blocks import DOCUMENTS, REPOSITORY
from tests.manual.site import Site

pytestmark = pytest.mark.slow

SIGHTS = {
    "phone": (ViewportSize(width=380, height=800), "light"),
    "desk-dark": (ViewportSize(width=1280, height=900), "dark"),
}
DOCS = REPOSITORY / "docs"
# One of each kind of page in the dark, all on a telephone.
DARK = ("index", "check", "int8", "api/runtime", "commands/train")
PAGES = [str(path.relative_to(DOCS).with_suffix("")) for path in DOCUMENTS if path.is_relative_to(DOCS)]

Look = Callable[[str, str], Page]


@pytest.fixture
def look(browser: Browser, site: Site) -> Iterator[Look]:
    """Opens a page as somebody sees it, and fails on any complaint in the console and any request."""
    heard: list[str] = []

    def open_page(name: str, sight: str) -> Page:
        viewport, scheme = SIGHTS[sight]
        context = browser.new_context(viewport=viewport, color_scheme="dark" if scheme == "dark" else "light")
        page = context.new_page()
        # Furo's switch says in the console what it did, as "log".
        page.on("console", lambda one: heard.append(one.text) if one.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("requestfailed", lambda request: heard.append(request.url))
        page.on("request", lambda one: heard.append(one.url) if one.url.startswith("http") else None)
        page.goto((site.folder / f"{name}.html").as_uri())
        return page

    yield open_page
    for context in browser.contexts:
        context.close()
    assert heard == []


@pytest.mark.parametrize(
    ("name", "sight"), [*((name, "phone") for name in PAGES), *((name, "desk-dark") for name in DARK)]
)
def test_it_fits_and_nobody_is_shut_out(name: str, sight: str, look: Look, tmp_path: Path) -> None:
    page = look(name, sight)
    page.screenshot(path=tmp_path / f"{name.replace('/', '-')}-{sight}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= SIGHTS[sight][0]["width"]
    for image in page.locator("article img:visible").all():
        assert image.evaluate("image => image.complete && image.naturalWidth > 0")
    # Without preloading, which would fetch style sheets once more, from where no script may.
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("sight", SIGHTS)
def test_code_stands_out_from_the_page(sight: str, look: Look) -> None:
    page = look("commands/train", sight)
    ground = "found => getComputedStyle(found).backgroundColor"
    colours = [page.locator(name).first.evaluate(ground) for name in ("body", ".highlight")]
    red = [int(colour.removeprefix("rgb(").split(",")[0]) for colour in colours]
    assert abs(red[0] - red[1]) > 8, colours


@pytest.mark.parametrize("sight", SIGHTS)
def test_search_finds_without_a_server(sight: str, look: Look) -> None:
    page = look("search", sight)
    page.goto(f"{page.url}?q=equalization")
    page.wait_for_selector("#search-results li")
    results = page.locator("#search-results li a").all_inner_texts()
    assert any("Conversion" in title or "Your own network" in title for title in results)


def test_the_reader_chooses_light_or_dark(look: Look) -> None:
    page = look("index", "desk-dark")
    colour = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(colour)
    page.locator(".theme-toggle:visible").first.click()
    assert page.evaluate(colour) != dark
