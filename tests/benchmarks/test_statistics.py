from collections.abc import Callable

import pytest

from edgesmith.benchmarks.statistics import median, statistics_of, summarize
from edgesmith.benchmarks.worker.messages import Samples


def test_percentiles_interpolate_linearly_between_known_values() -> None:
    found = statistics_of([float(value) for value in range(1, 101)])
    assert (found.p50, found.p90, found.p99) == (50.5, 90.1, 99.01)
    assert found.mean == 50.5
    assert found.stdev == pytest.approx(29.0115, abs=1e-4)  # n - 1 in the denominator


def test_order_does_not_matter_and_one_sample_has_no_spread() -> None:
    assert statistics_of([3.0, 1.0, 2.0]) == statistics_of([1.0, 2.0, 3.0])
    assert statistics_of([7.0]).stdev == 0.0


def test_no_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="no samples"):
        statistics_of([])


def test_the_median_resists_one_outlier() -> None:
    assert median([1.0, 2.0, 900.0]) == 2.0


def test_summary_keeps_phases_apart(make_samples: Callable[[list[float]], Samples]) -> None:
    summary = summarize(make_samples([10.0, 20.0, 30.0]))
    assert summary.p50 == 23.0
    assert summary.phases.invoke.p50 == 20.0
    assert summary.phases.decode.p50 == 1.0
