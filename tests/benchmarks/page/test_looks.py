"""Whether everybody can use the pages, and what they weigh."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize
from tests.benchmarks.page.receiver import running
from tests.benchmarks.page.visiting import (
    ARRIVED,
    address,
    bench_receiver,
    live_receiver,
    wait_for_blocks,
    wait_for_stage,
)

pytestmark = pytest.mark.slow

PHONE = ViewportSize(width=360, height=740)
TAP = 44  # CSS pixels: Apple's Human Interface Guidelines; WCAG 2.2 asks for 24
MAX_COMPRESSED_BYTES = 3_500_000

Scheme = Literal["light", "dark"]
Listen = Callable[[Page], Page]


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> Scheme:
    chosen: Scheme = request.param
    return chosen


def _check(page: Page, picture: Path) -> None:
    """Nobody is shut out, nothing is wider than the screen, and fingers hit what they aim at."""
    page.screenshot(path=picture, full_page=True)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    for target in page.locator(
        "button:visible, a:visible, summary:visible, .button:visible, #name:visible"
    ).all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= TAP, target.inner_text()


def test_the_benchmark_shuts_nobody_out(
    scheme: Scheme, chromium: Browser, heard: Listen, deployed: Path, tmp_path: Path
) -> None:
    receiver = bench_receiver(sorted(deployed.glob("*.tflite")))
    receiver.config["models"][0] |= {"file": "a-file-with-quite-a-long-name-of-letters-int8.tflite"}
    with running(receiver) as site:
        context = chromium.new_context(viewport=PHONE, is_mobile=True, has_touch=True, color_scheme=scheme)
        page = heard(context.new_page())
        page.goto(address(site))
        page.get_by_label("A name for this phone").wait_for()
        page.get_by_text("About the warning before this page").click()
        _check(page, tmp_path / f"welcome-{scheme}.png")
        page.get_by_label("A name for this phone").fill("Phone")
        page.get_by_role("button", name="Start measuring").click()
        wait_for_blocks(page, 2)
        _check(page, tmp_path / f"measuring-{scheme}.png")
        wait_for_stage(page, ARRIVED)
        _check(page, tmp_path / f"done-{scheme}.png")
        assert "Chart of block medians" in (page.get_by_role("img").first.text_content() or "")


def test_live_shuts_nobody_out(
    scheme: Scheme, chromium: Browser, heard: Listen, deployed: Path, tmp_path: Path
) -> None:
    with running(live_receiver(deployed / "colours-int8.tflite")) as site:
        context = chromium.new_context(viewport=PHONE, is_mobile=True, has_touch=True, color_scheme=scheme)
        page = heard(context.new_page())
        page.goto(address(site))
        wait_for_stage(page, "Ready")
        _check(page, tmp_path / f"ready-{scheme}.png")
        page.get_by_label("Choose a picture").set_input_files(next(deployed.parent.glob("photos/*.png")))
        page.get_by_text("The computer that serves this page says").wait_for()
        _check(page, tmp_path / f"chosen-{scheme}.png")


def test_the_page_weighs_little_before_the_model(
    chromium: Browser, heard: Listen, deployed: Path, tmp_path: Path
) -> None:
    weights: dict[str, int] = {}
    for name in ("colours-int8.tflite", "colours-int8.onnx"):
        with running(bench_receiver([deployed / name])) as site:
            page = heard(chromium.new_context(viewport=PHONE).new_page())
            weights[name] = _weight(page, address(site, name="scales"))
    (tmp_path / "weights.json").write_text(json.dumps(weights))
    assert max(weights.values()) <= MAX_COMPRESSED_BYTES, weights


def _weight(page: Page, url: str) -> int:
    """Bytes that came over the wire, without models and pictures."""
    addresses: dict[str, str] = {}
    total = 0

    def begun(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["request"]["url"]

    def finished(event: dict[str, Any]) -> None:
        nonlocal total
        if "/models/" not in addresses.get(event["requestId"], "") and "/images/" not in addresses.get(
            event["requestId"], ""
        ):
            total += int(event["encodedDataLength"])

    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.requestWillBeSent", begun)
    session.on("Network.loadingFinished", finished)
    page.goto(url)
    wait_for_stage(page, ARRIVED)
    return total
