"""What the page's way of measuring adds to an inference, on a small network, where it weighs most."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.benchmarks.page.overhead import PAGE, compare

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("threads", [1, 2])
def test_the_page_adds_little_to_a_bare_loop(threads: int, chromium: Browser, deployed: Path) -> None:
    if not (PAGE / "node_modules").is_dir():
        pytest.skip("the page's packages are not here: `make page`")
    page = chromium.new_context().new_page()
    found = compare(page, deployed / "colours-int8.tflite", threads=threads, pairs=40)
    page.context.close()
    assert 0.9 < found["ratio"] < 1.1, found
