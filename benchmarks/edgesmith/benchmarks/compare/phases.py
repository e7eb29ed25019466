"""One phase of two runs, compared in the blocks in which the machine was equally fast."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgesmith.benchmarks.compare.comparison import PhaseChange
from edgesmith.benchmarks.compare.equalspeed import EqualSpeed, at_equal_speed, blocks_of
from edgesmith.benchmarks.compare.judge import LEAST_PROCESSES, change, judge
from edgesmith.benchmarks.results import BenchResult, BenchRun, Block

Pair = tuple[BenchRun, BenchRun]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Two runs with all blocks of each, and which of them can be compared."""

    pair: Pair
    blocks: tuple[tuple[Block, ...], tuple[Block, ...]]
    equal: EqualSpeed


def match(pair: Pair, results: tuple[BenchResult, BenchResult]) -> Matched:
    """`pair`: a run of each result, which may be the same one."""
    numbers = [result.runs.index(run) for result, run in zip(results, pair, strict=True)]
    first, second = (
        tuple(block for block in result.blocks if block.run == number)
        for result, number in zip(results, numbers, strict=True)
    )
    all_blocks = [blocks_of(result.blocks, number) for result, number in zip(results, numbers, strict=True)]
    return Matched(pair=pair, blocks=(first, second), equal=at_equal_speed(*all_blocks))


def phase_change(matched: Matched, phase: str, *, confidence: float) -> PhaseChange:
    """How a phase or `end_to_end` differs, the interval of the ratio at `confidence`, 0..1."""
    if matched.equal.processes < LEAST_PROCESSES:
        return PhaseChange(
            phase=phase, old_ms=None, new_ms=None, ratio=None, interval=None, verdict="machine not quiet"
        )
    times = (
        block_medians(run, blocks, phase) for run, blocks in zip(matched.pair, matched.blocks, strict=True)
    )
    before, after = matched.equal.process_times(*times)
    found = change(before, after, confidence=confidence)
    old_ms, new_ms = (float(np.exp(np.log(values).mean())) for values in (before, after))
    return PhaseChange(
        phase=phase,
        old_ms=round(old_ms, 4),
        new_ms=round(new_ms, 4),
        ratio=found.ratio,
        interval=found.interval,
        verdict=judge(found, shift=matched.equal.shift),
    )


def block_medians(run: BenchRun, blocks: Sequence[Block], phase: str) -> NDArray[np.float64]:
    """The median of each block's samples of a phase or `end_to_end`, milliseconds; `blocks`: all of this run."""
    samples = np.asarray(getattr(run.samples_ms, phase))
    ends = np.cumsum([block.samples for block in blocks])[:-1]
    return np.array([np.median(part) for part in np.split(samples, ends)])
