from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.imagefolder import SPLITS, LabelledImages
from edgesmith.train.data.splits import draw_splits, require_same_classes

Draw = Callable[..., Path]
ROOT = Path("/data")


def images(root: Path = ROOT, **counts: int) -> LabelledImages:
    pairs = [(root / label / f"{number:03}.png", label) for label, n in counts.items() for number in range(n)]
    labels = tuple(counts)
    return LabelledImages(
        labels=labels, files=tuple(f for f, _ in pairs), classes=tuple(labels.index(c) for _, c in pairs)
    )


def test_split_is_stratified_80_10_10() -> None:
    splits = draw_splits(images(blue=10, red=20), ROOT, seed=0)

    counts = {name: [found.classes.count(c) for c in (0, 1)] for name, found in splits.items()}
    assert counts == {"train": [8, 16], "val": [1, 2], "test": [1, 2]}
    assert all(found.labels == ("blue", "red") for found in splits.values())


def test_every_image_is_in_exactly_one_split_with_its_class() -> None:
    whole = images(blue=13, green=14, red=15)

    splits = draw_splits(whole, ROOT, seed=3)

    pairs = [pair for name in SPLITS for pair in zip(splits[name].files, splits[name].classes, strict=True)]
    assert sorted(pairs) == sorted(zip(whole.files, whole.classes, strict=True))
    assert all(list(split.files) == sorted(split.files) for split in splits.values())


def test_seed_decides_on_the_split() -> None:
    whole = images(blue=20, red=20)

    assert draw_splits(whole, ROOT, seed=1) == draw_splits(whole, ROOT, seed=1)
    assert draw_splits(whole, ROOT, seed=1) != draw_splits(whole, ROOT, seed=2)


def test_place_of_the_data_does_not_decide() -> None:
    here = draw_splits(images(blue=20, red=20), ROOT, seed=1)
    there = draw_splits(images(Path("/mnt/disk"), blue=20, red=20), Path("/mnt/disk"), seed=1)

    assert [file.name for file in there["val"].files] == [file.name for file in here["val"].files]


def test_val_alone_leaves_the_rest_to_train() -> None:
    splits = draw_splits(images(blue=10, red=30), ROOT, seed=0, drawn=("val",))

    assert {name: len(found.files) for name, found in splits.items()} == {"train": 36, "val": 4}


def test_class_too_small_is_named() -> None:
    with pytest.raises(DataError, match="'blue' has 2 images; 3"):
        draw_splits(images(blue=2, red=9), ROOT, seed=0)


def test_class_missing_from_a_split_is_named() -> None:
    with pytest.raises(DataError, match=r"'val' of 'flowers' lacks the classes \['rose'\]"):
        require_same_classes(
            {"train": ["lily", "rose"], "val": ["lily"], "test": ["rose", "lily"]}, "flowers"
        )
