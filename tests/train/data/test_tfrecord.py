from pathlib import Path

import pytest

from edgesmith.runtime.errors import DataError
from edgesmith.train.data import find_splits
from edgesmith.train.data.tfrecord import TFRecordSource, is_record_name


@pytest.mark.parametrize(
    "name",
    ["a.tfrecord", "a.tfrecords", "a-train.tfrecord-00000-of-00005", "a.tfrecord.gz", "a.tfrecord-0-of-1.gz"],
)
def test_names_of_record_files(name: str) -> None:
    assert is_record_name(name)


@pytest.mark.parametrize("name", ["a.tfrecord.index", "tfrecord", "a.record.txt", "a.tfrecord-00000"])
def test_other_names(name: str) -> None:
    assert not is_record_name(name)


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).touch()
    return folder


def test_missing_shards_are_named(tmp_path: Path) -> None:
    touch(tmp_path, "x.tfrecord-00000-of-00003", "x.tfrecord-00002-of-00003")

    with pytest.raises(DataError, match=r"lacks 1 of the 3 files .*: x\.tfrecord-00001-of-00003"):
        find_splits(tmp_path, seed=0)


def test_order_of_the_folder_does_not_count(tmp_path: Path) -> None:
    touch(tmp_path, "b.tfrecord", "a.tfrecord", "c.txt")

    assert list(TFRecordSource(tmp_path).files()) == ["a.tfrecord", "b.tfrecord"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        pytest.param(
            ["x-train.tfrecord", "x-more.tfrecord"], "'x-more.tfrecord', which names none", id="some"
        ),
        pytest.param(
            ["x-train.tfrecord", "x-val.tfrecord"], "train, val; train and test are needed", id="no test"
        ),
        pytest.param(["testing.tfrecord"], "splits test; train and test are needed", id="no train"),
    ],
)
def test_incomplete_splits_are_refused(tmp_path: Path, names: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        find_splits(touch(tmp_path, *sorted(names, reverse=True)), seed=0)
