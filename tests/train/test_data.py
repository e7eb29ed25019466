import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.imagefolder import SPLITS
from edgesmith.train.data import find_splits, leaks, record_splits

Draw = Callable[..., Path]


def test_split_is_stratified_80_10_10(tmp_path: Path, draw: Draw) -> None:
    draw(tmp_path, "red", count=20, size=4)
    draw(tmp_path, "blue", count=10, size=4)

    splits = find_splits(tmp_path, seed=0)

    counts = {name: [images.classes.count(c) for c in (0, 1)] for name, images in splits.items()}
    assert counts == {"train": [8, 16], "val": [1, 2], "test": [1, 2]}
    assert splits["train"].labels == ("blue", "red")


def test_every_image_is_in_exactly_one_split(tmp_path: Path, draw: Draw) -> None:
    draw(tmp_path, "red", "blue", "green", count=13, size=4)

    splits = find_splits(tmp_path, seed=3)

    files = [file for name in SPLITS for file in splits[name].files]
    assert sorted(files) == sorted(tmp_path.glob("*/*.png"))


def test_seed_decides_on_the_split(tmp_path: Path, draw: Draw) -> None:
    draw(tmp_path, "red", "blue", count=20, size=4)

    assert find_splits(tmp_path, seed=1) == find_splits(tmp_path, seed=1)
    assert find_splits(tmp_path, seed=1) != find_splits(tmp_path, seed=2)


def test_given_splits_are_kept(three_splits: Path) -> None:
    splits = find_splits(three_splits, seed=0)

    assert {name: len(images.files) for name, images in splits.items()} == {"train": 16, "val": 8, "test": 8}
    assert all(three_splits / name in file.parents for name in SPLITS for file in splits[name].files)


def test_class_missing_from_a_split_is_named(three_splits: Path, draw: Draw) -> None:
    draw(three_splits / "train", "green")
    draw(three_splits / "test", "green")

    with pytest.raises(DataError, match=r"val' lacks the classes \['green'\]"):
        find_splits(three_splits, seed=0)


def test_missing_split_is_named(three_splits: Path) -> None:
    shutil.rmtree(three_splits / "val")

    with pytest.raises(DataError, match="no folder 'val'"):
        find_splits(three_splits, seed=0)


@pytest.mark.parametrize(
    ("classes", "count", "message"),
    [
        pytest.param(["red"], 4, "1 class folders", id="one class"),
        pytest.param([], 0, "0 class folders", id="empty folder"),
        pytest.param(["red", "blue"], 0, "holds no images", id="empty class"),
        pytest.param(["red", "blue"], 2, "'blue' has 2 images; 3", id="too few to split"),
    ],
)
def test_unusable_folders_are_refused(
    tmp_path: Path, draw: Draw, classes: list[str], count: int, message: str
) -> None:
    draw(tmp_path, *classes, count=count, size=4)

    with pytest.raises(DataError, match=message):
        find_splits(tmp_path, seed=0)


def test_absent_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere"):
        find_splits(tmp_path / "nowhere", seed=0)


def test_record_holds_paths_below_the_root_and_hashes(three_splits: Path) -> None:
    record = record_splits(three_splits, find_splits(three_splits, seed=0))

    assert record.val[0].path == "val/blue/0.png"
    assert len(record.val[0].sha256) == 64
    assert leaks(record) == []


def test_same_bytes_in_two_splits_are_found(three_splits: Path) -> None:
    shutil.copy(three_splits / "train/red/1.png", three_splits / "test/red/9.png")
    shutil.copy(three_splits / "train/red/2.png", three_splits / "train/red/9.png")

    record = record_splits(three_splits, find_splits(three_splits, seed=0))

    assert leaks(record) == [("train/red/1.png", "test/red/9.png")]
