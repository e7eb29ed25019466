import numpy as np
import pytest

from edgesmith.benchmarks.singlestream import overlatency_allowed, single_stream


@pytest.mark.parametrize(
    ("queries", "discarded"),
    [(64, 0), (2048, 172), (2116, 178), (7469, 685)],
    ids=str,
)
def test_as_many_are_discarded_as_mlperf_s_load_generator_says(queries: int, discarded: int) -> None:
    """The numbers are from published summaries of its runs ("Would discard 172 highest latency queries")."""
    found = single_stream([float(value) for value in range(1, queries + 1)])
    assert found.discarded == discarded
    assert found.estimate == queries - discarded


def test_with_fewer_than_64_queries_there_is_no_estimate() -> None:
    assert overlatency_allowed(63) == 0
    found = single_stream([1.0] * 63)
    assert (found.estimate, found.p90, found.discarded) == (None, 1.0, 0)


def test_the_90th_percentile_is_one_of_the_times() -> None:
    assert single_stream([float(value) for value in range(100)]).p90 == 90.0


def test_the_estimate_is_hardly_ever_below_the_truth() -> None:
    times = np.random.default_rng(0).random((1000, 300))  # the true 90th percentile is 0.9
    estimates = [single_stream(row.tolist()).estimate for row in times]
    assert np.mean([estimate is not None and estimate < 0.9 for estimate in estimates]) <= 0.01


def test_no_queries_are_refused() -> None:
    with pytest.raises(ValueError, match="no queries"):
        single_stream([])
