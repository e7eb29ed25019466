from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks.plan import BenchmarkPlan, Scenario
from edgesmith.benchmarks.schedule import BLOCKS, block_size, blocks_for, image_order, rounds, turns


def test_every_round_has_every_variant_once() -> None:
    for order in islice(rounds("abcd", seed=0), 20):
        assert sorted(order) == list("abcd")


def test_the_order_changes_between_rounds_and_repeats_for_the_same_seed() -> None:
    first, again, other = (list(islice(rounds("abcd", seed=seed), 10)) for seed in (1, 1, 2))
    assert first == again != other
    assert len({tuple(order) for order in first}) > 1


@pytest.mark.parametrize(
    ("samples", "seconds", "expected_ms", "size"),
    [(200, 5.0, 100.0, 20), (200, 5.0, 1.0, 550), (50, 0.0, 1.0, 5), (1, 0.0, 1.0, 1)],
    ids=["slow: samples decide", "fast: seconds decide", "quick", "one"],
)
def test_ten_blocks_reach_samples_and_seconds(
    samples: int, seconds: float, expected_ms: float, size: int
) -> None:
    assert block_size(samples=samples, seconds=seconds, expected_ms=expected_ms) == size
    assert size * BLOCKS >= samples
    assert size * BLOCKS * expected_ms >= 1000 * seconds


def test_images_are_shuffled_by_seed() -> None:
    images = list(range(50))
    assert image_order(images, seed=3) == image_order(images, seed=3) != image_order(images, seed=4)
    assert sorted(image_order(images, seed=3)) == images


@dataclass
class Counter:
    """Someone who takes `left` turns."""

    number: int
    left: int

    def is_done(self) -> bool:
        return self.left == 0


@pytest.mark.parametrize(
    ("scenario", "expected"), [("interleaved", [1, 0, 0, 1, 1]), ("sustained", [0, 0, 1, 1, 1])]
)
def test_turns_end_when_all_are_done(scenario: Scenario, expected: list[int]) -> None:
    seats = [Counter(0, 2), Counter(1, 3)]
    taken = []
    for seat in turns(seats, scenario=scenario, orders=iter([[1, 0], [0, 1], [1, 0]])):
        seat.left -= 1
        taken.append(seat.number)
    assert taken == expected


@pytest.mark.parametrize(
    ("changes", "blocks"),
    [({}, 10), ({"processes": 5}, 10), ({"processes": 20}, 40), ({"scenario": "sustained", "seconds": 600.0}, 300)],
    ids=str,
)  # fmt: skip
def test_blocks_are_enough_for_every_process_and_every_two_seconds(
    changes: dict[str, Any], blocks: int
) -> None:
    assert blocks_for(BenchmarkPlan(models=(Path("a.onnx"),), data=Path("d"), **changes)) == blocks
