import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import altair
import pytest

from edgesmith.benchmarks.history.trend import Dated, draw_page, draw_picture, trend_chart
from edgesmith.benchmarks.report.charts.drawing import WIDE
from edgesmith.benchmarks.results import BenchResult, BenchRun

START = datetime(2026, 1, 31, 23, 59, tzinfo=UTC)


@pytest.fixture(scope="module")
def history(make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]) -> Dated:
    return [
        (
            START + timedelta(days=day),
            make_result(
                make_run("a<b>.onnx", "int8", [3.0 + day] * 9), make_run("b.onnx", "float32", [6.0] * 9)
            ),
        )
        for day in range(3)
    ]


def test_points_lie_at_their_own_time_whatever_the_reader_s_zone(history: Dated) -> None:
    spec = trend_chart(history).spec(WIDE)
    altair.Chart.from_dict(spec)  # raises SchemaValidationError
    points = spec["layer"][-1]
    assert points["data"]["values"][0]["time"] == "2026-01-31T23:59:00Z"
    assert points["encoding"]["x"]["scale"]["type"] == "utc"
    assert [datum["p50"] for datum in points["data"]["values"]] == [3.0, 4.0, 5.0, 6.0, 6.0, 6.0]


def test_the_page_has_every_number_and_nothing_from_elsewhere(history: Dated) -> None:
    page = draw_page(history)
    assert page.count("<tr>") == 1 + 6
    assert "2026-02-02 23:59 UTC" in page
    assert "<b>" not in page
    assert not re.search(r"https?:|src=", page)
    assert page.count("<svg") == 2
    assert draw_page(history) == page


def test_the_picture_is_a_png(history: Dated) -> None:
    assert draw_picture(history).startswith(b"\x89PNG")
