"""The report as a browser shows it. `pytest -m slow --basetemp DIR` leaves pictures and measured times in DIR."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from edgesmith.benchmarks.report.charts.all import charts_of
from edgesmith.benchmarks.report.render import render_html
from edgesmith.benchmarks.results import BenchResult

pytestmark = pytest.mark.slow

DESK, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=380, height=800)
MAX_BYTES, MAX_SECONDS = 2_000_000, 2.0

SIGHTS = {
    "light": (DESK, "light"),
    "dark": (DESK, "dark"),
    "phone": (PHONE, "light"),
    "phone-dark": (PHONE, "dark"),
}


@pytest.fixture(scope="module")
def pages(
    rich: BenchResult,
    sustained: BenchResult,
    make_large: Callable[..., BenchResult],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Path]:
    """Reports of 4 files x 2 thread counts with everything, of a long run, and of 12 files x 3."""
    folder = tmp_path_factory.mktemp("reports")
    files = {}
    for name, result in {"rich": rich, "sustained": sustained, "large": make_large()}.items():
        files[name] = folder / f"{name}.html"
        files[name].write_text(render_html(result, charts_of(result)), encoding="utf-8")
    return files


@pytest.fixture
def look(browser: Browser, pages: dict[str, Path]) -> Iterator[Callable[[str, str], Page]]:
    """Opens a report as somebody sees it, and fails on any word in the console."""
    heard: list[str] = []

    def open_page(name: str, sight: str) -> Page:
        viewport, scheme = SIGHTS[sight]
        page = browser.new_context(
            viewport=viewport, color_scheme="dark" if scheme == "dark" else "light"
        ).new_page()
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on(
            "request", lambda request: heard.append(request.url) if request.url.startswith("http") else None
        )
        page.goto(pages[name].as_uri())
        return page

    yield open_page
    for context in browser.contexts:
        context.close()
    assert heard == []


@pytest.mark.parametrize("name", ["rich", "sustained", "large"])
@pytest.mark.parametrize("sight", SIGHTS)
def test_every_chart_is_drawn_and_nobody_is_shut_out(
    name: str, sight: str, look: Callable[[str, str], Page], tmp_path: Path
) -> None:
    page = look(name, sight)
    figures = page.locator("figure")
    assert figures.count() >= 6
    for index in range(figures.count()):
        shown = figures.nth(index).locator("svg:visible")
        assert shown.count() == 1
        box = shown.bounding_box()
        assert box is not None
        assert box["width"] > 250
        assert box["height"] > 90
        assert shown.locator("[data-tip]").count() > 0
    page.screenshot(path=tmp_path / f"{name}-{sight}.png", full_page=True)
    # Nothing but tables may be wider than the screen, and those scroll by themselves.
    assert page.evaluate("document.documentElement.scrollWidth") == SIGHTS[sight][0]["width"]
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_the_accessibility_check_finds_what_is_wrong(browser: Browser) -> None:
    page = browser.new_context().new_page()
    page.set_content("<html><body><img src='data:,'><p style='color:#ccc'>pale</p></body></html>")
    found = {violation["id"] for violation in Axe().run(page).response["violations"]}
    assert {"image-alt", "color-contrast", "html-has-lang"} <= found


def test_a_big_report_is_small_and_quick(
    pages: dict[str, Path], look: Callable[[str, str], Page], tmp_path: Path
) -> None:
    assert pages["large"].stat().st_size < MAX_BYTES
    page = look("large", "light")
    # First paint of a page whose charts are part of its markup: all of them are there.
    painted = page.evaluate(
        """new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))
           .observe({type: 'largest-contentful-paint', buffered: true}))"""
    )
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    measured = {"bytes": pages["large"].stat().st_size, "painted_ms": painted, "loaded_ms": loaded}
    (tmp_path / "measured.json").write_text(json.dumps(measured))
    assert max(painted, loaded) / 1000 < MAX_SECONDS


def test_hovering_tells_the_numbers_and_marks_the_run_everywhere(look: Callable[[str, str], Page]) -> None:
    page = look("rich", "light")
    bar = page.locator("#phases .wide [data-series='2'][data-tip*='invoke']").first
    bar.scroll_into_view_if_needed()
    # Scrolling hides the words; its event comes with the next frame.
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    bar.hover()
    tip = page.locator("#tip")
    assert tip.is_visible()
    assert "invoke" in tip.inner_text()
    assert page.locator("tr.on").get_attribute("data-series") == "2"
    bar.click()
    page.mouse.move(2, 2)
    assert page.locator("tr.on").count() == 1  # pinned
    page.keyboard.press("Escape")
    assert page.locator("tr.on").count() == 0


def test_series_are_chosen_by_boxes_also_from_the_keyboard(look: Callable[[str, str], Page]) -> None:
    page = look("rich", "light")
    rows = page.locator("tr[data-series]:visible")
    assert rows.count() == 8
    page.get_by_role("checkbox", name="int8").focus()
    page.keyboard.press("Space")
    assert rows.count() == 4
    assert page.locator("#phases .wide [data-series='2'].off").count() > 0
    page.get_by_role("checkbox", name="2 threads").uncheck()
    assert rows.count() == 2
    page.get_by_role("checkbox", name="int8").check()
    page.get_by_role("checkbox", name="2 threads").check()
    assert rows.count() == 8
    assert page.locator(".off").count() == 0


def test_the_raw_data_come_out_as_they_went_in(look: Callable[[str, str], Page], rich: BenchResult) -> None:
    page = look("rich", "light")
    with page.expect_download() as download:
        page.get_by_role("link", name="download bench.json").click()
    assert download.value.suggested_filename == "bench.json"
    assert json.loads(download.value.path().read_bytes()) == json.loads(rich.to_json())


def test_names_run_nothing(look: Callable[[str, str], Page]) -> None:
    page = look("rich", "light")
    assert page.locator("img").count() == 0
    assert page.locator("#scaling .wide [data-tip*='onerror']").count() > 0  # it is there, as text


def test_it_reads_on_paper(look: Callable[[str, str], Page], tmp_path: Path) -> None:
    page = look("rich", "dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(28, 32, 36)"  # dark on white
    assert page.locator("#choice").is_hidden()
    page.pdf(path=tmp_path / "print.pdf", format="A4")
    assert page.locator("details.card[open]").count() == 0  # opened for the paper, and closed again


def test_without_script_everything_is_still_there(browser: Browser, pages: dict[str, Path]) -> None:
    page = browser.new_context(java_script_enabled=False, viewport=DESK).new_page()
    page.goto(pages["rich"].as_uri())
    assert page.locator("figure svg:visible").count() == page.locator("figure").count()
    assert page.locator("#choice").is_hidden()
    with page.expect_download() as download:
        page.get_by_role("link", name="download bench.json").click()
    assert download.value.suggested_filename == "bench.json.gz"
