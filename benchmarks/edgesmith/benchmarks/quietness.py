"""How quiet the machine was, by the reference kernel that was timed between blocks."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edgesmith.benchmarks.results import Block

QUIET = 0.05  # how far the reference may move until times prove nothing about each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Quietness:
    """What the reference kernel did from one run to another; shares, 0.03 for 3 %.

    `spread`: the slowest pass over the quickest, of both runs, less 1; a pass is one fresh process of each
    variant. `shift`: by how much the second run's median is above the first's.
    """

    spread: float
    shift: float

    @property
    def quiet(self) -> bool:
        """Whether the machine was equally fast all the time."""
        return self.spread <= QUIET


def quietness(old: Sequence[float], new: Sequence[float]) -> Quietness:
    """From the reference kernel's median times in each pass of each run, milliseconds, at least one each."""
    both = [*old, *new]
    return Quietness(
        spread=max(both) / min(both) - 1, shift=float(np.median(new)) / float(np.median(old)) - 1
    )


def passes(blocks: Sequence[Block]) -> list[float]:
    """The reference kernel's median time in each pass, milliseconds: of the medians before its blocks."""
    by_process: dict[int, list[float]] = defaultdict(list)
    for block in blocks:
        by_process[block.process].append(float(np.median(block.reference_ms)))
    return [float(np.median(by_process[process])) for process in sorted(by_process)]


def spread_of_blocks(blocks: Sequence[Block]) -> float:
    """How far the reference moved within one run; 0 without blocks."""
    return spread([float(np.median(block.reference_ms)) for block in blocks]) if blocks else 0.0


def spread(reference: Sequence[float]) -> float:
    """The 90th percentile of the reference kernel's times over their 10th, less 1; at least one time."""
    low, high = np.percentile(reference, (10, 90))
    return float(high / low) - 1
