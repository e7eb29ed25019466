"""In which order variants take their turns, and how much they do in each.

Every variant is measured in blocks; in each round every unfinished variant has one block, in a random order.
What drifts (temperature, other processes) so hits all variants alike instead of the last one.
"""

import math
import random
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

BLOCKS = 10  # rounds in which every variant should be done
_MARGIN = 1.1  # a warm-up's median is a little off; without it most variants would need an eleventh round


def rounds(variants: Sequence[T], *, seed: int) -> Iterator[list[T]]:
    """Random orders of all variants, without end; the same for the same seed."""
    # Orders, not secrets.
    generator = random.Random(seed)
    while True:
        order = list(variants)
        generator.shuffle(order)
        yield order


def block_size(*, samples: int, seconds: float, expected_ms: float) -> int:
    """Samples a block, so that `BLOCKS` blocks give `samples` and last `seconds` at `expected_ms` each."""
    needed_for_time = math.ceil(_MARGIN * seconds * 1000 / max(expected_ms, 1e-3))
    return math.ceil(max(samples, needed_for_time) / BLOCKS)


def image_order(images: Sequence[T], *, seed: int) -> list[T]:
    """All images in a random order, the same for the same seed; samples go through it in a circle."""
    order = list(images)
    random.Random(seed).shuffle(order)
    return order
