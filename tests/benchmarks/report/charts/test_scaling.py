from collections.abc import Callable

from edgesmith.benchmarks.report.charts.drawing import WIDE
from edgesmith.benchmarks.report.charts.scaling import scaling_chart
from edgesmith.benchmarks.results import BenchRun


def test_gains_are_told_beside_what_would_be_ideal(make_run: Callable[..., BenchRun]) -> None:
    runs = [make_run("a.onnx", "int8", [time] * 5, threads=count) for count, time in ((4, 4.0), (1, 10.0))]
    chart = scaling_chart(runs)
    assert chart is not None
    assert chart.table.rows == (("a.onnx", "1", "10.0", "1.00"), ("a.onnx", "4", "4.00", "2.50"))
    _, rings, dots, *_ = chart.spec(WIDE)["layer"]
    assert [datum["x"] for datum in rings["data"]["values"]] == [2.5]
    # Dots belong to runs by their place in the result, not by their threads.
    assert [datum["key"].partition("|")[0] for datum in dots["data"]["values"]] == ["1", "0"]


def test_one_number_of_threads_scales_nothing(make_run: Callable[..., BenchRun]) -> None:
    assert scaling_chart([make_run("a.onnx", "int8", [4.0]), make_run("b.onnx", "int8", [4.0])]) is None


def test_a_file_on_two_engines_has_two_lines_with_names_of_their_own(
    make_run: Callable[..., BenchRun],
) -> None:
    runs = [
        make_run("a.tflite", "int8", [time] * 5, threads=count, engine=engine)
        for engine, times in (("ai-edge-litert 2", (10.0, 4.0)), ("tflite-runtime 2", (10.0, 9.0)))
        for count, time in zip((1, 4), times, strict=True)
    ]
    chart = scaling_chart(runs)
    assert chart is not None
    assert "most a.tflite on ai-edge-litert (2.50 times" in chart.summary
    assert "least a.tflite on tflite-runtime (1.11)" in chart.summary
