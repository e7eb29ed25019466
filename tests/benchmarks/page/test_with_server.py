"""The page in Chromium with the server that it is made for, `edgesmith bench --device browser`, as a program of its own."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize
from tests.benchmarks.page import colourmodel
from tests.benchmarks.page.visiting import ARRIVED, wait_for_blocks, wait_for_stage

from edgesmith.benchmarks.results import BenchResult

pytestmark = pytest.mark.slow

PHONE = ViewportSize(width=360, height=740)


class Bench:
    """`edgesmith bench --device browser`, started again and again on one port and output folder."""

    def __init__(self, models: list[Path], data: Path, output: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._words = [
            *(sys.executable, "-m", "edgesmith", "bench", *map(str, models), "--data", str(data)),
            *("--device", "browser", "-o", str(output), "--threads", "1,2"),
        ]
        self.output = output
        self.process: subprocess.Popen[str] | None = None

    def start(self, *more: str) -> str:
        """Returns the page's address."""
        words = [*self._words, "--port", str(self._port), *more]
        self.process = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        assert self.process.stderr is not None
        for line in self.process.stderr:
            found = re.search(r"https?://\S+", line)
            if found:
                return found[0]
        raise AssertionError(f"it ended with {self.process.wait()}")

    def end(self, how: int) -> str:
        """What it said until then."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.wait()

    def wait(self) -> str:
        assert self.process is not None
        _, said = self.process.communicate(timeout=120)
        return said

    def results(self) -> dict[str, BenchResult]:
        """By the name of the folder."""
        return {file.parent.name: BenchResult.load(file) for file in self.output.glob("*/bench.json")}


@pytest.fixture
def bench(deployed: Path, tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """`bench("colours-int8.tflite", ...)`."""
    data = tmp_path / "data"
    for colour in colourmodel.COLOURS:
        (data / colour).mkdir(parents=True)
        Image.fromarray(colourmodel.picture(colour, seed=1, height=90, width=120)).save(
            data / colour / "a.png"
        )
    made: list[Bench] = []

    def make(*files: str) -> Bench:
        made.append(Bench([deployed / file for file in files], data, tmp_path / "phones"))
        return made[-1]

    yield make
    for one in made:
        if one.process is not None:
            one.process.kill()
            one.process.communicate()


def _visit(browser: Browser, address: str, name: str) -> Page:
    """A phone: each context has a storage of its own. Its owner has said yes to the certificate that nobody signed."""
    page = browser.new_context(
        viewport=PHONE, is_mobile=True, has_touch=True, ignore_https_errors=True
    ).new_page()
    page.goto(f"{address}#name={name}")
    return page


def _told(result: BenchResult) -> Any:
    assert result.browser is not None
    return result.browser


def test_two_phones_at_once_one_of_which_is_closed_in_the_middle(
    chromium: Browser, bench: Callable[..., Bench]
) -> None:
    running = bench("colours-int8.tflite", "colours-float32.tflite", "colours-int8.onnx")
    address = running.start("--phones", "1", "--quick")
    first = _visit(chromium, address, "First")
    second = _visit(chromium, address, "Second")
    wait_for_blocks(second, 8)
    shown = second.locator("#chart .mark").count()
    second.close(run_before_unload=True)
    wait_for_stage(first, ARRIVED, seconds=300)
    said = running.wait()
    assert running.process is not None
    assert running.process.returncode == 0, said
    results = running.results()
    whole, part = results["first"], results["second"]
    assert [(run.file, run.threads, run.engine_name) for run in whole.runs] == [
        ("colours-int8.tflite", 1, "LiteRT.js"),
        ("colours-int8.tflite", 2, "LiteRT.js"),
        ("colours-float32.tflite", 1, "LiteRT.js"),
        ("colours-float32.tflite", 2, "LiteRT.js"),
        ("colours-int8.onnx", 1, "onnxruntime-web"),
        ("colours-int8.onnx", 2, "onnxruntime-web"),
    ]
    assert whole.runs[0].engine == "LiteRT.js 2.5.3"
    assert {run.browser.golden.state for run in whole.runs if run.browser and run.precision == "int8"} == {
        "identical"
    }
    assert (_told(whole).missing, _told(whole).lost_events, _told(whole).done) == ((), 0, True)
    assert all(len(run.samples_ms) >= 50 for run in whole.runs)
    assert not _told(part).done
    assert _told(part).lost_events == 0
    assert len(part.blocks) >= shown
    assert any("missing of 50 samples" in gap for gap in _told(part).missing)
    assert "INCOMPLETE" in (running.output / "second" / "report.md").read_text()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_server_that_ends_and_is_started_again_gets_everything(
    how: int, chromium: Browser, bench: Callable[..., Bench]
) -> None:
    running = bench("colours-int8.tflite")
    page = _visit(chromium, running.start(), "Patient")
    wait_for_blocks(page, 3)
    running.end(how)
    wait_for_blocks(page, page.locator("#chart .mark").count() + 2)  # it measures on meanwhile
    again = running.start("--resume", "--phones", "1")
    assert page.url.startswith(again)
    wait_for_stage(page, ARRIVED, seconds=120)
    running.wait()
    (result,) = running.results().values()
    assert (_told(result).missing, _told(result).lost_events, _told(result).loads) == ((), 0, 1)
    assert [len(run.processes) for run in result.runs] == [1, 1]


def test_4x_throttling_in_the_middle_is_flagged(chromium: Browser, bench: Callable[..., Bench]) -> None:
    running = bench("colours-int8.tflite")
    page = _visit(chromium, running.start("--phones", "1"), "Hot")
    wait_for_blocks(page, 8)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    wait_for_stage(page, ARRIVED, seconds=300)
    running.wait()
    (result,) = running.results().values()
    message = next(warning.message for warning in result.warnings if warning.kind == "throttled")
    assert "times as long as at first" in message
    text = (running.output / "hot" / "report.html").read_text()
    assert "NOT fit" in text
    assert "slowed down" in text


def test_a_reload_goes_on_with_the_same_phone(chromium: Browser, bench: Callable[..., Bench]) -> None:
    running = bench("colours-int8.tflite")
    address = running.start("--phones", "1")
    page = _visit(chromium, address, "Again")
    wait_for_blocks(page, 4)
    page.reload()
    wait_for_stage(page, ARRIVED, seconds=120)
    running.wait()
    (result,) = running.results().values()
    assert (_told(result).missing, _told(result).loads) == ((), 2)
    assert [len(run.processes) for run in result.runs] == [2, 2]


def test_over_https_for_the_whole_network(chromium: Browser, bench: Callable[..., Bench]) -> None:
    running = bench("colours-int8.tflite")
    address = running.start("--phones", "1", "--quick", "--host", "0.0.0.0")
    assert address.startswith("https://")
    page = _visit(chromium, address, "Far")
    assert page.evaluate("isSecureContext && crossOriginIsolated") is True
    wait_for_stage(page, ARRIVED, seconds=120)
    running.wait()
    (result,) = running.results().values()
    assert (_told(result).missing, [run.threads for run in result.runs]) == ((), [1, 2])
