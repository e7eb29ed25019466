"""Which charts a result has, the most important first."""

from edgesmith.benchmarks.report.charts.chart import Chart
from edgesmith.benchmarks.report.charts.distribution import distribution_chart
from edgesmith.benchmarks.report.charts.memory import memory_chart
from edgesmith.benchmarks.report.charts.operators import operators_chart
from edgesmith.benchmarks.report.charts.overtime import time_charts
from edgesmith.benchmarks.report.charts.phases import phases_chart
from edgesmith.benchmarks.report.charts.scaling import scaling_chart
from edgesmith.benchmarks.report.charts.tradeoff import tradeoff_chart
from edgesmith.benchmarks.report.wording import short_labels
from edgesmith.benchmarks.results import BenchResult


def charts_of(result: BenchResult) -> list[Chart]:
    """Those that the result has numbers for."""
    runs, labels = result.runs, short_labels(result.runs)
    over_time = list(time_charts(result, labels))
    found = [
        tradeoff_chart(runs, labels),
        *(over_time if result.plan.scenario == "sustained" else []),
        distribution_chart(runs, labels),
        phases_chart(runs, labels),
        scaling_chart(runs),
        memory_chart(runs, labels),
        *([] if result.plan.scenario == "sustained" else over_time),
        operators_chart(runs, labels),
    ]
    return [chart for chart in found if chart is not None]
