from itertools import islice

import pytest

from edgesmith.benchmarks.schedule import BLOCKS, block_size, image_order, rounds


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
