import dataclasses
from collections.abc import Callable, Sequence

import pytest

from edgesmith.benchmarks.classification import disagreement
from edgesmith.benchmarks.report.int8verdict import doubts, int8_accuracy, int8_speed
from edgesmith.benchmarks.results import BenchResult, BenchRun, QuantizedAccuracy

Pairs = Callable[..., BenchResult]


@pytest.fixture
def pairs(make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]) -> Pairs:
    def make(*invokes: tuple[str, int, float, float]) -> BenchResult:
        """Each (name, threads, float32 ms, int8 ms)."""
        return make_result(
            *(
                make_run(f"{name}-{precision}.onnx", precision, [time] * 9, name=name, threads=threads)
                for name, threads, *times in invokes
                for precision, time in zip(("float32", "int8"), times, strict=True)
            )
        )

    return make


def test_a_faster_int8_is_told_with_its_factor(pairs: Pairs) -> None:
    (line,) = int8_speed(pairs(("a", 1, 10.0, 4.0)))
    assert line == (
        "int8 is 2.5 times as fast as float32 on this machine with onnxruntime, 1 thread: inference takes 4.00 against "
        "10.0 ms."
    )


def test_a_slower_int8_is_told_plainly_with_the_reason(pairs: Pairs) -> None:
    (line,) = int8_speed(pairs(("a", 1, 4.0, 5.0)))
    assert line.startswith("int8 is NOT faster than float32")
    assert "Likely reason: not known from here" in line


def test_thread_counts_for_which_the_answer_differs_are_named(pairs: Pairs) -> None:
    (line,) = int8_speed(pairs(("a", 1, 10.0, 4.0), ("a", 2, 5.0, 2.0), ("a", 4, 3.0, 3.5)))
    assert "; with 4 threads it is NOT faster (3.50 against 3.00 ms)" in line
    assert "2 threads" not in line


def test_many_files_share_a_sentence_and_exceptions_stand_alone(pairs: Pairs) -> None:
    fast: Sequence[tuple[str, int, float, float]] = [(name, 1, 10.0, 4.0) for name in "abcd"]
    lines = list(int8_speed(pairs(("slow", 1, 4.0, 5.0), *fast, ("a", 2, 4.0, 5.0), ("b", 2, 4.0, 2.0))))
    assert lines[0].startswith("slow: int8 is NOT faster")
    assert lines[1:] == [
        "int8 is 2.0 to 2.5 times as fast as float32 on this machine for 4 of 5 int8 files; but NOT a-int8.onnx with 2 "
        "threads."
    ]


def test_a_file_that_is_no_int8_is_told_once(pairs: Pairs) -> None:
    result = pairs(("a", 1, 4.0, 5.0), ("a", 2, 4.0, 5.0))
    runs = tuple(
        dataclasses.replace(run, doubt="only 3 % of it") if run.precision == "int8" else run
        for run in result.runs
    )
    assert list(doubts(dataclasses.replace(result, runs=runs))) == [
        "a-int8.onnx is NOT the int8 that it is called: only 3 % of it."
    ]


def _judged(result: BenchResult, *, wrong: int) -> BenchResult:
    """`result` with its first int8 file wrong on so many more of the images than its float32 file."""
    float32 = result.runs[0].evaluation
    assert float32 is not None
    right = [index for index, hit in enumerate(float32.hits) if hit][:wrong]
    predicted = [
        (answer + 2) % len(float32.labels) if index in right else answer
        for index, answer in enumerate(float32.predicted)
    ]
    test = disagreement(float32, dataclasses.replace(float32, predicted=tuple(predicted)))
    return dataclasses.replace(result, int8_accuracy=(QuantizedAccuracy(int8=2, float32=0, test=test),))


def test_a_loss_beyond_chance_is_told_with_its_evidence(rich: BenchResult) -> None:
    (line,) = int8_accuracy(_judged(rich, wrong=20))
    assert line.startswith(
        "network0-int8.tflite is LESS accurate than its float32 file by 10.0 points (95% interval "
    )
    assert line.endswith("(McNemar's test, p < 0.001, 200 images).")


def test_what_chance_explains_is_no_loss(rich: BenchResult) -> None:
    (line,) = int8_accuracy(_judged(rich, wrong=2))
    assert line == (
        "These 200 images show no difference in accuracy between network0-int8.tflite and float32: the same answer on "
        "99.0 % of them (McNemar's test, p = 0.5)."
    )


def test_a_difference_within_noise_is_not_told_as_a_loss(pairs: Pairs) -> None:
    (line,) = int8_speed(pairs(("a", 1, 10.0, 9.8)))
    assert "is NOT faster" in line
    assert "9.80 against 10.0 ms, which is within noise." in line


def test_two_int8_files_of_one_model_are_told_by_file(
    make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> None:
    runs = [
        make_run(file, "int8" if "int8" in file else "float32", [time] * 9)
        for file, time in (("a-float32.onnx", 10.0), ("ours-int8.onnx", 4.0), ("theirs-int8.onnx", 12.0))
    ]
    slow, fast = int8_speed(make_result(*runs))
    assert slow.startswith("theirs-int8.onnx is NOT faster")
    assert fast.startswith("ours-int8.onnx is 2.5 times as fast")


def test_a_loss_on_the_second_engine_is_told(rich: BenchResult) -> None:
    judged = _judged(rich, wrong=20)
    other = dataclasses.replace(judged.runs[2], engine="tflite-runtime 2.14.0")
    two = dataclasses.replace(
        judged,
        runs=(*judged.runs, other),
        int8_accuracy=(
            rich.int8_accuracy[0],
            dataclasses.replace(judged.int8_accuracy[0], int8=len(judged.runs)),
        ),
    )
    lost, _ = int8_accuracy(two)
    assert lost.startswith("network0-int8.tflite on tflite-runtime is LESS accurate")
