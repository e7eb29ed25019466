import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.imagefolder import SPLITS
from edgesmith.train.data.folder import find_folder_splits

Draw = Callable[..., Path]


def counts(folder: Path) -> dict[str, int]:
    return {name: len(images.files) for name, images in find_folder_splits(folder, seed=0).items()}


def test_classes_without_splits_are_split(tmp_path: Path, draw: Draw) -> None:
    assert counts(draw(tmp_path, "red", "blue", count=10, size=4)) == {"train": 16, "val": 2, "test": 2}


def test_given_splits_are_kept(three_splits: Path) -> None:
    splits = find_folder_splits(three_splits, seed=0)

    assert counts(three_splits) == {"train": 16, "val": 8, "test": 8}
    assert all(three_splits / name in file.parents for name in SPLITS for file in splits[name].files)


def test_validation_is_val(three_splits: Path) -> None:
    (three_splits / "val").rename(three_splits / "validation")

    splits = find_folder_splits(three_splits, seed=0)

    assert list(splits) == ["train", "val", "test"]
    assert {file.parents[1].name for file in splits["val"].files} == {"validation"}


def test_missing_val_is_drawn_from_train(tmp_path: Path, draw: Draw) -> None:
    draw(tmp_path / "train", "red", "blue", count=20, size=4)
    draw(tmp_path / "test", "red", "blue", count=3, size=4)

    splits = find_folder_splits(tmp_path, seed=0)

    assert counts(tmp_path) == {"train": 36, "val": 4, "test": 6}
    assert {file.parents[1].name for name in ("train", "val") for file in splits[name].files} == {"train"}
    assert not set(splits["train"].files) & set(splits["val"].files)
    assert splits["val"].classes == (0, 0, 1, 1)


def test_two_names_of_one_split_are_refused(three_splits: Path) -> None:
    shutil.copytree(three_splits / "val", three_splits / "validation")

    with pytest.raises(DataError, match="both 'val' and 'validation'"):
        find_folder_splits(three_splits, seed=0)


@pytest.mark.parametrize("kept", ["val", "validation"])
def test_missing_test_is_named(three_splits: Path, kept: str) -> None:
    shutil.rmtree(three_splits / "test")
    (three_splits / "val").rename(three_splits / kept)

    with pytest.raises(DataError, match="no folder 'test'"):
        find_folder_splits(three_splits, seed=0)


def test_class_missing_from_a_split_is_named(three_splits: Path, draw: Draw) -> None:
    draw(three_splits / "train", "green")
    draw(three_splits / "test", "green")

    with pytest.raises(DataError, match=r"'val' of '.*' lacks the classes \['green'\]"):
        find_folder_splits(three_splits, seed=0)


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
        find_folder_splits(tmp_path, seed=0)
