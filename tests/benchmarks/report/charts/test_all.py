import altair
import pytest

from edgesmith.benchmarks.report.charts.all import charts_of
from edgesmith.benchmarks.report.charts.chart import Chart
from edgesmith.benchmarks.report.charts.drawing import NARROW, PICTURE
from edgesmith.benchmarks.results import BenchResult

# A result of each kind, with the charts that it must have.
EXPECTED = {
    "rich": ["tradeoff", "distribution", "phases", "scaling", "memory", "over-time", "operators"],
    "sustained": [
        "tradeoff",
        "over-time",
        "temperature",
        "frequency",
        "power",
        "distribution",
        "phases",
        "memory",
    ],
}


@pytest.fixture(params=EXPECTED)
def drawn(request: pytest.FixtureRequest) -> tuple[str, list[Chart]]:
    result: BenchResult = request.getfixturevalue(request.param)
    return request.param, charts_of(result)


def test_a_result_has_the_charts_that_it_has_numbers_for(drawn: tuple[str, list[Chart]]) -> None:
    name, charts = drawn
    assert [chart.name for chart in charts] == EXPECTED[name]


def test_specifications_are_vega_lite(drawn: tuple[str, list[Chart]]) -> None:
    for chart in drawn[1]:
        for frame in (NARROW, PICTURE):
            altair.Chart.from_dict(chart.spec(frame))  # raises SchemaValidationError


def test_tables_are_whole(drawn: tuple[str, list[Chart]]) -> None:
    for chart in drawn[1]:
        assert chart.table.rows, chart.name
        assert {len(row) for row in chart.table.rows} == {len(chart.table.headers)}, chart.name
