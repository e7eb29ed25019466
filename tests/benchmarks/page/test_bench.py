"""The benchmark's page in Chromium. `pytest -m slow --basetemp DIR` leaves pictures of it in DIR."""

from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize
from tests.benchmarks.page.receiver import Receiver, running
from tests.benchmarks.page.visiting import (
    ARRIVED,
    address,
    bench_receiver,
    wait_for_blocks,
    wait_for_stage,
    wait_until,
)

pytestmark = pytest.mark.slow

PHONE = ViewportSize(width=360, height=740)
HOSTILE = "<img src=x onerror=alert(1)>.tflite"

# What a browser without it looks like to the page.
NO_SHARED_MEMORY = "Object.defineProperty(globalThis, 'SharedArrayBuffer', {value: undefined})"
NO_RELAXED_SIMD = """
const original = WebAssembly.instantiate;
WebAssembly.instantiate = (source, ...rest) =>
  source?.length === 36 ? Promise.reject(new Error("no relaxed SIMD")) : original.call(WebAssembly, source, ...rest);
"""

Listen = Callable[[Page], Page]


def _open(browser: Browser, listen: Listen, *scripts: str, **options: Any) -> Page:
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True, **options)
    for script in scripts:
        context.add_init_script(script)
    return listen(context.new_page())


def _gaps(receiver: Receiver) -> list[int]:
    """Numbers of events that did not arrive, of the only device there is."""
    (events,) = receiver.events.values()
    return [number for number in range(1, max(events) + 1) if number not in events]


def _blocks(receiver: Receiver) -> dict[tuple[int, int], int]:
    """How many blocks count, by model and threads."""
    counts: dict[tuple[int, int], int] = {}
    for block in receiver.of_type("block"):
        if not block["hidden"]:
            key = (block["model"], block["threads"])
            counts[key] = counts.get(key, 0) + 1
    return counts


@pytest.fixture(scope="module")
def int8(deployed: Path) -> Path:
    return deployed / "colours-int8.tflite"


def test_a_visit_measures_every_file_at_every_number_of_threads(
    chromium: Browser, heard: Listen, deployed: Path, tmp_path: Path
) -> None:
    files = sorted(deployed.glob("colours-*.tflite")) + sorted(deployed.glob("colours-*.onnx"))
    assert len(files) == 4
    receiver = bench_receiver(files)
    with running(receiver) as site:
        page = _open(chromium, heard)
        page.goto(address(site))
        page.get_by_label("A name for this phone").fill("  Test\tphone ")
        page.screenshot(path=tmp_path / "welcome.png", full_page=True)
        page.get_by_role("button", name="Start measuring").click()
        wait_for_stage(page, ARRIVED)
        page.screenshot(path=tmp_path / "result.png", full_page=True)
        rows = page.locator("#rows tr")
        assert rows.count() == 8
        assert "answers identical" in rows.filter(has_text="colours-int8.tflite").first.inner_text()
        assert "with one thread, 4 blocks from" in (page.locator("#chart title").text_content() or "")
    assert list(receiver.devices.values()) == ["Test phone"]
    assert _gaps(receiver) == []
    assert _blocks(receiver) == {(model, threads): 4 for model in range(4) for threads in (1, 2)}
    assert all(
        len(block["samples_ms"]) == 3 and min(block["samples_ms"]) > 0 for block in receiver.of_type("block")
    )
    verdicts = {(event["model"], event["threads"]): event for event in receiver.of_type("golden")}
    for (model, _), event in verdicts.items():
        if "int8" in files[model].name:
            assert event["verdict"] == "identical"
        else:
            assert event["verdict"] in ("identical", "within")
    assert len(verdicts) == 8
    (hello,) = receiver.of_type("hello")
    assert hello["isolated"] is True
    assert hello["engine"]["litert"]["build"] == "threaded"
    assert hello["engine"]["onnxruntime-web"]["build"] == "threaded"
    assert receiver.of_type("failed") == []


@pytest.mark.parametrize(
    ("scripts", "build"),
    [
        ((NO_SHARED_MEMORY,), "relaxed"),
        ((NO_SHARED_MEMORY, NO_RELAXED_SIMD), "compat"),
        ((NO_RELAXED_SIMD,), "compat"),
    ],
    ids=["no shared memory", "neither", "no relaxed SIMD"],
)
def test_browsers_that_can_do_less_get_the_build_that_fits(
    scripts: tuple[str, ...], build: str, chromium: Browser, heard: Listen, int8: Path
) -> None:
    receiver = bench_receiver([int8])
    with running(receiver) as site:
        page = _open(chromium, heard, *scripts)
        page.goto(address(site, name="less"))
        wait_for_stage(page, ARRIVED)
    loaded = receiver.of_type("loaded")
    assert [(one["threads_asked"], one["threads"], one["build"]) for one in loaded] == [
        (1, 1, build),
        (2, 1, build),
    ]
    assert [event["verdict"] for event in receiver.of_type("golden")] == ["identical"]
    assert _blocks(receiver) == {(0, 1): 4}


def test_a_reload_goes_on_where_it_was(chromium: Browser, heard: Listen, int8: Path) -> None:
    receiver = bench_receiver([int8], samples=400, blocks=10)
    with running(receiver) as site:
        page = _open(chromium, heard)
        page.goto(address(site, name="reloaded"))
        wait_for_blocks(page, 3)
        page.goto("about:blank")
        page.goto(address(site))
        wait_for_stage(page, ARRIVED)
    assert list(receiver.devices.values()) == ["reloaded"]
    assert _gaps(receiver) == []
    assert len(receiver.of_type("left")) == 1
    assert len(receiver.of_type("hello")) == 2
    assert _blocks(receiver) == {(0, 1): 10, (0, 2): 10}


def test_a_tab_that_is_closed_has_sent_what_it_had(chromium: Browser, heard: Listen, int8: Path) -> None:
    receiver = bench_receiver([int8], samples=4000, blocks=40)
    with running(receiver) as site:
        page = _open(chromium, heard)
        page.goto(address(site, name="closed"))
        wait_for_blocks(page, 3)
        shown = page.locator("#chart .mark").count()
        page.close(run_before_unload=True)
        wait_until(page.context.new_page(), lambda: receiver.of_type("left"))
    assert len(receiver.of_type("left")) == 1
    assert _gaps(receiver) == []
    assert len(receiver.of_type("block")) >= shown


@pytest.mark.parametrize("forgetful", [False, True], ids=["same output", "new output"])
def test_a_server_that_stops_and_starts_gets_everything(
    forgetful: bool, chromium: Browser, heard: Listen, int8: Path
) -> None:
    receiver = bench_receiver([int8], samples=200, blocks=10)
    page = _open(chromium, lambda page: page)  # Chromium itself complains of the failing requests
    with running(receiver) as site:
        page.goto(address(site, name="patient"))
        wait_for_blocks(page, 3)
    wait_for_blocks(page, page.locator("#chart .mark").count() + 2)  # it measures on meanwhile
    if forgetful:
        receiver.devices.clear()
        receiver.events.clear()
    with running(receiver, port=site.port):
        wait_for_stage(page, ARRIVED)
    assert list(receiver.devices.values()) == ["patient"]
    assert _gaps(receiver) == []
    assert _blocks(receiver) == {(0, 1): 10, (0, 2): 10}
    assert len(receiver.of_type("hello")) == 1


def test_throttling_is_in_the_samples_and_is_shown(chromium: Browser, heard: Listen, int8: Path) -> None:
    receiver = bench_receiver([int8], threads=(1,), samples=6000, blocks=60)
    with running(receiver) as site:
        page = _open(chromium, heard)
        session = page.context.new_cdp_session(page)
        page.goto(address(site, name="hot"))
        wait_for_blocks(page, 6)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        wait_for_stage(page, ARRIVED, seconds=120)
        assert page.locator("#throttled").is_visible()
    blocks = receiver.of_type("block")
    medians = [median(block["samples_ms"]) for block in blocks]
    references = [median(block["reference_ms"]) for block in blocks]
    assert median(medians[-9:]) > 2 * median(medians[:5])
    assert median(references[-9:]) > 2 * median(references[:5])


HIDE = """hidden => {
  Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_what_is_taken_while_hidden_is_told_and_taken_again(
    chromium: Browser, heard: Listen, int8: Path
) -> None:
    receiver = bench_receiver([int8], threads=(1,), samples=2000, blocks=10)
    with running(receiver) as site:
        page = _open(chromium, heard)
        page.goto(address(site, name="asleep"))
        wait_for_blocks(page, 3)
        page.evaluate(HIDE, True)
        wait_until(page, lambda: [block for block in receiver.of_type("block") if block["hidden"]])
        asleep = len(receiver.of_type("block"))
        page.wait_for_timeout(1000)
        assert len(receiver.of_type("block")) == asleep
        page.evaluate(HIDE, False)
        wait_for_stage(page, ARRIVED)
    assert len([block for block in receiver.of_type("block") if block["hidden"]]) == 1
    assert _blocks(receiver) == {(0, 1): 10}
    numbers = [block["number"] for block in receiver.of_type("block")]
    assert numbers == list(range(11))
    assert len(receiver.of_type("hidden")) == len(receiver.of_type("visible")) == 1


def test_a_second_tab_does_not_measure_beside_the_first(chromium: Browser, heard: Listen, int8: Path) -> None:
    receiver = bench_receiver([int8], samples=2000, blocks=10)
    with running(receiver) as site:
        first = _open(chromium, heard)
        first.goto(address(site, name="first"))
        wait_for_blocks(first, 1)
        second = first.context.new_page()
        second.goto(address(site))
        second.get_by_text("measures already, in another tab").wait_for()
    assert len(receiver.devices) == 1


def test_a_file_that_is_no_model_is_told_and_the_others_go_on(
    chromium: Browser, heard: Listen, int8: Path, tmp_path: Path
) -> None:
    receiver = bench_receiver([int8, int8])
    receiver.config["models"][0] |= {"file": HOSTILE, "bytes": 64}
    receiver.contents[0] = bytes(64)
    with running(receiver) as site:
        page = _open(chromium, lambda page: page)  # LiteRT complains in the console
        page.goto(address(site, name="<b>bold</b>"))
        wait_for_stage(page, ARRIVED)
        assert HOSTILE in page.locator("#failures").inner_text()
        assert page.locator("main img").count() == 0
    assert [event["stage"] for event in receiver.of_type("failed")] == ["load", "load"]
    assert _blocks(receiver) == {(1, 1): 4, (1, 2): 4}


def test_many_threads_and_models_do_not_wait_for_each_other(
    chromium: Browser, heard: Listen, int8: Path
) -> None:
    """LiteRT.js starts a worker for each processor; more threads than that, all models together, would never start."""
    receiver = bench_receiver([int8] * 4)
    with running(receiver) as site:
        page = _open(chromium, heard)
        page.goto(address(site, name="many"))
        wait_for_stage(page, ARRIVED)
    assert len(_blocks(receiver)) == 8
