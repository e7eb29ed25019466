import time
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.errors import DataError
from edgesmith.train.data import find_splits

Draw = Callable[..., Path]


@pytest.mark.parametrize("name", ["photos.zip", "photos.txt", "photo.jpg"])
def test_other_files_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")

    with pytest.raises(DataError, match="no data set that can be read") as caught:
        find_splits(tmp_path / name, seed=0)
    assert "tfds:NAME" in str(caught.value.tip)


@pytest.mark.parametrize("name", ["nowhere", "nowhere.npz", "nowhere.csv", "nowhere.tfrecord"])
def test_absent_source_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=f"{name}' does not exist"):
        find_splits(tmp_path / name, seed=0)


def test_root_is_absolute_and_every_file_below_it(
    tmp_path: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(tmp_path / "photos", "red", "blue", count=5, size=4)
    (tmp_path / "link").symlink_to(tmp_path / "photos")
    monkeypatch.chdir(tmp_path)

    for data in ("photos", "link", Path("photos")):
        found = find_splits(data, seed=0)
        assert found.root == tmp_path / "photos"
        assert all(f.is_relative_to(found.root) for images in found.splits.values() for f in images.files)


@pytest.mark.shared_data
@pytest.mark.slow
def test_mnist_is_written_in_a_minute_and_found_in_seconds(shared_data: Path) -> None:
    file = shared_data / "mnist" / "mnist.npz"

    written = find_splits(file, seed=0)
    start = time.process_time()
    again = find_splits(file, seed=0)

    assert time.process_time() - start < 4  # 1.2 s of one core here, the second time
    assert again == written
    assert {name: len(images.files) for name, images in again.splits.items()} == {
        "train": 54_001, "val": 5_999, "test": 10_000,
    }  # fmt: skip
