"""The page's p50 against a bare LiteRT.js loop's, in one page: `python -m tests.benchmarks.page.overhead MODEL [PAIRS]`."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright
from tests.benchmarks.page.chromium import launch
from tests.benchmarks.page.receiver import running
from tests.benchmarks.page.visiting import address, bench_receiver

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "benchmarks" / "page"


def bundled() -> bytes:
    """`overhead.js` with the page's own modules and packages in it."""
    esbuild = PAGE / "node_modules" / ".bin" / "esbuild"
    words = [esbuild, HERE / "overhead.js", "--bundle", "--format=esm", "--define:LITERT_VERSION='x'"]
    environment = {**os.environ, "NODE_PATH": str(PAGE / "node_modules")}
    done = subprocess.run(list(map(str, words)), capture_output=True, env=environment, check=True)
    # The engines lie beside the page's own scripts, not beside this one.
    return done.stdout.replace(b"import.meta.url", b'new URL("static/bench.js", document.baseURI).href')


def compare(page: Page, model: Path, *, threads: int, pairs: int, samples: int = 20) -> dict[str, Any]:
    """Medians of alternating slices, milliseconds, and `ratio`, the median of page over bare in each pair."""
    receiver = bench_receiver([model], threads=(threads,))
    entry = receiver.config["models"][0]["input"]
    shape = (entry["height"], entry["width"], entry["channels"])
    receiver.images = [np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8).tobytes()]
    receiver.extra["overhead.js"] = bundled()
    with running(receiver) as site:
        page.goto(address(site) + "config.json")  # a document isolated like the page, in which nothing runs
        page.evaluate("import(new URL('static/test/overhead.js', document.baseURI))")
        plan = {"threads": threads, "pairs": pairs, "samples": samples}
        found: dict[str, Any] = page.evaluate(
            "([config, plan]) => globalThis.compare(config, plan)", [receiver.config, plan]
        )
    ratios = [page_ms / bare_ms for page_ms, bare_ms in zip(found["page"], found["bare"], strict=True)]
    return {**found, "ratios": ratios, "ratio": statistics.median(ratios)}


def main(model: Path, pairs: int) -> None:
    """Print the comparison at one and two threads."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for threads in (1, 2):
            found = compare(browser.new_context().new_page(), model, threads=threads, pairs=pairs)
            low, high = np.percentile(found["ratios"], (25, 75))
            medians = {name: round(statistics.median(found[name]), 3) for name in ("page", "bare")}
            row = {
                "model": model.name,
                "threads": threads,
                "pairs": pairs,
                "build": found["build"],
                **medians,
            }
            quartiles = [round(float(low), 4), round(float(high), 4)]
            sys.stdout.write(
                json.dumps({**row, "ratio": round(found["ratio"], 4), "quartiles": quartiles}) + "\n"
            )
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 60)
