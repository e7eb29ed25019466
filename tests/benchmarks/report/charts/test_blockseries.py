import pytest

from edgesmith.benchmarks.report.charts.blockseries import MAX_POINTS, Moment, moments, thinned, time_unit
from edgesmith.benchmarks.results import BenchResult


def test_samples_belong_to_their_blocks(rich: BenchResult) -> None:
    found = moments(rich)
    assert sorted(found) == list(range(len(rich.runs)))
    samples = rich.runs[3].samples_ms.end_to_end
    assert found[3][1].milliseconds == pytest.approx(sum(sorted(samples[10:20])[4:6]) / 2, abs=1e-4)
    assert [moment.seconds for moment in found[3]] == [6.0, 22.0, 38.0, 54.0]


def test_under_load_every_run_has_its_own_beginning(sustained: BenchResult) -> None:
    assert [points[0].seconds for points in moments(sustained).values()] == [0.0, 0.0]


def test_of_many_points_neighbours_are_put_together(sustained: BenchResult) -> None:
    (block, *_) = sustained.blocks
    points = [Moment(seconds=float(number), milliseconds=number % 2, block=block) for number in range(3000)]
    found = thinned(points, lambda moment: moment.milliseconds)
    assert len(found) == MAX_POINTS
    assert {value for _, value in found} == {0.5}
    assert thinned(points, lambda _: None) == []


def test_minutes_read_better_than_hundreds_of_seconds() -> None:
    assert [time_unit(seconds)[1] for seconds in (100.0, 300.0)] == ["seconds", "minutes"]
