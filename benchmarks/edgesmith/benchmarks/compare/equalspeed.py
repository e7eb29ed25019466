"""The blocks of two runs in which the machine was equally fast, and what the runs took in those.

A machine that others share changes its speed within tenths of a second, and is rarely as fast for a whole run as for
another. The reference kernel, timed before every block and so after the one before it, tells. A block counts if it moved by no more than
`QUIET` from before it to after it, and if the other run has blocks of the same speed: within one band, `QUIET`
wide. The blocks are chosen by the reference alone, never by the times that are compared.

Within a band the two runs weigh the same, however many blocks each has there. What is compared is not the reference's time:
a network may follow the machine's speed more, or less, than the reference does. Medians make the rest: a block in whose middle the
speed changed and came back does not count more than another.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgesmith.benchmarks.quietness import QUIET
from edgesmith.benchmarks.results import Block

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_WIDTH = float(np.log1p(QUIET))
_PLACES = 10  # where the bands' edges may lie is tried in tenths of a band
_LEAST_MATCH = 2.0  # blocks of a process that the other run must match; with less, single blocks decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Blocks of one run, in the order of time, one entry in each array.

    `process`: from 0. `before_ms`, `after_ms`: the reference kernel's time around the block, milliseconds.
    """

    process: Integers
    before_ms: Floats
    after_ms: Floats

    @property
    def speed(self) -> Floats:
        """The logarithm of the reference kernel's time."""
        return np.asarray((np.log(self.before_ms) + np.log(self.after_ms)) / 2)

    @property
    def steady(self) -> NDArray[np.bool_]:
        """Whether the machine was as fast after it as before it."""
        return np.asarray(np.abs(np.log(self.after_ms / self.before_ms)) <= np.log1p(QUIET))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The blocks of one run that can be compared, one entry in each array.

    `number`: which of the run's blocks. `band`: of its speed. `weight`: 0..1, how much of it the other run's blocks
    of this band match.
    """

    number: Integers
    process: Integers
    band: Integers
    speed: Floats
    weight: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualSpeed:
    """The blocks of two runs that can be compared.

    `share`: what they are of all blocks by weight, 0..1. `shift`: by how much the reference was slower in the second run's,
    within bands; 0.01 for 1 %.
    """

    old: Kept
    new: Kept
    share: float
    shift: float

    @property
    def processes(self) -> int:
        """How many processes are matched by `_LEAST_MATCH` blocks or more, in the run that has fewer of them."""
        return min(len(_matched_processes(kept)) for kept in (self.old, self.new))

    def process_times(self, old: Floats, new: Floats) -> tuple[list[float], list[float]]:
        """Each matched process's time at the machine's usual speed, milliseconds, for each run; from the times of all its blocks."""
        times = np.log(old[self.old.number]), np.log(new[self.new.number])
        # By the first run alone. Where every process has a band to itself, a mean of both would take half of what a
        # process scatters by out of either run: they would look alike, and the interval be too narrow by 1.4.
        effects = {
            band: float(np.median(times[0][self.old.band == band])) for band in np.unique(self.old.band)
        }
        usual = float(np.median([effects[band] for band in (*self.old.band, *self.new.band)]))
        first, second = (
            [math.exp(usual + rest) for rest in _rests(kept, values, effects)]
            for kept, values in zip((self.old, self.new), times, strict=True)
        )
        return first, second


def _matched_processes(kept: Kept) -> list[int]:
    weights = np.bincount(kept.process, kept.weight)
    return [int(process) for process in np.flatnonzero(weights >= _LEAST_MATCH - 1e-9)]


def _rests(kept: Kept, times: Floats, effects: Mapping[int, float]) -> Iterator[float]:
    """Of each matched process the median by weight of what its band does not explain."""
    rests = times - np.array([effects[band] for band in kept.band])
    for process in _matched_processes(kept):
        mine = kept.process == process
        yield _weighted_median(rests[mine], kept.weight[mine])


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values)
    middle = np.cumsum(weights[order]) - weights[order] / 2
    return float(np.interp(weights.sum() / 2, middle, values[order]))


def blocks_of(blocks: Sequence[Block], run: int) -> Blocks:
    """The blocks of the run with this number. After the last block of a process nothing was timed: it has its before."""
    process, before, after = [], [], []
    for block, following in zip(blocks, (*blocks[1:], *blocks[-1:]), strict=True):
        if block.run == run:
            nearest = following if following.process == block.process else block
            process.append(block.process)
            before.append(float(np.median(block.reference_ms)))
            after.append(float(np.median(nearest.reference_ms)))
    return Blocks(process=np.array(process), before_ms=np.array(before), after_ms=np.array(after))


def at_equal_speed(old: Blocks, new: Blocks) -> EqualSpeed:
    """The blocks of two runs that can be compared, with the bands placed where most processes and blocks can be."""
    found = [_within_bands(old, new, place * _WIDTH / _PLACES) for place in range(_PLACES)]
    return max(found, key=lambda each: (each.processes, each.share))


def _within_bands(old: Blocks, new: Blocks, origin: float) -> EqualSpeed:
    bands = [np.floor((each.speed - origin) / _WIDTH).astype(np.int64) for each in (old, new)]
    first, second = _kept(old, new, *bands), _kept(new, old, *reversed(bands))
    return EqualSpeed(
        old=first,
        new=second,
        share=float(first.weight.sum() + second.weight.sum()) / (len(old.process) + len(new.process)),
        shift=_shift(first, second),
    )


def _kept(run: Blocks, other: Blocks, band: Integers, other_band: Integers) -> Kept:
    steady = np.flatnonzero(run.steady)
    bands, places, counts = np.unique(band[steady], return_inverse=True, return_counts=True)
    matches = (other_band[other.steady] == bands[:, None]).sum(axis=1)
    matched = matches[places] > 0
    number = steady[matched]
    return Kept(
        number=number,
        process=run.process[number],
        band=band[number],
        speed=run.speed[number],
        weight=np.minimum(1.0, matches / counts)[places][matched],
    )


def _shift(old: Kept, new: Kept) -> float:
    common = np.unique(old.band)
    if len(common) == 0:
        return 0.0
    within = [
        np.median(new.speed[new.band == band]) - np.median(old.speed[old.band == band]) for band in common
    ]
    weights = [old.weight[old.band == band].sum() for band in common]
    return float(np.expm1(np.average(within, weights=weights)))
