import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.errors import ImageError
from edgesmith.runtime.imagefolder import SPLITS
from edgesmith.train.data import find_splits, leaks, record_splits

Draw = Callable[..., Path]


def test_record_holds_paths_below_the_root_and_hashes(three_splits: Path) -> None:
    record = record_splits(find_splits(three_splits, seed=0))

    assert Path(record.root) == three_splits.resolve()
    assert record.val[0].path == "val/blue/0.png"
    expected = hashlib.sha256((three_splits / "val/blue/0.png").read_bytes()).hexdigest()
    assert record.val[0].sha256 == expected
    assert leaks(record) == []


def test_more_files_than_threads_take_at_once_stay_in_order(tmp_path: Path, draw: Draw) -> None:
    draw(tmp_path, "red", "blue", count=150, size=2)
    data = find_splits(tmp_path, seed=0)
    steps: list[int] = []

    record = record_splits(data, advance=steps.append)

    for name in SPLITS:
        images = data.splits[name]
        assert [Path(record.root) / image.path for image in record.split(name)] == list(images.files)
        assert [image.label for image in record.split(name)] == list(images.classes)
    assert sum(steps) == 300


def test_same_bytes_in_two_splits_are_found(three_splits: Path) -> None:
    shutil.copy(three_splits / "train/red/1.png", three_splits / "test/red/9.png")
    shutil.copy(three_splits / "train/red/2.png", three_splits / "train/red/9.png")

    record = record_splits(find_splits(three_splits, seed=0))

    assert leaks(record) == [("train/red/1.png", "test/red/9.png")]


def test_file_that_has_gone_is_named(three_splits: Path) -> None:
    data = find_splits(three_splits, seed=0)
    (three_splits / "val/red/2.png").unlink()

    with pytest.raises(ImageError, match=r"val/red/2\.png"):
        record_splits(data)
