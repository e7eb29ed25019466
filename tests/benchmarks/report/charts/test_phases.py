from collections.abc import Callable

from edgesmith.benchmarks.report.charts.drawing import WIDE
from edgesmith.benchmarks.report.charts.phases import phases_chart
from edgesmith.benchmarks.results import BenchRun


def test_parts_lie_one_beside_the_other_and_end_at_the_whole(make_run: Callable[..., BenchRun]) -> None:
    chart = phases_chart([make_run("a.onnx", "int8", [4.0] * 5)], ["a"])
    assert chart is not None
    parts = chart.spec(WIDE)["layer"][0]["data"]["values"]
    assert [(datum["part"], datum["x"], datum["x2"]) for datum in parts] == [
        ("decode", 0, 1),
        ("preprocess", 1, 2),
        ("invoke", 2, 6),
        ("postprocess", 6, 7),
    ]
    assert chart.table.rows == (("a", "1.00", "1.00", "4.00", "1.00", "7.00"),)
    assert "57 to 57 %" in chart.summary
