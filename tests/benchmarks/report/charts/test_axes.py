import pytest

from edgesmith.benchmarks.report.charts.axes import latency_axis, round_numbers, value_axis


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        pytest.param(0.9, 130, [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0], id="decades"),
        pytest.param(2.2, 8.1, [3.0, 4.0, 5.0, 7.0], id="less than one"),
        pytest.param(6.9, 9.1, [7.0, 7.5, 8.0, 8.5, 9.0], id="close together"),
        pytest.param(10.2, 11.2, [11.0], id="next to nothing"),
    ],
)
def test_ticks_are_round_and_rarely_too_few(low: float, high: float, ticks: list[float]) -> None:
    assert round_numbers(low, high) == ticks


def test_times_start_at_zero_until_they_are_far_apart() -> None:
    assert latency_axis(2, 7, title="ms")["scale"]["domain"] == [0, 7]
    assert latency_axis(2, 9, title="ms")["scale"]["type"] == "log"


def test_values_that_do_not_change_still_have_an_axis() -> None:
    low, high = value_axis(50.0, 50.0, title="°C")["scale"]["domain"]
    assert low < 50 < high
    assert value_axis(0.0, 0.0, title="MHz")["scale"]["domain"] == [0.0, 1.0]
    assert value_axis(10.0, 1000.0, title="%")["scale"]["type"] == "log"
