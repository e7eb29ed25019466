import io
import json
import runpy
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks.worker import messages
from edgesmith.runtime.errors import EngineError
from peers import litert_sides
from peers.litert_sides import SIDES, Task


@pytest.fixture
def task() -> Task:
    return Task(model=Path("a-int8.tflite"), sha256="0" * 64, threads=1, images=("a.jpg",))


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> None:
    """litert-benchmark's module with a `main` like its own, of two milliseconds a run, untimed work around it."""
    from ai_edge_litert.tools import benchmark_litert_model as module

    now = 0.0

    def passes(seconds: float) -> None:
        nonlocal now
        now += seconds

    def main() -> int:
        program: Any = module
        program.time.perf_counter()  # of loading the model
        for count in (3, int(sys.argv[-1].split("=")[1])):
            for _ in program.range(count):
                program.time.perf_counter()
                passes(0.002)
                program.time.perf_counter()
                passes(0.02)
        return 0

    monkeypatch.setattr(time, "perf_counter", lambda: now)
    monkeypatch.setattr(module, "main", main)
    monkeypatch.setattr(module, "time", None)
    monkeypatch.setattr(module, "range", None, raising=False)
    monkeypatch.setattr(sys, "argv", ["litert-benchmark"])


@pytest.mark.usefixtures("program")
def test_litert_benchmark_answers_as_many_runs_as_asked_and_its_own_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    side = tmp_path / "side.py"
    side.write_text(litert_sides._LITERT)
    requests = [messages.Measure(images=("x",) * count, settle=2) for count in (3, 1)]
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(map(messages.encode_request, requests))))
    with pytest.raises(SystemExit, match="0"):
        runpy.run_path(str(side))
    answers = [json.loads(line)["invoke"] for line in capsys.readouterr().out.splitlines()]
    assert answers == [pytest.approx([2.0] * 3), pytest.approx([2.0])]


def test_the_loop_is_python() -> None:
    compile(litert_sides._LOOP, "side", "exec")


def test_what_litert_benchmark_refuses_is_said(task: Task) -> None:
    with SIDES["litert-benchmark"](task) as worker, pytest.raises(EngineError) as caught:
        worker.ask(messages.Measure(images=("x",), settle=0), messages.Samples)
    assert any("a-int8.tflite" in line for line in caught.value.details)


def test_it_is_looked_for_where_it_would_be() -> None:
    assert litert_sides.is_installed()
