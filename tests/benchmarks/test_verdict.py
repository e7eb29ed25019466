from collections.abc import Callable

from edgesmith.benchmarks.report.verdict import verdict
from edgesmith.benchmarks.report.wording import milliseconds, short_labels, size
from edgesmith.benchmarks.results import BenchResult, BenchRun


def test_a_faster_int8_comes_first_with_its_factor(
    make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> None:
    runs = [make_run("a-float32.onnx", "float32", [10.0] * 9), make_run("a-int8.onnx", "int8", [4.0] * 9)]
    lines = verdict(make_result(*runs))
    assert lines[0].startswith("int8 is 2.5 times as fast as float32 on this machine with onnxruntime")
    assert lines[1].startswith("Fastest: a-int8.onnx")
    assert lines[2].startswith("Smallest: a-int8.onnx")
    assert lines[3].startswith("All 2 files are equally accurate")


def test_a_slower_int8_is_told_plainly_with_the_reason(
    make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> None:
    runs = [make_run("a-float32.onnx", "float32", [4.0] * 9), make_run("a-int8.onnx", "int8", [5.0] * 9)]
    line = verdict(make_result(*runs))[0]
    assert line.startswith("int8 is NOT faster than float32")
    assert "Likely reason" in line


def test_the_most_accurate_file_is_qualified_when_intervals_overlap(
    make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> None:
    close = [make_run(f"{hits}.onnx", "int8", [4.0], hits=hits, name=str(hits)) for hits in (90, 91)]
    apart = [make_run(f"{hits}.onnx", "int8", [4.0], hits=hits, name=str(hits)) for hits in (50, 95)]
    assert "Most accurate: 91.onnx" in verdict(make_result(*close))[-1]
    assert "show no file to be better" in verdict(make_result(*close))[-1]
    assert "overlap" not in verdict(make_result(*apart))[-1]


def test_without_labels_nothing_is_said_of_accuracy(
    make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> None:
    lines = verdict(make_result(make_run("a.onnx", "int8", [4.0], accuracy=None)))
    assert len(lines) == 1
    assert lines[0].startswith("Measured: a.onnx")


def test_numbers_read_well() -> None:
    assert [milliseconds(value) for value in (0.1234, 2.345, 35.16, 1280.4)] == [
        "0.123",
        "2.35",
        "35.2",
        "1280",
    ]
    assert [size(count) for count in (99_200, 5_000_000, 4_000_000_000)] == ["99.2 kB", "5.0 MB", "4.0 GB"]


def test_labels_are_as_short_as_tells_runs_apart(make_run: Callable[..., BenchRun]) -> None:
    one = [make_run("a-float32.onnx", "float32", [4.0]), make_run("a-int8.tflite", "int8", [4.0])]
    assert short_labels(one) == ["float32 onnx", "int8 tflite"]
    more = [make_run("a-int8.onnx", "int8", [4.0], threads=threads) for threads in (1, 4)]
    assert short_labels(more) == ["int8 onnx ×1", "int8 onnx ×4"]
    twins = [make_run(file, "int8", [4.0]) for file in ("old/a.onnx", "new/a.onnx")]
    assert short_labels(twins) == ["old/a.onnx ×1", "new/a.onnx ×1"]
