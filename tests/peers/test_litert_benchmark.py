import json
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from tests.arm64.small_mobilenet import deploy_small_mobilenet, make_pictures, write_photos

from edgesmith.benchmarks.worker import messages
from peers import litert_benchmark
from peers.litert_benchmark import measure, read_sessions, summary, tasks_for, within_bar
from peers.litert_sides import Side, Task


@pytest.fixture
def task() -> Task:
    return Task(model=Path("a-int8.tflite"), sha256="0" * 64, threads=1, images=("a.jpg", "b.jpg"))


class FakeWorker:
    """A side whose every inference takes `share` of the machine's time, which doubles after half of the turns."""

    def __init__(self, side: Side, share: float, asked: list[str]) -> None:
        self.side, self.share, self.asked, self.turn = side, share, asked, 0

    def ask(self, request: messages.Request, answer: type[Any]) -> Any:
        if not isinstance(request, messages.Measure):
            assert self.side != "litert-benchmark"
            return None
        assert answer is messages.Samples
        self.asked.append(self.side)
        self.turn += 1
        time = self.share * (1.0 if self.turn <= 20 else 2.0)
        times = (time,) * len(request.images)
        return messages.Samples(
            decode=times, preprocess=times, invoke=times, postprocess=times, end_to_end=times
        )

    def __enter__(self) -> "FakeWorker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sides that take made-up times, and whose turn it was."""
    asked: list[str] = []

    def start(side: Side, share: float) -> Callable[[Task], FakeWorker]:
        return lambda task: FakeWorker(side, share, asked)

    shares: dict[Side, float] = {"bench": 1.02, "loop": 1.01, "litert-benchmark": 1.0}
    sides = {side: start(side, share) for side, share in shares.items()}
    monkeypatch.setattr(litert_benchmark, "SIDES", sides)
    return asked


def test_what_is_there_is_not_measured_again(task: Task, asked: list[str], tmp_path: Path) -> None:
    output = tmp_path / "sessions.jsonl"
    measure([task], output, sessions=2)
    assert len(asked) == 2 * 3 * 40
    with output.open("a") as file:
        file.write('{"file": "a-int8.tf')  # a kill in the middle of a line
    measure([task], output, sessions=4)
    assert len(asked) == 4 * 3 * 40
    assert [session.number for session in read_sessions(output)] == [0, 1, 2, 3]


def test_another_file_is_another_task(task: Task, asked: list[str], tmp_path: Path) -> None:
    other = Task(model=task.model, sha256="1" * 64, threads=1, images=task.images)
    output = tmp_path / "sessions.jsonl"
    measure([task], output, sessions=1)
    measure([other], output, sessions=1)
    assert [entry["sessions"] for entry in summary([task, other], read_sessions(output))] == [1, 1]


def test_the_order_within_a_turn_changes(task: Task, asked: list[str], tmp_path: Path) -> None:
    measure([task], tmp_path / "sessions.jsonl", sessions=1)
    assert len({tuple(asked[begin : begin + 3]) for begin in range(0, 120, 3)}) == 6


def test_ratios_are_of_turns_whatever_the_machine_does(task: Task, asked: list[str], tmp_path: Path) -> None:
    output = tmp_path / "sessions.jsonl"
    measure([task], output, sessions=3)
    entry = summary([task], read_sessions(output))[0]
    assert entry["bench"] == {"ratio": 1.02, "interval": [1.02, 1.02], "within_bar": "yes"}
    assert entry["loop"]["ratio"] == 1.01
    assert entry["least_ms"]["litert-benchmark"] == 1.0
    assert entry["median_ms"]["litert-benchmark"] == 1.5  # of all turns: of no use for a ratio
    json.dumps(entry)


@pytest.mark.parametrize(
    ("low", "high", "answer"),
    [
        pytest.param(0.98, 1.03, "yes", id="inside"),
        pytest.param(0.98, 1.031, "not decided", id="across"),
        pytest.param(1.031, 1.1, "no", id="slower"),
        pytest.param(0.9, 0.97, "no", id="faster"),
    ],
)
def test_the_bar(low: float, high: float, answer: str) -> None:
    assert within_bar(low, high) == answer


@pytest.mark.slow
def test_a_real_session(tmp_path: Path) -> None:
    photos = write_photos(tmp_path / "photos", make_pictures())
    model = deploy_small_mobilenet(tmp_path, photos) / "colours-int8.tflite"
    tasks = tasks_for([model], photos, [1, 2])
    measure(tasks, tmp_path / "sessions.jsonl", sessions=1)
    for entry in summary(tasks, read_sessions(tmp_path / "sessions.jsonl")):
        # A thousandth of a millisecond to a second: in milliseconds, and of one inference.
        assert all(0.001 < value < 1000 for value in entry["median_ms"].values())
        assert entry["least_ms"]["loop"] < 3 * entry["least_ms"]["litert-benchmark"] + 0.1
