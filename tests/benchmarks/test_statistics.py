import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from edgesmith.benchmarks.statistics import median, median_interval, statistics_of, summarize
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
    decode = summary.phases.decode
    assert decode is not None
    assert decode.p50 == 1.0


@pytest.mark.parametrize("count", [41, 200], ids=["odd", "even"])
def test_the_interval_of_the_median_is_that_of_the_bootstrap(count: int) -> None:
    generator = np.random.default_rng(0)
    values = generator.lognormal(size=count)
    resamples = np.median(generator.choice(values, (20_000, count)), axis=1)
    ordered = np.sort(values)
    # As places in the order: between two values a percentile may fall on either.
    found, drawn = (
        np.searchsorted(ordered, ends)
        for ends in (median_interval(values.tolist()), np.percentile(resamples, (2.5, 97.5)))
    )
    assert np.abs(found - drawn).max() <= 1


def test_the_interval_covers_the_true_median_as_often_as_it_says() -> None:
    generator = np.random.default_rng(1)
    intervals = [median_interval(generator.lognormal(size=60).tolist()) for _ in range(1000)]
    covered = np.mean([low <= 1 <= high for low, high in intervals])
    assert 0.93 <= covered <= 0.97


def test_one_sample_is_its_own_interval() -> None:
    assert median_interval([3.0]) == (3.0, 3.0)


def test_throughput_follows_from_the_mean(make_samples: Callable[[list[float]], Samples]) -> None:
    assert summarize(make_samples([1.0, 3.0])).throughput == 200.0  # 5 ms end to end


def test_a_summary_of_an_older_version_still_follows(make_samples: Callable[[list[float]], Samples]) -> None:
    samples = make_samples([10.0, 20.0, 30.0])
    summary = summarize(samples)
    older = dataclasses.replace(summary, p50_interval=(), throughput=None)
    assert older.follows_from(samples)
    assert not dataclasses.replace(older, p90=1.0).follows_from(samples)
