import dataclasses
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest

from edgesmith.benchmarks.classification import Evaluation
from edgesmith.benchmarks.results import BenchResult, BenchRun, Block, FailedRun, ProcessRun
from edgesmith.benchmarks.statistics import summarize
from edgesmith.runtime.machine.state import State
from peers.contenders import MEDIAPIPE
from peers.page import Page, render
from peers.prepare import Prepared

IDLE = State(temperature_c=None, frequency_mhz=None, throttled_flags=None, load_average=0.1)
PROCESSES, SAMPLES = 5, 4
SESSIONS = {
    "file": "edgesmith-int8.tflite",
    "threads": 1,
    "sessions": 10,
    "median_ms": {"bench": 1.02, "loop": 1.01, "litert-benchmark": 1.0},
    "bench": {"ratio": 1.02, "interval": [1.01, 1.028], "within_bar": "yes"},
    "loop": {"ratio": 1.01, "interval": [1.0, 1.02], "within_bar": "yes"},
}

RunFactory = Callable[..., BenchRun]
PageFactory = Callable[..., Page]


def evaluation(predicted: Sequence[int]) -> Evaluation:
    return Evaluation(
        labels=("blue", "red"),
        truth=(0,) * len(predicted),
        predicted=tuple(predicted),
        confidence=(0.9,) * len(predicted),
    )


@pytest.fixture
def run(make_run: Callable[..., BenchRun]) -> RunFactory:
    """A file whose processes all have about that median of invoke."""

    def make(file: str, invoke: float, predicted: Sequence[int] = (0, 0, 0, 0), **changes: Any) -> BenchRun:
        medians = [invoke * (1 + 0.001 * process) for process in range(PROCESSES)]
        return make_run(
            file,
            "int8" if "int8" in file else "float32",
            [value for value in medians for _ in range(SAMPLES)],
            processes=tuple(ProcessRun(samples=SAMPLES, warmup_ms=(1.0,)) for _ in medians),
            evaluation=evaluation(predicted),
            **changes,
        )

    return make


@pytest.fixture
def page(make_result: Callable[..., BenchResult], prepared: Callable[..., Prepared]) -> PageFactory:
    def make(*runs: BenchRun, reference: Sequence[float] = (1.0,) * PROCESSES, **changes: Any) -> Page:
        blocks = tuple(
            Block(
                process=process,
                run=number,
                samples=SAMPLES // 2,
                begin_s=0.0,
                reference_ms=(time,),
                state=IDLE,
            )
            for process, time in enumerate(reference)
            for number in (*range(len(runs)), *range(len(runs)))
        )
        found = Page(
            result=dataclasses.replace(make_result(*runs), blocks=blocks),
            prepared=tuple(prepared(run.file) for run in runs),
            network="mobilenet_v2 0.35 at 128x128, 5 classes",
            sessions=(SESSIONS,),
            makers={"keras": "3.15.1"},
            measured_on=date(2026, 11, 22),
        )
        return dataclasses.replace(found, **changes)

    return make


def row(text: str, beginning: str) -> list[str]:
    """The cells of the one row that begins so."""
    rows = [line for line in text.splitlines() if line.startswith(beginning)]
    assert len(rows) == 1, text
    return [cell.strip() for cell in rows[0].strip("|").split(" | ")]


def test_every_file_has_its_numbers(run: RunFactory, page: PageFactory) -> None:
    text = render(
        page(
            run("edgesmith-int8.tflite", 2.0, (0, 0, 0, 1), int8_macs_share=0.67),
            run("keras-float32.tflite", 4.0, (0, 0, 0, 0)),
        )
    )
    ours = row(text, "| edgesmith | `edgesmith-int8.tflite` |")
    assert ours[3:] == [
        "2.00 (2.00–2.01)",
        "5.00 (5.00–5.01)",
        "300",
        "90.0 % (82.6–94.5)",
        "75.0 %",
        "67 %",
        "612.3 kB",
        "123.0 MB",
    ]
    theirs = row(text, "| Keras | `keras-float32.tflite` |")
    assert theirs[4:7] == ["–", "–", "90.0 % (82.6–94.5)"]  # a tensor is no photo
    assert "measured on 2026-11-22" in text
    assert "mobilenet_v2 0.35 at 128x128, 5 classes" in text
    assert "keras 3.15.1" in text


def test_mediapipe_tells_no_invoke_of_its_own(run: RunFactory, page: PageFactory) -> None:
    text = render(page(run("edgesmith-int8.tflite", 2.0), run(MEDIAPIPE, 3.0)))
    assert row(text, "| MediaPipe Tasks |")[3:6] == ["–", "6.01 (6.00–6.01)", "300"]
    rival = row(text, f"| `{MEDIAPIPE}` |")
    assert (rival[2], rival[5]) == ("photo to label", "+0.0 (p 1.00)")


@pytest.mark.parametrize(
    ("theirs", "verdict"), [(3.0, "faster"), (1.5, "slower"), (2.001, "no difference")], ids=str
)
def test_what_is_worse_is_said_as_plainly(
    run: RunFactory, page: PageFactory, theirs: float, verdict: str
) -> None:
    found = page(run("edgesmith-int8.onnx", 2.0, (0, 1, 1, 1)), run("tf2onnx-int8.onnx", theirs))
    cells = row(render(found), "| `tf2onnx-int8.onnx` | `edgesmith-int8.onnx` |")
    assert cells[3].startswith(f"{2 / theirs:.2f} (")
    assert cells[4:] == [verdict, "-75.0 (p 0.25)"]


def test_a_restless_machine_is_told_and_ratios_are_of_equal_speed(run: RunFactory, page: PageFactory) -> None:
    restless = page(
        run("edgesmith-int8.onnx", 2.0), run("tf2onnx-int8.onnx", 6.0), reference=(1.0, 1.0, 1.2, 1.0, 1.3)
    )
    text = render(restless)
    assert "**Machine not quiet**: the reference kernel, whose work never changes, moved by 30 %" in text
    assert row(text, "| `tf2onnx-int8.onnx` |")[4] == "faster"


def test_an_interval_that_tells_nothing_is_called_so(run: RunFactory, page: PageFactory) -> None:
    wild = run("edgesmith-int8.onnx", 2.0)
    times = [time for one in (1e-3, 1.0, 1e3, 1e-2, 1e2) for time in [one] * SAMPLES]
    samples = dataclasses.replace(
        wild.samples_ms, invoke=tuple(times), end_to_end=tuple(time + 3 for time in times)
    )
    wild = dataclasses.replace(wild, samples_ms=samples, summary=summarize(samples))
    text = render(page(wild, run("tf2onnx-int8.onnx", 2.0)))
    assert row(text, "| `tf2onnx-int8.onnx` | `edgesmith-int8.onnx` |")[3].endswith("(unknown)")


def test_the_manual_knows_that_the_command_is_not_run(run: RunFactory, page: PageFactory) -> None:
    lines = render(page(run("edgesmith-int8.onnx", 2.0))).splitlines()
    assert lines[2].startswith("<!-- not run: ")
    assert lines[3].startswith("    python benchmarks/peers/measure.py")


def test_a_quiet_machine_is_not_accused(run: RunFactory, page: PageFactory) -> None:
    assert "not quiet" not in render(page(run("edgesmith-int8.onnx", 2.0)))


def test_a_tool_that_is_not_installed_is_a_row(
    run: RunFactory, page: PageFactory, prepared: Callable[..., Prepared]
) -> None:
    files = (prepared("edgesmith-int8.onnx"), prepared("tf2onnx-int8.onnx", "No module named 'tf2onnx' | x"))
    text = render(page(run("edgesmith-int8.onnx", 2.0), prepared=files))
    cells = row(text, "| tf2onnx |")
    assert cells[2] == r"No module named 'tf2onnx' \| x; `pip install tf2onnx` brings it"
    assert set(cells[3:]) == {"–"}
    assert "| `tf2onnx-int8.onnx` |" not in text.partition("## How much faster")[2]


def test_a_file_that_the_engine_refuses_is_a_row(
    run: RunFactory, page: PageFactory, prepared: Callable[..., Prepared]
) -> None:
    failed = FailedRun(
        file="tf2onnx-int8.onnx",
        precision="int8",
        engine=None,
        threads=1,
        reason="cannot\nload it",
        tip=None,
    )
    found = page(run("edgesmith-int8.onnx", 2.0))
    files = (prepared("edgesmith-int8.onnx"), prepared("tf2onnx-int8.onnx"))
    text = render(
        dataclasses.replace(found, result=dataclasses.replace(found.result, failed=(failed,)), prepared=files)
    )
    assert row(text, "| tf2onnx |")[2] == "cannot load it"


def test_the_sessions_with_litert_benchmark(run: RunFactory, page: PageFactory) -> None:
    text = render(page(run("edgesmith-int8.tflite", 2.0)))
    assert row(text, "| `edgesmith-int8.tflite` | 10 |")[2:] == [
        "1.00",
        "1.02",
        "1.020 (1.010–1.028)",
        "yes",
        "1.01",
        "1.010 (1.000–1.020)",
    ]
    assert "brings litert-benchmark" in render(page(run("edgesmith-int8.tflite", 2.0), sessions=()))


def test_tables_are_whole(run: RunFactory, page: PageFactory, prepared: Callable[..., Prepared]) -> None:
    files = (prepared("edgesmith-int8.onnx"), prepared(MEDIAPIPE, "not installed: mediapipe"))
    text = render(page(run("edgesmith-int8.onnx", 2.0), run("tf2onnx-int8.onnx", 3.0), prepared=files))
    for block in text.split("\n\n"):
        widths = {line.replace(r"\|", "").count("|") for line in block.splitlines() if line.startswith("|")}
        assert len(widths) <= 1, block
    assert not any(line != line.rstrip() for line in text.splitlines())
