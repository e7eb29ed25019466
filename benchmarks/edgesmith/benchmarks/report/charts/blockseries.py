"""What blocks tell over time, for drawing: points by run, thinned where there are more than can be seen."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from edgesmith.benchmarks.results import BenchResult, Block
from edgesmith.benchmarks.statistics import median

MAX_POINTS = 150  # a run; a wide chart has two or three pixels for each then
_MINUTES_FROM = 180.0  # seconds from which minutes read better


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A block of a run: `seconds` since the run's own first block in the scenario sustained, else since the first
    block of all. `milliseconds`: median end-to-end time of its samples.
    """

    seconds: float
    milliseconds: float
    block: Block


def moments(result: BenchResult) -> dict[int, list[Moment]]:
    """The blocks of each run, by its index, in the order of time."""
    found: dict[int, list[Moment]] = {}
    taken = [0] * len(result.runs)
    begins: dict[int, float] = {}
    for block in result.blocks:
        begin, taken[block.run] = taken[block.run], taken[block.run] + block.samples
        values = result.runs[block.run].samples_ms.end_to_end[begin : taken[block.run]]
        zero = begins.setdefault(block.run, block.begin_s) if result.plan.scenario == "sustained" else 0.0
        moment = Moment(seconds=block.begin_s - zero, milliseconds=median(values), block=block)
        found.setdefault(block.run, []).append(moment)
    return dict(sorted(found.items()))


def thinned(points: Iterable[Moment], value: Callable[[Moment], float | None]) -> list[tuple[float, float]]:
    """(seconds, value) of those that have one; of neighbours the medians, when there are more than `MAX_POINTS`."""
    known = [(point.seconds, found) for point in points if (found := value(point)) is not None]
    groups = np.array_split(np.asarray(known, np.float64).reshape(-1, 2), min(len(known), MAX_POINTS) or 1)
    return [
        (round(float(seconds), 3), round(float(middle), 5))
        for group in groups
        if len(group)
        for seconds, middle in [np.median(group, axis=0)]
    ]


def time_unit(seconds: float) -> tuple[float, str]:
    """How many seconds the unit has that reads best up to `seconds`, and its name."""
    return (60.0, "minutes") if seconds > _MINUTES_FROM else (1.0, "seconds")
