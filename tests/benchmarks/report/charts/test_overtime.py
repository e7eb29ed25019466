import dataclasses

from edgesmith.benchmarks.report.charts.drawing import WIDE
from edgesmith.benchmarks.report.charts.overtime import time_charts
from edgesmith.benchmarks.report.wording import short_labels
from edgesmith.benchmarks.results import BenchResult


def test_heat_is_drawn_with_latency_temperature_and_throttling(sustained: BenchResult) -> None:
    latency, temperature, frequency, power = time_charts(sustained, short_labels(sustained.runs))
    assert latency.table.rows[0] == ("float32 tflite", "7.00", "9.00", "7.00", "9.00")
    assert "Marks at the foot" in latency.note
    assert any(one["mark"]["type"] == "rule" for one in latency.spec(WIDE)["layer"])
    assert temperature.summary.endswith("from 50 to 85 °C.")
    assert power.summary.endswith("from 3 to 6 W.")
    assert frequency.table.rows[0][2] == "1100"


def test_by_turns_runs_are_drawn_relative_beside_the_reference_kernel(rich: BenchResult) -> None:
    (chart,) = time_charts(rich, short_labels(rich.runs))  # that machine tells no temperature
    assert [row[0] for row in chart.table.rows][-1] == "reference kernel"
    assert len(chart.table.rows) == len(rich.runs) + 1


def test_results_of_older_versions_have_no_blocks(rich: BenchResult) -> None:
    assert list(time_charts(dataclasses.replace(rich, blocks=()), short_labels(rich.runs))) == []
