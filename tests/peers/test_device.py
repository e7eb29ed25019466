from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks import BenchmarkPlan, bench
from edgesmith.benchmarks.worker import messages
from peers import device
from peers.device import PeerDevice, mediapipe_command


def cold_start(model: str) -> messages.ColdStart:
    return messages.ColdStart(model=model, threads=1, engine=None, image="a.jpg")


class Recorder:
    """Stands in for a process."""

    def __init__(self, subject: str, *, command: tuple[str, ...] = (), environment: Any = None) -> None:
        self.subject, self.command, self.environment, self.closed = subject, command, environment, False
        self.asked: list[messages.Request] = []

    def ask(self, request: messages.Request, answer: type[Any]) -> Any:
        assert answer is Recorder
        self.asked.append(request)
        return self

    def __exit__(self, *_: object) -> None:
        self.closed = True


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch) -> PeerDevice:
    monkeypatch.setattr(device, "WorkerProcess", Recorder)
    monkeypatch.setattr(device, "start_worker", Recorder)
    return PeerDevice({"theirs.tflite": ("their-python", "worker.py")})


def test_each_model_is_asked_of_its_own_program(peers: PeerDevice) -> None:
    with peers.start_worker("the cold starts") as worker:
        ours = worker.ask(cold_start("models/ours.tflite"), Recorder)
        theirs = worker.ask(cold_start("models/theirs.tflite"), Recorder)
        again = worker.ask(cold_start("models/ours.tflite"), Recorder)
    assert (ours.command, theirs.command) == ((), ("their-python", "worker.py"))
    assert ours is again
    assert ours.closed
    assert theirs.closed


def test_what_names_no_model_goes_to_the_last_named(peers: PeerDevice) -> None:
    with peers.start_worker("theirs.tflite") as worker:
        loaded = worker.ask(messages.Load(model="theirs.tflite", threads=1, engine=None), Recorder)
        measured = worker.ask(messages.Measure(images=("a.jpg",), settle=0), Recorder)
    assert loaded is measured


def test_without_any_model_edgesmith_answers(peers: PeerDevice) -> None:
    with peers.start_worker("the reference kernel") as worker:
        assert worker.ask(messages.TimeReference(repeats=1), Recorder).command == ()


def test_the_other_environment_finds_edgesmith(peers: PeerDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    with peers.start_worker("theirs.tflite") as worker:
        process = worker.ask(messages.Load(model="theirs.tflite", threads=1, engine=None), Recorder)
    runtime, benchmarks = map(Path, process.environment["PYTHONPATH"].split(":"))
    assert (runtime / "edgesmith/runtime").is_dir()
    assert (benchmarks / "edgesmith/benchmarks").is_dir()
    assert "PYTHONDONTWRITEBYTECODE" not in process.environment


def test_a_whole_benchmark_runs_on_it(models: tuple[Path, Path], pictures: Path, tmp_path: Path) -> None:
    plan = BenchmarkPlan(
        models=models[:1], data=pictures, output=tmp_path / "bench", samples=5, seconds=0.0, cold_starts=1
    )
    result = bench(plan, device=PeerDevice({}))
    assert [(run.file, len(run.samples_ms) >= 5) for run in result.runs] == [(models[0].name, True)]


def test_the_script_of_mediapipe_is_there() -> None:
    python, _, script = mediapipe_command(Path("peer/bin/python"))
    assert python == "peer/bin/python"
    assert Path(script).is_file()
