import dataclasses

from edgesmith.benchmarks.report.charts.drawing import WIDE
from edgesmith.benchmarks.report.charts.memory import memory_chart
from edgesmith.benchmarks.results import BenchResult


def test_parts_are_what_made_it_grow(rich: BenchResult) -> None:
    chart = memory_chart(rich.runs[:1], ["a"])
    assert chart is not None
    assert chart.table.rows == (("a", "36.0 MB", "16.0 MB", "8.0 MB", "50.0 MB", "6.0 MB"),)


def test_where_the_system_does_not_tell_only_the_peak_is_drawn(rich: BenchResult) -> None:
    chart = memory_chart([dataclasses.replace(rich.runs[0], memory=None)], ["a"])
    assert chart is not None
    assert chart.table.rows == (("a", "–", "–", "–", "50.0 MB", "6.0 MB"),)
    bars, peaks, *_ = chart.spec(WIDE)["layer"]
    assert (bars["data"]["values"], peaks["data"]["values"][0]["x"]) == ([], 50.0)


def test_a_set_that_shrank_grew_by_nothing(rich: BenchResult) -> None:
    assert rich.runs[0].memory is not None
    shrunk = dataclasses.replace(rich.runs[0].memory, after_inference_bytes=1)
    chart = memory_chart([dataclasses.replace(rich.runs[0], memory=shrunk)], ["a"])
    assert chart is not None
    assert chart.table.rows[0][3] == "0.0 kB"
