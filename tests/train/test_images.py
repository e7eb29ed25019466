from pathlib import Path

import numpy as np
import pytest

from edgesmith.runtime.errors import ImageError
from edgesmith.runtime.images import load
from edgesmith.runtime.spec import InputSpec
from edgesmith.train import images as images_module
from edgesmith.train.data import find_splits
from edgesmith.train.images import MEMORY_LIMIT, ImageSet, fits_in_memory

SPEC = InputSpec(height=16, width=24, channels=3)


def image_set(folder: Path, *, keep: bool, spec: InputSpec = SPEC) -> ImageSet:
    return ImageSet(find_splits(str(folder), seed=0).splits["train"], spec, keep=keep)


@pytest.mark.parametrize("keep", [True, False], ids=["in memory", "from files"])
@pytest.mark.parametrize("channels", [1, 3], ids=["grey", "RGB"])
def test_network_is_fed_what_the_device_feeds(three_splits: Path, keep: bool, channels: int) -> None:
    spec = InputSpec(height=16, width=24, channels=channels)
    images = image_set(three_splits, keep=keep, spec=spec)
    images.read(lambda _: None)

    pixels = images.load(np.array([3, 15, 0]))

    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(
        pixels, np.concatenate([load(images.files[index], spec) for index in (3, 15, 0)])
    )


def test_kept_pixels_are_decoded_once(three_splits: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = image_set(three_splits, keep=True)
    images.read(lambda _: None)
    monkeypatch.setattr(images_module, "load", None)

    assert images.load(np.arange(16)).shape == (16, 16, 24, 3)


def test_each_image_advances_the_progress_and_then_it_is_read(three_splits: Path) -> None:
    images, steps = image_set(three_splits, keep=False), list[int]()
    assert not images.is_read

    images.read(steps.append)

    assert sum(steps) == len(images) == 16
    assert images.is_read


@pytest.mark.parametrize("keep", [True, False], ids=["in memory", "from files"])
@pytest.mark.parametrize("damage", ["truncated", "no picture"])
def test_unreadable_image_is_named(three_splits: Path, damage: str, keep: bool) -> None:
    damaged = three_splits / "train" / "red" / "3.png"
    damaged.write_bytes(damaged.read_bytes()[:-40] if damage == "truncated" else b"text")
    images = image_set(three_splits, keep=keep)

    with pytest.raises(ImageError, match=r"red/3\.png"):
        images.read(lambda _: None)

    assert not images.is_read


def test_large_splits_are_not_kept(three_splits: Path) -> None:
    splits = find_splits(str(three_splits), seed=0).splits.values()
    side = int((MEMORY_LIMIT / 32 / 3) ** 0.5)

    assert fits_in_memory(splits, InputSpec(height=side, width=side, channels=3))
    assert not fits_in_memory(splits, InputSpec(height=side + 1, width=side + 1, channels=3))
