"""Is the comparison right? On made-up machines, where the truth is known; seeds are fixed.

Each kind of noise was seen on real machines: a long tail within a process, processes of two speeds (memory layout),
a machine that drifts during a run and differs from one run to the next, as the reference kernel does with noise of
its own, and by which the network is moved half as much or half as much again.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.random import Generator
from numpy.typing import NDArray

from edgesmith.benchmarks.compare.judge import Verdict, change, judge
from edgesmith.benchmarks.quietness import quietness

PROCESSES, SAMPLES, READINGS = 5, 40, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Standard deviations of logarithms; `hump`: by how much three of ten processes are slower."""

    within: float = 0.03
    hump: float = 0.0
    drift: float = 0.0
    between_runs: float = 0.0


NOISES = {
    "still": Noise(),
    "lognormal": Noise(within=0.08, between_runs=0.01),
    "drift": Noise(drift=0.01, between_runs=0.01),
    "two humps": Noise(hump=0.06, between_runs=0.01),
    "all of it": Noise(within=0.08, hump=0.06, drift=0.01, between_runs=0.02),
}

Times = NDArray[np.float64]


def many_runs(
    generator: Generator, noise: Noise, *, count: int, slower: float = 1.0, rows: int = 1
) -> tuple[Times, Times]:
    """Medians of processes [count, rows, processes] and of the reference kernel [count, processes], milliseconds."""
    shape = (count, rows, PROCESSES)
    machine = generator.normal(0, noise.between_runs, (count, 1)) + generator.normal(
        0, noise.drift, (count, 1)
    ) * np.linspace(-1, 1, PROCESSES)
    follows = generator.uniform(0.5, 1.5, (count, rows, 1))
    layout = np.where(generator.random(shape) < 0.3, 1 + noise.hump, 1) * np.exp(
        generator.normal(0, 0.006, shape)
    )
    samples = np.exp(generator.normal(0, noise.within, (*shape, SAMPLES)))
    interrupted = generator.random(samples.shape) < 0.05
    samples *= np.where(interrupted, 1 + generator.exponential(1.0, samples.shape), 1)
    times = 4 * slower * layout * np.exp(follows * machine[:, None]) * np.median(samples, axis=-1)
    readings = np.exp(generator.normal(0, 0.01, (count, PROCESSES, READINGS)))
    own = np.exp(generator.normal(0, 0.004, (count, PROCESSES)))
    return times, np.exp(machine) * own * np.median(readings, axis=-1)


def answers(noise: Noise, *, count: int, slower: float, rows: int = 1, seed: int = 0) -> list[set[Verdict]]:
    """The different verdicts of each of `count` comparisons of `rows` pairs."""
    generator = np.random.default_rng(seed)
    old, old_reference = many_runs(generator, noise, count=count, rows=rows)
    new, new_reference = many_runs(generator, noise, count=count, slower=slower, rows=rows)
    found = []
    for before, after, *reference in zip(old, new, old_reference, new_reference, strict=True):
        quiet = quietness(*(times.tolist() for times in reference))
        found.append(
            {
                judge(change(first, second, confidence=1 - 0.05 / rows), quiet)
                for first, second in zip(before, after, strict=True)
            }
        )
    return found


def share(found: list[set[Verdict]], *verdicts: Verdict) -> float:
    return sum(bool(one & set(verdicts)) for one in found) / len(found)


@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
def test_the_same_thing_twice_is_hardly_ever_called_different(noise: Noise) -> None:
    found = answers(noise, count=2000, slower=1.0)
    assert share(found, "slower", "faster") <= 0.01  # 5 % are allowed


def test_many_pairs_together_raise_no_more_false_alarms() -> None:
    found = answers(NOISES["all of it"], count=300, slower=1.0, rows=24)
    assert share(found, "slower", "faster") <= 0.02


@pytest.mark.parametrize(
    ("noise", "least"),
    [("still", 0.99), ("lognormal", 0.85), ("drift", 0.75), ("two humps", 0.7), ("all of it", 0.35)],
)
def test_ten_percent_more_work_is_called_and_never_called_away(noise: str, least: float) -> None:
    found = answers(NOISES[noise], count=1000, slower=1.1, seed=1)
    assert share(found, "slower") >= least
    assert share(found, "faster") == 0
    assert share(found, "no difference") <= 0.02  # the rest is "machine not quiet"


def test_ten_percent_less_work_is_the_mirror_image() -> None:
    found = answers(NOISES["lognormal"], count=500, slower=1 / 1.1, seed=2)
    assert share(found, "faster") >= 0.85
    assert share(found, "slower") == 0


@pytest.mark.parametrize("noise", ["still", "lognormal", "drift", "two humps"])
def test_the_same_thing_twice_mostly_gets_a_verdict(noise: str) -> None:
    assert share(answers(NOISES[noise], count=500, slower=1.0, seed=3), "no difference") >= 0.5


def test_a_machine_that_became_slower_as_a_whole_is_not_the_network_s_fault() -> None:
    generator = np.random.default_rng(4)
    old, old_reference = many_runs(generator, Noise(), count=300)
    new, new_reference = many_runs(generator, Noise(), count=300)
    verdicts = Counter(
        judge(change(before[0], 1.04 * after[0], confidence=0.95), quietness(first, 1.04 * second))
        for before, after, first, second in zip(old, new, old_reference, new_reference, strict=True)
    )
    assert verdicts["slower"] == verdicts["faster"] == 0
