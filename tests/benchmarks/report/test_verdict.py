import dataclasses
from collections.abc import Callable

from edgesmith.benchmarks.report.verdict import verdict
from edgesmith.benchmarks.results import BenchResult, BenchRun, BenchWarning
from edgesmith.benchmarks.singlestream import single_stream
from edgesmith.runtime.accuracy import Accuracy, wilson_interval


def test_what_matters_most_comes_first(rich: BenchResult) -> None:
    runs = tuple(
        dataclasses.replace(run, doubt="only 3 % of its work is")
        if run.file == "network0-int8.tflite"
        else run
        for run in rich.runs
    )
    unfit = BenchWarning(kind="not quiet", message="it moved")
    lines = verdict(dataclasses.replace(rich, runs=runs, warnings=(unfit,)))
    assert lines[0].startswith("network0-int8.tflite is NOT the int8")
    assert lines[1].startswith("The machine was NOT fit")
    assert lines[2].startswith("int8 is 2.")
    assert lines[4] == "1 of 9 runs could not be measured; the table says why."


def test_fastest_and_smallest_are_named(
    make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> None:
    runs = [make_run("a-float32.onnx", "float32", [10.0] * 9), make_run("a-int8.onnx", "int8", [4.0] * 9)]
    lines = verdict(make_result(*runs))
    assert lines[1].startswith("Fastest: a-int8.onnx")
    assert lines[2].startswith("Smallest: a-int8.onnx")
    assert lines[3].startswith("All 2 files are equally accurate")


def test_heat_under_load_is_told(sustained: BenchResult) -> None:
    told = [line for line in verdict(sustained) if "under load" in line]
    assert told == [
        "NOT steady: over 4 minutes under load a-float32.tflite, 1 thread, became 29 % slower, at up to 85 °C."
    ]


def test_a_steady_run_is_told_as_well(sustained: BenchResult, make_run: Callable[..., BenchRun]) -> None:
    steady = dataclasses.replace(sustained, runs=(make_run("a.tflite", "int8", [4.0] * 50),), blocks=())
    assert any(line.startswith("Steady: over 4 minutes") for line in verdict(steady))


def test_mlperf_s_statistic_is_told_with_its_confidence(rich: BenchResult) -> None:
    assert any(
        "MLPerf's SingleStream" in line and "99 % confidence (160 queries)" in line for line in verdict(rich)
    )
    few = dataclasses.replace(rich.runs[0], single_stream=single_stream([1.0] * 10))
    lines = verdict(dataclasses.replace(rich, runs=(few,), int8_accuracy=(), blocks=()))
    assert any(line.startswith("10 queries are too few") for line in lines)


def test_three_images_prove_little(
    make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> None:
    right = Accuracy(top1=1.0, top5=1.0, images=3, interval=wilson_interval(3, 3))
    line = verdict(make_result(make_run("a.onnx", "float32", [4.0], accuracy=right)))[-1]
    assert line == "Accuracy: top-1 100.0 % (43.9–100.0) on 3 images, which prove little: see the interval."


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


def test_accuracy_is_of_a_file_on_an_engine(
    make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> None:
    runs = [
        make_run("a.tflite", "int8", [4.0], hits=hits, engine=engine)
        for engine, hits in (("ai-edge-litert 2", 95), ("tflite-runtime 2", 50))
    ]
    assert verdict(make_result(*runs))[-1].startswith(
        "Most accurate: a.tflite on ai-edge-litert, top-1 95.0 %"
    )
    same = [
        make_run("a.tflite", "int8", [4.0], engine=engine)
        for engine in ("ai-edge-litert 2", "tflite-runtime 2")
    ]
    assert verdict(make_result(*same))[-1].startswith("All 2 pairs of file and engine are equally accurate")
