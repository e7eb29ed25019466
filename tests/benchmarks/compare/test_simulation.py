"""Is the comparison right? On made-up machines, where the truth is known; seeds are fixed.

Each kind of noise was seen on real machines: a long tail within a process, processes of two speeds (memory layout),
a machine that drifts during a run and differs from one run to the next, and one that others share, which changes between
three speeds every few blocks, in the middle of a block as well. The reference kernel follows the machine with noise
of its own, and the network follows it half as much or half as much again as the reference does.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.random import Generator
from numpy.typing import NDArray

from edgesmith.benchmarks.compare.equalspeed import Blocks, at_equal_speed
from edgesmith.benchmarks.compare.judge import LEAST_PROCESSES, Verdict, change, judge

PROCESSES, BLOCKS, SAMPLES = 5, 20, 12
SPEEDS = (0.0, 0.25, 0.45)  # logarithms of times, of the machine that is shared
CHANGES = 0.2  # how often it changes from one reading of the reference to the next

Times = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Standard deviations of logarithms; `hump`: by how much three of ten processes are slower."""

    within: float = 0.03
    hump: float = 0.0
    drift: float = 0.0
    between_runs: float = 0.0
    shared: bool = False


NOISES = {
    "still": Noise(),
    "lognormal": Noise(within=0.08, between_runs=0.01),
    "drift": Noise(drift=0.01, between_runs=0.01),
    "two humps": Noise(hump=0.06, between_runs=0.01),
    "shared": Noise(shared=True, between_runs=0.01),
    "all of it": Noise(within=0.08, hump=0.06, drift=0.01, between_runs=0.02, shared=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a machine did during a run: the logarithm of its slowness at each reading [processes, blocks + 1], and in
    which blocks a change came early."""

    slowness: Times
    early: NDArray[np.bool_]


def a_machine(generator: Generator, noise: Noise) -> Machine:
    drift = generator.normal(0, noise.drift) * np.linspace(-1, 1, PROCESSES)
    slowness = np.repeat((generator.normal(0, noise.between_runs) + drift)[:, None], BLOCKS + 1, axis=1)
    if noise.shared:
        changes = generator.random(slowness.size) < CHANGES
        speeds = generator.choice(SPEEDS, changes.sum() + 1)
        slowness += speeds[np.cumsum(changes)].reshape(slowness.shape)
    return Machine(slowness=slowness, early=generator.random((PROCESSES, BLOCKS)) < 0.5)


def reference(generator: Generator, machine: Machine) -> Blocks:
    own = generator.normal(0, 0.004, (PROCESSES, 1)) + generator.normal(0, 0.004, machine.slowness.shape)
    readings = np.exp(machine.slowness + own)
    return Blocks(
        process=np.repeat(np.arange(PROCESSES), BLOCKS),
        before_ms=readings[:, :-1].ravel(),
        after_ms=readings[:, 1:].ravel(),
    )


def block_times(generator: Generator, noise: Noise, machine: Machine, *, follows: float) -> Times:
    """Medians of the blocks of a network that takes 4 ms, milliseconds."""
    met = np.where(machine.early, machine.slowness[:, 1:], machine.slowness[:, :-1])
    layout = np.where(generator.random((PROCESSES, 1)) < 0.3, 1 + noise.hump, 1)
    layout = layout * np.exp(generator.normal(0, 0.006, (PROCESSES, 1)))
    samples = np.exp(generator.normal(0, noise.within, (*met.shape, SAMPLES)))
    interrupted = generator.random(samples.shape) < 0.05
    samples *= np.where(interrupted, 1 + generator.exponential(1.0, samples.shape), 1)
    return np.asarray(4 * layout * np.exp(follows * met) * np.median(samples, axis=-1)).ravel()


def answer(generator: Generator, noise: Noise, *, slower: float, rows: int = 1) -> set[Verdict]:
    """The different verdicts of one comparison of `rows` pairs."""
    machines = [a_machine(generator, noise) for _ in range(2)]
    equal = at_equal_speed(*(reference(generator, machine) for machine in machines))
    if equal.processes < LEAST_PROCESSES:
        return {"machine not quiet"}
    found: set[Verdict] = set()
    for follows in generator.uniform(0.5, 1.5, rows):
        old, new = (block_times(generator, noise, machine, follows=follows) for machine in machines)
        times = equal.process_times(old, slower * new)
        found.add(judge(change(*times, confidence=1 - 0.05 / rows), shift=equal.shift))
    return found


def answers(noise: Noise, *, count: int, slower: float, rows: int = 1, seed: int = 0) -> list[set[Verdict]]:
    generator = np.random.default_rng(seed)
    return [answer(generator, noise, slower=slower, rows=rows) for _ in range(count)]


def share(found: list[set[Verdict]], *verdicts: Verdict) -> float:
    return sum(bool(one & set(verdicts)) for one in found) / len(found)


@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
def test_the_same_thing_twice_is_hardly_ever_called_different(noise: Noise) -> None:
    found = answers(noise, count=100, slower=1.0)
    assert share(found, "slower", "faster") <= 0.02  # 5 % are allowed


def test_many_pairs_together_raise_no_more_false_alarms() -> None:
    assert share(answers(NOISES["all of it"], count=20, slower=1.0, rows=24), "slower", "faster") <= 0.05


@pytest.mark.parametrize(
    ("noise", "least"),
    [
        ("still", 0.99),
        ("lognormal", 0.85),
        ("drift", 0.75),
        ("two humps", 0.7),
        ("shared", 0.7),
        ("all of it", 0.35),
    ],
)
def test_ten_percent_more_work_is_called_and_never_called_away(noise: str, least: float) -> None:
    found = answers(NOISES[noise], count=100, slower=1.1, seed=1)
    assert share(found, "slower") >= least
    assert share(found, "faster") == 0
    assert share(found, "no difference") <= 0.02  # the rest is "machine not quiet"


def test_ten_percent_less_work_is_the_mirror_image() -> None:
    found = answers(NOISES["lognormal"], count=50, slower=1 / 1.1, seed=2)
    assert share(found, "faster") >= 0.85
    assert share(found, "slower") == 0


@pytest.mark.parametrize("noise", ["still", "lognormal", "drift", "two humps", "shared"])
def test_the_same_thing_twice_mostly_gets_a_verdict(noise: str) -> None:
    assert share(answers(NOISES[noise], count=50, slower=1.0, seed=3), "no difference") >= 0.5


def test_a_machine_that_became_slower_as_a_whole_is_not_the_network_s_fault() -> None:
    generator = np.random.default_rng(4)
    verdicts = set()
    for _ in range(50):
        old, new = a_machine(generator, Noise()), a_machine(generator, Noise())
        new = Machine(slowness=new.slowness + 0.04, early=new.early)
        equal = at_equal_speed(reference(generator, old), reference(generator, new))
        if equal.processes >= LEAST_PROCESSES:
            first, second = (block_times(generator, Noise(), machine, follows=1.0) for machine in (old, new))
            verdicts.add(
                judge(change(*equal.process_times(first, second), confidence=0.95), shift=equal.shift)
            )
    assert verdicts <= {"no difference", "machine not quiet"}
