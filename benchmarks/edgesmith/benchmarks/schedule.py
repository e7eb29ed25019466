"""In which order variants take their turns, and how much they do in each.

Every variant is measured in blocks; in each round every unfinished variant has one block, in a random order.
What drifts (temperature, other processes) so hits all variants alike instead of the last one. The scenarios
`single-stream` and `sustained` are about one variant that works without a pause: there each has all its turns
in a row.
"""

import math
import random
from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

from edgesmith.benchmarks.plan import BenchmarkPlan, Scenario

T = TypeVar("T")

BLOCKS = 10  # rounds in which every variant should be done
_LEAST_BLOCKS = 2  # of a process: with less, `edgesmith compare` says nothing of it
_BLOCK_SECONDS = 2.0  # of the scenarios without pause: how often temperature and frequency are read
_MARGIN = 1.1  # a warm-up's median is a little off; without it most variants would need an eleventh round

# With several processes, for `edgesmith compare`: blocks so short that the machine hardly changes its speed within one.
# A shared x86 host was seen to change it by 30 % every few tenths of a second. Of less than three samples the median is
# one sample, and most of the time would go into settling.
_SHORT_BLOCK_MS, _LEAST_SAMPLES = 50.0, 3


class Seat(Protocol):
    """Someone who takes turns until he is done."""

    number: int

    def is_done(self) -> bool:
        """Whether he needs no further turn."""


S = TypeVar("S", bound=Seat)


def rounds(variants: Sequence[T], *, seed: int) -> Iterator[list[T]]:
    """Random orders of all variants, without end; the same for the same seed."""
    # Orders, not secrets.
    generator = random.Random(seed)
    while True:
        order = list(variants)
        generator.shuffle(order)
        yield order


def turns(seats: Sequence[S], *, scenario: Scenario, orders: Iterator[Sequence[int]]) -> Iterator[S]:
    """Whose turn it is, until all are done; `orders` are random orders of the seats' numbers."""
    if scenario != "interleaved":
        for seat in seats:
            while not seat.is_done():
                yield seat
        return
    by_number = {seat.number: seat for seat in seats}
    while not all(seat.is_done() for seat in seats):
        for number in next(orders):
            if number in by_number and not by_number[number].is_done():
                yield by_number[number]


def block_size(plan: BenchmarkPlan, *, expected_ms: float) -> int:
    """Samples a block of a variant, one of which takes `expected_ms`.

    So many that about ten blocks have the plan's samples and seconds, or two a process, if that is more; the scenarios
    without a pause have one every two seconds, if that is more. With several processes by turns the blocks are short.
    """
    needed_for_time = math.ceil(_MARGIN * plan.seconds * 1000 / max(expected_ms, 1e-3))
    needed = max(plan.samples, needed_for_time)
    blocks = max(BLOCKS, _LEAST_BLOCKS * plan.processes)
    if plan.scenario != "interleaved":
        return math.ceil(needed / max(blocks, math.ceil(plan.seconds / _BLOCK_SECONDS)))
    size = math.ceil(needed / blocks)
    if plan.processes == 1:
        return size
    return min(size, max(_LEAST_SAMPLES, math.ceil(_SHORT_BLOCK_MS / max(expected_ms, 1e-3))))


def image_order(images: Sequence[T], *, seed: int) -> list[T]:
    """All images in a random order, the same for the same seed; samples go through it in a circle."""
    order = list(images)
    random.Random(seed).shuffle(order)
    return order
