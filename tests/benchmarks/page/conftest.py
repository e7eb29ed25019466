"""What shows the pages: Chromium, and model files of ten colours."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.benchmarks.page import colourmodel
from tests.benchmarks.page.chromium import CHROMIUM, launch

# What LiteRT.js says by itself; it asks for a graphics processor, and there is none here.
_OF_LITERT = re.compile("INFO: |WARNING: \\[|No available adapters|Failed to create default WebGPU device")

OpenChromium = Callable[..., Browser]


@pytest.fixture(scope="session")
def open_chromium() -> Iterator[OpenChromium]:
    """Start a Chromium with further arguments; all are closed at the end."""
    pytest.importorskip("edgesmith_page", reason="the pages are not built here: `make page`")
    if CHROMIUM is None:
        pytest.skip("no Chromium here; `apt-get install chromium` brings it")
    opened: list[Browser] = []
    with sync_playwright() as playwright:

        def start(*arguments: str) -> Browser:
            opened.append(launch(playwright, *arguments))
            return opened[-1]

        yield start
        for browser in opened:
            browser.close()


@pytest.fixture(scope="session")
def chromium(open_chromium: OpenChromium) -> Browser:
    return open_chromium()


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`colours-{float32,int8}.{tflite,onnx}`."""
    return colourmodel.deploy_colours(tmp_path_factory.mktemp("colours"))


@pytest.fixture
def heard(chromium: Browser) -> Iterator[Callable[[Page], Page]]:
    """Listens to a page; at the end, it must have said nothing in the console."""
    words: list[str] = []

    def listen(page: Page) -> Page:
        page.on("console", lambda message: words.append(message.text))
        page.on("pageerror", lambda error: words.append(str(error)))
        return page

    yield listen
    for context in chromium.contexts:
        context.close()
    assert [word for word in words if not _OF_LITERT.match(word)] == []
