from pathlib import Path

import numpy as np
import pytest

from edgesmith.runtime.errors import ImageError
from edgesmith.runtime.images import load
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.data import find_splits
from edgesmith.train.pipeline import (
    MEMORY_LIMIT,
    ImageSet,
    feature_batches,
    fits_in_memory,
    image_batches,
    read_images,
)

SPEC = InputSpec(height=16, width=24, channels=3)


def read(folder: Path, *, keep: bool, spec: InputSpec = SPEC) -> ImageSet:
    return read_images(find_splits(folder, seed=0)["train"], spec, keep=keep, advance=lambda _: None)


@pytest.mark.parametrize("keep", [True, False], ids=["in memory", "from files"])
@pytest.mark.parametrize("channels", [1, 3], ids=["grey", "RGB"])
def test_network_is_fed_what_the_device_feeds(three_splits: Path, keep: bool, channels: int) -> None:
    spec = InputSpec(height=16, width=24, channels=channels)
    images = read(three_splits, keep=keep, spec=spec)

    batches = list(image_batches(images, batch_size=5).as_numpy_iterator())

    pixels, classes = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    assert [len(batch[0]) for batch in batches] == [5, 5, 5, 1]
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels, np.concatenate([load(file, spec) for file in images.files]))
    np.testing.assert_array_equal(classes, images.classes)


def test_seed_decides_on_an_order_that_changes_by_epoch(three_splits: Path) -> None:
    images = read(three_splits, keep=True)

    def two_epochs(seed: int) -> list[bytes]:
        batches = image_batches(images, batch_size=16, shuffle_seed=seed)
        return [next(batches.as_numpy_iterator())[0].tobytes() for _ in range(2)]

    assert two_epochs(1) == two_epochs(1)
    assert two_epochs(1) != two_epochs(2)
    assert len(set(two_epochs(1))) == 2


def test_shuffled_images_keep_their_classes(three_splits: Path) -> None:
    images = read(three_splits, keep=True)
    assert images.pixels is not None
    truth = {pixels.tobytes(): label for pixels, label in zip(images.pixels, images.classes, strict=True)}

    for pixels, classes in image_batches(images, batch_size=4, shuffle_seed=0).as_numpy_iterator():
        assert [truth[image.tobytes()] for image in pixels] == classes.tolist()


@pytest.mark.parametrize("damage", ["truncated", "no picture"])
def test_unreadable_image_is_named(three_splits: Path, damage: str) -> None:
    damaged = three_splits / "train" / "red" / "3.png"
    damaged.write_bytes(damaged.read_bytes()[:-40] if damage == "truncated" else b"text")

    with pytest.raises(ImageError, match=r"red/3\.png"):
        read(three_splits, keep=False)


def test_each_image_advances_the_progress(three_splits: Path) -> None:
    steps: list[int] = []

    read_images(find_splits(three_splits, seed=0)["val"], SPEC, keep=False, advance=steps.append)

    assert sum(steps) == 8


def test_large_splits_are_not_kept(three_splits: Path) -> None:
    splits = find_splits(three_splits, seed=0).values()
    side = int((MEMORY_LIMIT / 32 / 3) ** 0.5)

    assert fits_in_memory(splits, InputSpec(height=side, width=side, channels=3))
    assert not fits_in_memory(splits, InputSpec(height=side + 1, width=side + 1, channels=3))


def test_feature_batches_keep_rows_and_classes_together() -> None:
    features = np.arange(10, dtype=np.float32)[:, None]

    batches = feature_batches(features, np.arange(10), batch_size=4, shuffle_seed=0)

    rows = [
        (row[0], label) for batch in batches.as_numpy_iterator() for row, label in zip(*batch, strict=True)
    ]
    assert sorted(rows) == [(float(index), index) for index in range(10)]
    assert rows != sorted(rows)
