"""Statistics, derived from raw samples and from nothing else."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edgesmith.benchmarks.worker.messages import PHASES, Phase, Samples

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Milliseconds. Percentiles interpolate linearly between order statistics (NumPy's `linear`, type 7 of
    Hyndman and Fan, 1996); `stdev` is the sample standard deviation, 0 for one sample.

    `p50_interval`: bootstrap 95 % interval of the median of these samples; () in files of older versions. It
    tells how well this run knows its own median, and nothing of the next run: `edgesmith compare` does.
    """

    p50: float
    p90: float
    p99: float
    mean: float
    stdev: float
    p50_interval: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseStatistics:
    """The statistics of each phase; None for one that was not timed."""

    decode: Statistics | None
    preprocess: Statistics | None
    invoke: Statistics
    postprocess: Statistics | None

    def of(self, phase: Phase) -> Statistics | None:
        """Those of `phase`."""
        found: Statistics | None = getattr(self, phase)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The statistics of the end-to-end times, and of each phase.

    `throughput`: images a second, one after the other, from the mean end-to-end time; None in older files.
    """

    p50: float
    p90: float
    p99: float
    mean: float
    stdev: float
    phases: PhaseStatistics
    p50_interval: tuple[float, ...] = ()
    throughput: float | None = None

    def follows_from(self, samples: Samples) -> bool:
        """Whether every number that can be derived without chance is the one that the samples give."""
        derived = summarize(samples)
        ours, theirs = ([_by_rule(summary), *_phases(summary)] for summary in (self, derived))
        return ours == theirs and self.throughput in (None, derived.throughput)


def summarize(samples: Samples) -> Summary:
    """Derive the summary of a run."""
    around = {
        phase: statistics_of(times) if (times := getattr(samples, phase)) else None
        for phase in PHASES
        if phase != "invoke"
    }
    whole = statistics_of(samples.end_to_end)
    return Summary(
        **dataclasses.asdict(whole),
        phases=PhaseStatistics(invoke=statistics_of(samples.invoke), **around),
        throughput=round(1000 / max(whole.mean, 1e-4), 2),
    )


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
        p50_interval=median_interval(values),
    )


def median(values: Sequence[float]) -> float:
    """The median in milliseconds, to 0.1 µs."""
    if not values:
        raise ValueError("no samples")
    return _rounded(np.median(np.asarray(values, np.float64)))


def median_interval(values: Sequence[float]) -> tuple[float, float]:
    """Percentile bootstrap interval of the median (B. Efron, 1979), in the limit of endless resamples, to 0.1 µs.

    A resample of n takes `values[floor(n U)]` for n uniform U; its median is the value at the median of those
    U, which is Beta((n + 1) / 2, (n + 1) / 2) distributed (exactly so for odd n). No resampling is needed then.
    """
    from scipy.special import betaincinv

    ordered = np.sort(np.asarray(values, np.float64))
    shape = (len(ordered) + 1) / 2
    places = betaincinv(shape, shape, ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    low, high = ordered[(places * len(ordered)).astype(int)]
    return _rounded(low), _rounded(high)


def _phases(summary: Summary) -> list[tuple[float, ...]]:
    return [() if (found := summary.phases.of(phase)) is None else _by_rule(found) for phase in PHASES]


def _by_rule(found: Statistics | Summary) -> tuple[float, ...]:
    return found.p50, found.p90, found.p99, found.mean, found.stdev


def _rounded(value: float | np.floating) -> float:
    return round(float(value), 4)
