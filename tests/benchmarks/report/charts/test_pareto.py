import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgesmith.benchmarks.report.charts.pareto import pareto_front

Points = list[tuple[float, float]]


@pytest.mark.parametrize(
    ("points", "front"),
    [
        pytest.param([(1.0, 90.0)], [0], id="one"),
        pytest.param([(2.0, 95.0), (1.0, 90.0), (3.0, 94.0)], [1, 0], id="dominated"),
        pytest.param([(1.0, 90.0), (1.0, 90.0)], [0, 1], id="equal"),
        pytest.param([(1.0, 90.0), (1.0, 91.0), (2.0, 91.0)], [1], id="ties"),
    ],
)
def test_what_is_slower_and_no_better_is_left_out(points: Points, front: list[int]) -> None:
    assert pareto_front(points) == front


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=12))
def test_it_is_exactly_the_points_that_no_other_dominates(points: list[tuple[int, int]]) -> None:
    def dominated(one: tuple[int, int]) -> bool:
        return any(x <= one[0] and y >= one[1] and (x, y) != one for x, y in points)

    assert set(pareto_front(points)) == {index for index, point in enumerate(points) if not dominated(point)}
