"""Statistics, derived from raw samples and from nothing else."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edgesmith.benchmarks.worker.messages import PHASES, Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Milliseconds. Percentiles interpolate linearly between order statistics (NumPy's `linear`, type 7 of
    Hyndman and Fan, 1996); `stdev` is the sample standard deviation, 0 for one sample.
    """

    p50: float
    p90: float
    p99: float
    mean: float
    stdev: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseStatistics:
    """The statistics of each phase."""

    decode: Statistics
    preprocess: Statistics
    invoke: Statistics
    postprocess: Statistics


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The statistics of the end-to-end times, and of each phase."""

    p50: float
    p90: float
    p99: float
    mean: float
    stdev: float
    phases: PhaseStatistics


def summarize(samples: Samples) -> Summary:
    """Derive the summary of a run."""
    phases = {phase: statistics_of(getattr(samples, phase)) for phase in PHASES}
    return Summary(**dataclasses.asdict(statistics_of(samples.end_to_end)), phases=PhaseStatistics(**phases))


def statistics_of(values: Sequence[float]) -> Statistics:
    """The statistics of one list of times in milliseconds, to 0.1 µs. Raises `ValueError` for an empty one."""
    if not values:
        raise ValueError("no samples")
    array = np.asarray(values, np.float64)
    p50, p90, p99 = np.percentile(array, (50, 90, 99), method="linear")
    stdev = array.std(ddof=1) if len(array) > 1 else 0.0
    return Statistics(
        p50=_rounded(p50),
        p90=_rounded(p90),
        p99=_rounded(p99),
        mean=_rounded(array.mean()),
        stdev=_rounded(stdev),
    )


def median(values: Sequence[float]) -> float:
    """The median in milliseconds, to 0.1 µs."""
    return statistics_of(values).p50


def _rounded(value: float | np.floating) -> float:
    return round(float(value), 4)
