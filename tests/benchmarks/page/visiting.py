"""A visit of a browser: what the server says of the session, and waiting for what the page says."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from tests.benchmarks.page import colourmodel
from tests.benchmarks.page.receiver import FOLDER, Receiver

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.web.modelconfig import model_config
from edgesmith.runtime.web.site import Site

QUICK = {
    "samples": 12,
    "seconds": 0.0,
    "blocks": 4,
    "settle": 1,
    "warmup_inferences": 3,
    "warmup_seconds": 0.0,
}
ARRIVED = "Done, and everything has arrived. You may close this page."


def entry_of(path: Path, *, index: int) -> dict[str, Any]:
    """A model file's entry in a config.json."""
    with Classifier(path, threads=1) as classifier:
        return model_config(path, path.read_bytes(), classifier, index=index)


def bench_receiver(files: Sequence[Path], *, threads: Sequence[int] = (1, 2), **plan: float) -> Receiver:
    """A server of the benchmark's page with these files, and one picture."""
    models = [entry_of(path, index=index) | {"images": [0]} for index, path in enumerate(files)]
    side = colourmodel.SIDE
    config = {
        "schema": "edgesmith.browser-config/1",
        "session": "session of a test",
        "plan": {**QUICK, "threads": list(threads), **plan},
        "models": models,
        "images": [{"index": 0, "shape": [side, side, 3]}],
    }
    picture = colourmodel.picture("orange", seed=0).tobytes()
    return Receiver(
        page="bench.html", config=config, contents=[path.read_bytes() for path in files], images=[picture]
    )


def live_receiver(file: Path) -> Receiver:
    """A server of the live page; its own answer is made up."""
    config = {
        "schema": "edgesmith.live-config/1",
        "model": entry_of(file, index=0),
        "top": 3,
        "classify": "/classify",
        "max_body_bytes": 100_000,
    }
    answer = {"schema": "edgesmith.classify/1", "top": [{"label": "<b>teal</b>", "score": 0.5, "index": 3}]}
    return Receiver(page="live.html", config=config, contents=[file.read_bytes()], answer=answer)


def address(site: Site, *, name: str = "") -> str:
    """Where the page is; with `name`, it asks for none."""
    return site.url(f"/{FOLDER}/") + (f"#name={name}" if name else "")


def wait_for_stage(page: Page, text: str, *, seconds: float = 60) -> None:
    """Until the page's status line says so."""
    expect(page.locator("#stage")).to_have_text(text, timeout=seconds * 1000)


def wait_for_blocks(page: Page, count: int) -> None:
    """Until the chart of the benchmark's page shows so many."""
    page.locator("#chart .mark").nth(count - 1).wait_for(state="attached", timeout=60_000)


def wait_until(page: Page, condition: Callable[[], object], *, seconds: float = 60) -> None:
    """Until something is true on this side; the page goes on meanwhile."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:g} s"
        page.wait_for_timeout(50)
