import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.arm64.small_mobilenet import deploy_small_mobilenet, make_pictures, write_photos

from peers import litert_benchmark
from peers.litert_benchmark import measure, read_pairs, summary, tasks_for, within_bar
from peers.litert_sides import Task, Times


@pytest.fixture
def task() -> Task:
    return Task(model=Path("a-int8.tflite"), sha256="0" * 64, threads=1, images=("a.jpg",))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sides that take made-up times, and whom they were asked for."""
    asked: list[str] = []

    def side(name: str, times: Times) -> Callable[[Task], Times]:
        def ask(task: Task) -> Times:
            asked.append(name)
            return times

        return ask

    sides = {"bench": (1.02, 1.0), "loop": (1.01, 1.0), "litert-benchmark": (1.0, 0.9)}
    monkeypatch.setattr(litert_benchmark, "SIDES", {name: side(name, times) for name, times in sides.items()})
    monkeypatch.setattr(litert_benchmark, "time_reference", lambda repeats: (1.0,) * repeats)
    return asked


def test_what_is_there_is_not_measured_again(task: Task, asked: list[str], tmp_path: Path) -> None:
    output = tmp_path / "pairs.jsonl"
    measure([task], output, pairs=2)
    assert len(asked) == 2 * 3
    with output.open("a") as file:
        file.write('{"file": "a-int8.tf')  # a kill in the middle of a line
    measure([task], output, pairs=4)
    assert len(asked) == 4 * 3
    assert [pair.number for pair in read_pairs(output)] == [0, 1, 2, 3]


def test_another_file_is_another_task(task: Task, asked: list[str], tmp_path: Path) -> None:
    other = Task(model=task.model, sha256="1" * 64, threads=1, images=task.images)
    output = tmp_path / "pairs.jsonl"
    measure([task], output, pairs=1)
    measure([other], output, pairs=1)
    assert len(asked) == 2 * 3
    assert [entry["pairs"] for entry in summary([task, other], read_pairs(output))] == [1, 1]


def test_the_order_within_a_pair_changes(task: Task, asked: list[str], tmp_path: Path) -> None:
    measure([task], tmp_path / "pairs.jsonl", pairs=12)
    assert len({tuple(asked[begin : begin + 3]) for begin in range(0, 36, 3)}) > 3


def test_ratios_are_of_pairs(task: Task, asked: list[str], tmp_path: Path) -> None:
    output = tmp_path / "pairs.jsonl"
    measure([task], output, pairs=3)
    entry = summary([task], read_pairs(output))[0]
    assert entry["bench"] == {"ratio": 1.02, "interval": [1.02, 1.02], "within_bar": "yes"}
    assert entry["loop"]["ratio"] == 1.01
    assert entry["least_ms"]["litert-benchmark"] == 0.9
    json.dumps(entry)


@pytest.mark.parametrize(
    ("low", "high", "moved", "answer"),
    [
        pytest.param(0.98, 1.03, 0.01, "yes", id="inside"),
        pytest.param(0.98, 1.031, 0.01, "not decided", id="across"),
        pytest.param(1.031, 1.1, 0.01, "no", id="slower"),
        pytest.param(0.9, 0.97, 0.01, "no", id="faster"),
        pytest.param(1.0, 1.0, 0.06, "machine not quiet", id="restless"),
    ],
)
def test_the_bar(low: float, high: float, moved: float, answer: str) -> None:
    assert within_bar(low, high, moved) == answer


@pytest.mark.slow
def test_a_real_pair(tmp_path: Path) -> None:
    photos = write_photos(tmp_path / "photos", make_pictures())
    model = deploy_small_mobilenet(tmp_path, photos) / "colours-int8.tflite"
    tasks = tasks_for([model], photos, [1, 2])
    measure(tasks, tmp_path / "pairs.jsonl", pairs=1)
    for entry in summary(tasks, read_pairs(tmp_path / "pairs.jsonl")):
        # A thousandth of a millisecond to a second: in milliseconds, and of one inference.
        assert all(0.001 < value < 1000 for value in entry["median_ms"].values())
        assert entry["least_ms"]["loop"] < 3 * entry["least_ms"]["litert-benchmark"] + 0.1
