from edgesmith.benchmarks.report.charts.curves import Curve, curves_chart
from edgesmith.benchmarks.report.charts.drawing import WIDE
from edgesmith.benchmarks.results import BenchResult

WORDS = ("temperature", "Temperature", "°C")


def test_lines_of_runs_and_of_the_machine_are_told_apart(rich: BenchResult) -> None:
    of_run = Curve(series=2, label="int8", points=[(0.0, 50.0), (300.0, 60.0)])
    of_machine = Curve(series=None, label="machine", points=[(0.0, 55.0), (240.0, 55.0)])
    chart = curves_chart(rich, [of_run, of_machine], [120.0], words=WORDS, note="")
    marks, runs, machine = chart.spec(WIDE)["layer"]
    assert [datum["x"] for datum in runs["data"]["values"]] == [0.0, 5.0]  # minutes
    assert (runs["data"]["values"][0]["precision"], runs["data"]["values"][0]["key"][:2]) == ("int8", "2|")
    assert machine["mark"]["strokeDash"] == [5, 3]
    assert [datum["x"] for datum in marks["data"]["values"]] == [2.0]
    assert chart.summary.endswith("from 50 to 60 °C. The board held the processor back in 1 blocks.")


def test_the_table_tells_the_beginning_and_the_end(rich: BenchResult) -> None:
    curve = Curve(
        series=None, label="machine", points=[(float(second), float(second)) for second in range(100)]
    )
    chart = curves_chart(rich, [curve], [], words=WORDS, note="")
    assert chart.table.rows == (("machine", "4.50", "94.5", "0.000", "99.0"),)
