import dataclasses

from edgesmith.benchmarks.report.charts.drawing import WIDE
from edgesmith.benchmarks.report.charts.operators import operators_chart
from edgesmith.benchmarks.results import BenchResult
from edgesmith.benchmarks.worker.messages import OperatorTime


def test_kinds_are_stacked_and_the_longest_operators_named(rich: BenchResult) -> None:
    profile = tuple(
        OperatorTime(kind=f"Kind{number % 9}", name=f"op{number}", milliseconds=1.0 + number)
        for number in range(18)
    )
    run = dataclasses.replace(rich.runs[5], profile=profile)
    chart = operators_chart([*rich.runs[1:5], run], list("abcde"))
    assert chart is not None
    assert chart.table.rows[0][:4] == ("e", "Kind8", "op17", "18.0")
    assert len(chart.table.rows) == 10
    parts = chart.spec(WIDE)["layer"][0]["data"]["values"]
    assert [datum["part"] for datum in parts][-1] == "others"
    assert parts[-1]["x2"] == sum(one.milliseconds for one in profile)
    assert {datum["key"].partition("|")[0] for datum in parts} == {"4"}


def test_without_a_profile_there_is_none(rich: BenchResult) -> None:
    assert operators_chart(rich.runs[1:3], ["a", "b"]) is None
