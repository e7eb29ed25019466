from collections.abc import Callable

from edgesmith.benchmarks.report.charts.distribution import distribution_chart
from edgesmith.benchmarks.report.charts.drawing import WIDE
from edgesmith.benchmarks.results import BenchRun


def test_outlines_stay_in_their_rows_and_every_sample_has_a_bin(make_run: Callable[..., BenchRun]) -> None:
    runs = [make_run("a.onnx", "int8", [4.0] * 60 + [400.0]), make_run("b.onnx", "int8", [1.0] * 61)]
    areas, marks, *_ = distribution_chart(runs, ["a", "b"]).spec(WIDE)["layer"]
    for datum in areas["data"]["values"]:
        assert datum["row"] < datum["y"] <= datum["y2"] < datum["row"] + 1
    humps = [datum for datum in areas["data"]["values"] if datum["row"] == 0 and datum["y"] < datum["y2"]]
    assert len(humps) == 2  # the outlier has its own
    assert [datum["x"] for datum in marks["data"]["values"][:2]] == [7.0, 7.0]


def test_drawn_points_do_not_grow_with_the_samples(make_run: Callable[..., BenchRun]) -> None:
    runs = [make_run("a.onnx", "int8", [1 + number % 97 / 10 for number in range(20_000)])]
    areas = distribution_chart(runs, ["a"]).spec(WIDE)["layer"][0]
    assert len(areas["data"]["values"]) <= 72


def test_the_longest_tail_is_told(make_run: Callable[..., BenchRun]) -> None:
    runs = [make_run("a.onnx", "int8", [4.0] * 50), make_run("b.onnx", "int8", [4.0] * 45 + [67.0] * 5)]
    assert distribution_chart(runs, ["a", "b"]).summary.endswith("has b: p99 is 10.0 times p50.")
