from collections.abc import Callable

from edgesmith.benchmarks.report.wording import (
    interval,
    joined,
    milliseconds,
    name_of,
    p_value,
    short_labels,
    size,
)
from edgesmith.benchmarks.results import BenchRun


def test_numbers_read_well() -> None:
    assert [milliseconds(value) for value in (0.1234, 2.345, 35.16, 1280.4)] == [
        "0.123",
        "2.35",
        "35.2",
        "1280",
    ]
    assert [size(count) for count in (99_200, 5_000_000, 4_000_000_000)] == ["99.2 kB", "5.0 MB", "4.0 GB"]
    assert [p_value(value) for value in (1.0, 0.0374, 1e-9)] == ["p = 1", "p = 0.037", "p < 0.001"]
    assert [interval(()), interval((2.31, 2.52))] == ["", " (2.31–2.52)"]


def test_lists_read_well_and_end() -> None:
    assert [joined("a"), joined("ab"), joined("abc")] == ["a", "a and b", "a, b and c"]
    assert [joined("abcde"), joined("abcdef")] == ["a, b, c, d and e", "a, b, c, d and 2 others"]


def test_labels_are_as_short_as_tells_runs_apart(make_run: Callable[..., BenchRun]) -> None:
    int8, float32 = make_run("a-int8.onnx", "int8", [4.0]), make_run("a-float32.onnx", "float32", [4.0])
    assert short_labels([int8, float32]) == ["int8 onnx", "float32 onnx"]
    assert short_labels([int8, make_run("a-int8.onnx", "int8", [4.0], threads=4)]) == [
        "int8 onnx ×1",
        "int8 onnx ×4",
    ]
    assert short_labels([int8, make_run("b-int8.onnx", "int8", [4.0])]) == [
        "a-int8.onnx ×1",
        "b-int8.onnx ×1",
    ]


def test_engines_are_named_where_one_file_ran_on_several(make_run: Callable[..., BenchRun]) -> None:
    lite, old = (
        make_run("a.tflite", "int8", [4.0], engine=engine)
        for engine in ("ai-edge-litert 2", "tflite-runtime 2")
    )
    assert short_labels([lite, old]) == ["a.tflite on ai-edge-litert ×1", "a.tflite on tflite-runtime ×1"]
    assert name_of(lite, [lite, old]) == "a.tflite on ai-edge-litert"
    assert name_of(lite, [lite, make_run("b.onnx", "int8", [4.0])]) == "a.tflite"
