import dataclasses

from edgesmith.benchmarks.report.charts.drawing import NARROW, WIDE
from edgesmith.benchmarks.report.charts.tradeoff import tradeoff_chart
from edgesmith.benchmarks.report.wording import short_labels
from edgesmith.benchmarks.results import BenchResult


def test_the_front_is_told_and_marked_in_the_table(rich: BenchResult) -> None:
    chart = tradeoff_chart(rich.runs, short_labels(rich.runs))
    assert chart is not None
    on_front = [row[0] for row in chart.table.rows if row[-1] == "yes"]
    assert on_front
    assert all(name in chart.summary for name in on_front)


def test_every_point_lies_inside_its_axes(rich: BenchResult) -> None:
    chart = tradeoff_chart(rich.runs, short_labels(rich.runs))
    assert chart is not None
    for frame in (WIDE, NARROW):
        for one in chart.spec(frame)["layer"]:
            for axis in ("x", "y"):
                low, high = one["encoding"][axis]["scale"]["domain"]
                field = one["encoding"][axis]["field"]
                assert all(low <= datum[field] <= high for datum in one["data"]["values"])


def test_without_accuracy_there_is_none(rich: BenchResult) -> None:
    runs = [dataclasses.replace(run, accuracy=None) for run in rich.runs]
    assert tradeoff_chart(runs, short_labels(runs)) is None
