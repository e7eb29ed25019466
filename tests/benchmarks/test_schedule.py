from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks.plan import BenchmarkPlan, Scenario
from edgesmith.benchmarks.schedule import block_size, image_order, rounds, turns


def test_every_round_has_every_variant_once() -> None:
    for order in islice(rounds("abcd", seed=0), 20):
        assert sorted(order) == list("abcd")


def test_the_order_changes_between_rounds_and_repeats_for_the_same_seed() -> None:
    first, again, other = (list(islice(rounds("abcd", seed=seed), 10)) for seed in (1, 1, 2))
    assert first == again != other
    assert len({tuple(order) for order in first}) > 1


@pytest.mark.parametrize(
    ("changes", "expected_ms", "size"),
    [
        ({}, 100.0, 20),
        ({}, 1.0, 550),
        ({"samples": 50, "seconds": 0.0}, 1.0, 5),
        ({"samples": 1, "seconds": 0.0}, 1.0, 1),
        ({"processes": 5}, 4.0, 13),
        ({"processes": 5}, 100.0, 3),
        ({"processes": 5, "samples": 20, "seconds": 0.0}, 1.0, 2),
        ({"scenario": "sustained", "seconds": 600.0}, 10.0, 220),
        ({"scenario": "single-stream", "seconds": 5.0, "processes": 5}, 1.0, 550),
        ({"scenario": "single-stream", "seconds": 5.0, "processes": 20}, 1.0, 138),
        ({"processes": 2, "samples": 50, "seconds": 0.0}, 1.0, 5),
    ],
    ids=[
        "slow: samples decide",
        "fast: seconds decide",
        "quick",
        "one",
        "several processes: 50 ms",
        "several processes, slow: three samples",
        "several processes, few samples: two blocks each",
        "two seconds",
        "without a pause",
        "without a pause, many processes: two blocks each",
        "two processes: ten blocks",
    ],
)
def test_the_size_of_a_block(changes: dict[str, Any], expected_ms: float, size: int) -> None:
    plan = BenchmarkPlan(models=(Path("a.onnx"),), data=Path("d"), **changes)
    assert block_size(plan, expected_ms=expected_ms) == size


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
