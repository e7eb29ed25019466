"""MLPerf Inference's SingleStream scenario: one query at a time, judged by the 90th percentile of their times.

The rule is that of MLPerf's load generator (mlcommons/inference, loadgen/early_stopping.cc and
`PerformanceSummary::EarlyStopping` in loadgen/results.cc), the numbers those of its mlperf.conf. What comes out
is MLPerf's statistic on our own workload, and no MLPerf result.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PERCENTILE, CONFIDENCE = 0.9, 0.99  # mlperf.conf, *.SingleStream.target_latency_percentile; results.cc
MLPERF_MINUTES = 10.0  # mlperf.conf, *.SingleStream.min_duration


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleStream:
    """Milliseconds, of `queries`. `p90`: the 90th percentile as the load generator takes it, without interpolation.

    `estimate`: at least as high as the true 90th percentile with 99 % confidence: the highest time that is left
    when the `discarded` highest are taken away. None with fewer than 64 queries, which cannot show that much.
    """

    queries: int
    p90: float
    estimate: float | None
    discarded: int


def single_stream(latencies: Sequence[float]) -> SingleStream:
    """The statistics of latencies in milliseconds. Raises `ValueError` for none."""
    if not latencies:
        raise ValueError("no queries")
    ordered = sorted(latencies)
    queries = len(ordered)
    over = overlatency_allowed(queries)
    return SingleStream(
        queries=queries,
        p90=ordered[int(queries * PERCENTILE)],
        estimate=None if over == 0 else ordered[queries - over],
        discarded=max(0, over - 1),
    )


def overlatency_allowed(queries: int) -> int:
    """The most queries t beyond a limit with which it is still 99 % sure that 90 % of all queries keep it.

    That is P(Binomial(queries, 0.1) <= t) < 0.01: were a tenth of all queries beyond it, so few would be seen in
    less than one of a hundred runs. 0 where not even t = 1 passes.
    """
    from scipy.special import bdtr

    counts = np.arange(1, queries + 1)
    passing = bdtr(counts, queries, 1 - PERCENTILE) < 1 - CONFIDENCE
    return int(passing.sum())  # the distribution function rises, so that those that pass come first
