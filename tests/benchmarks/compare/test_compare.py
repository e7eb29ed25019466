import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from edgesmith.benchmarks.compare.compare import compare
from edgesmith.benchmarks.compare.comparison import Gate
from edgesmith.benchmarks.compare.pairing import pair_runs
from edgesmith.benchmarks.results import BenchResult, BenchRun
from edgesmith.runtime.errors import DataError

ProcessResult = Callable[..., BenchResult]

# invoke; decode, preprocess and postprocess take 1 ms each, so that end to end is 3 ms more
OLD = [20.0, 20.1, 19.9, 20.05, 19.95]


def times(factor: float) -> list[float]:
    return [factor * value for value in OLD]


def test_the_same_result_twice_is_no_difference(processes_result: ProcessResult) -> None:
    found = compare(processes_result(OLD), processes_result(OLD))
    assert found.verdicts == {"no difference"}
    assert [change.phase for change in found.pairs[0].phases] == ["end_to_end", "invoke"]
    assert found.pairs[0].same_file
    assert found.confidence == pytest.approx(0.975)


def test_ten_percent_are_called(processes_result: ProcessResult) -> None:
    found = compare(processes_result(OLD), processes_result(times(1.1)))
    end_to_end, invoke = found.pairs[0].phases
    assert invoke.verdict == end_to_end.verdict == "slower"
    assert invoke.slowdown == pytest.approx(10)
    assert invoke.interval is not None
    assert end_to_end.slowdown == pytest.approx(100 * 2 / 23, rel=1e-3)
    assert invoke.interval[0] < 1.1 < invoke.interval[1]


def test_a_reference_that_moved_is_never_a_verdict(processes_result: ProcessResult) -> None:
    found = compare(processes_result(OLD), processes_result(times(1.3), reference=[1.0, 1, 1, 1, 1.06]))
    assert found.verdicts == {"machine not quiet"}
    assert found.quietness.spread == pytest.approx(0.06)
    assert found.to_json()["quietness"]["quiet"] is False
    assert found.to_json()["pairs"][0]["phases"][0]["ratio"] is None


def test_a_machine_that_changes_its_speed_as_much_in_both_is_no_obstacle(
    processes_result: ProcessResult,
) -> None:
    speeds = [1.0, 1.5, 1.0, 1.5, 1.0]
    old, new = (
        processes_result(
            [time * speed for time, speed in zip(times(factor), speeds, strict=True)], reference=speeds
        )
        for factor in (1.0, 1.1)
    )
    found = compare(old, new)
    assert not found.quietness.quiet
    assert found.pairs[0].equal_speed == 1.0
    assert found.pairs[0].phases[1].verdict == "slower"
    assert found.pairs[0].phases[1].ratio == pytest.approx(1.1, rel=1e-3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"environment": {"cpu_model": "Another"}}, "cpu model 'A processor' and 'Another'"),
        ({"environment": {"governor": "powersave"}}, "governor"),
        ({"environment": {"ram_bytes": 8_000_000_000}}, "memory of"),
        ({"data": {"sha256": "2" * 64}}, "not the same files"),
        ({"plan": {"scenario": "single-stream"}}, "scenario interleaved and single-stream"),
    ],
    ids=["processor", "governor", "memory", "images", "scenario"],
)
def test_different_machines_and_work_are_refused_without_force(
    processes_result: ProcessResult, changes: dict[str, dict[str, Any]], words: str
) -> None:
    old = processes_result(OLD)
    parts = {name: dataclasses.replace(getattr(old, name), **fields) for name, fields in changes.items()}
    new = dataclasses.replace(old, **parts)
    with pytest.raises(DataError, match=words) as caught:
        compare(old, new)
    assert "--force" in str(caught.value.tip)
    forced = compare(old, new, force=True)
    assert any(words in note for note in forced.notes)


def test_new_software_is_a_note_and_no_obstacle(processes_result: ProcessResult) -> None:
    old = processes_result(OLD)
    packages = {**old.environment.packages, "numpy": "3"}
    new = dataclasses.replace(old, environment=dataclasses.replace(old.environment, packages=packages))
    assert compare(old, new).notes == ("numpy 2 → 3",)


@pytest.mark.parametrize("word", ["OLD", "NEW"])
def test_fewer_than_five_processes_are_refused(processes_result: ProcessResult, word: str) -> None:
    results = {"OLD": processes_result(OLD), "NEW": processes_result(OLD)}
    results[word] = processes_result(OLD[:4])
    with pytest.raises(DataError, match=rf"{word} was measured with 4 processes") as caught:
        compare(results["OLD"], results["NEW"])
    assert "--processes 5" in str(caught.value.tip)


def test_runs_pair_by_file_engine_and_threads(make_run: Callable[..., BenchRun]) -> None:
    def run(file: str, **changes: Any) -> BenchRun:
        return make_run(file, "int8", [1.0], **changes)

    old = [run("a.onnx"), run("a.tflite"), run("a.onnx", threads=2), run("gone.onnx")]
    new = [run("a.onnx", threads=2), run("a.onnx", engine="onnxruntime 9"), run("a.tflite"), run("new.onnx")]
    pairs, only_old, only_new = pair_runs(old, new)
    assert [(old.index(first), new.index(second)) for first, second in pairs] == [(0, 1), (1, 2), (2, 0)]
    assert (only_old, only_new) == ([old[3]], [new[3]])


def test_runs_without_any_counterpart_and_runs_of_one_name_are_refused(
    make_run: Callable[..., BenchRun],
) -> None:
    one, other = make_run("a.onnx", "int8", [1.0]), make_run("b.onnx", "int8", [1.0])
    with pytest.raises(DataError, match="no run has a counterpart"):
        pair_runs([one], [other])
    twin = make_run("folder/a.onnx", "int8", [1.0])
    with pytest.raises(DataError, match="pair with the same run"):
        pair_runs([one, twin], [one])


def test_accuracy_is_tested_on_the_same_images(processes_result: ProcessResult) -> None:
    change = compare(processes_result(OLD, wrong=10), processes_result(OLD, wrong=25)).pairs[0].accuracy
    assert change is not None
    assert change.drop == pytest.approx(15)
    assert change.test is not None
    assert (change.test.only_first, change.test.only_second) == (15, 0)
    assert change.test.significant


@pytest.mark.parametrize(
    ("new", "gate", "words"),
    [
        ({"medians": times(1.1)}, Gate(max_slowdown=5.0), "a-int8.onnx ×1, end_to_end: 8.7 % slower"),
        ({"medians": times(1.1)}, Gate(max_slowdown=15.0), None),
        ({"medians": times(0.8)}, Gate(max_slowdown=0.0), None),
        ({"medians": OLD, "wrong": 11}, Gate(max_drop=0.5), "top-1 fell by 1.00 points"),
        ({"medians": OLD, "wrong": 11}, Gate(max_drop=1.0), None),
        ({"medians": OLD, "wrong": 0}, Gate(max_drop=0.0), None),
        ({"medians": OLD, "run": {"accuracy": None}}, Gate(max_drop=0.5), "not measured in both"),
        ({"medians": times(1.1)}, Gate(), None),
    ],
    ids=["slower", "allowed", "faster", "worse", "allowed drop", "better", "no accuracy", "no gate"],
)
def test_the_gate(
    processes_result: ProcessResult, new: dict[str, Any], gate: Gate, words: str | None
) -> None:
    accuracy = new.get("run", {}).get("accuracy", "kept")
    result = processes_result(new["medians"], wrong=new.get("wrong", 10))
    if accuracy is None:
        result = dataclasses.replace(result, runs=(dataclasses.replace(result.runs[0], accuracy=None),))
    found = compare(processes_result(OLD), result, gate=gate)
    if words is None:
        assert found.broken == ()
    else:
        assert words in found.broken[0]
