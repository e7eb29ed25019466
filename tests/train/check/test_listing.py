import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgesmith.runtime.errors import DataError
from edgesmith.train.check.findings import Finding
from edgesmith.train.check.listing import Listing, list_pictures
from edgesmith.train.progress import Progress

Folder = Callable[..., Path]


def list_(data: Path | str) -> Listing:
    return list_pictures(data, seed=0, progress=Progress())


def by_kind(listing: Listing) -> dict[str, Finding]:
    return {finding.kind: finding for finding in listing.findings}


def test_class_folders_are_one_whole(folder: Folder) -> None:
    listing = list_(folder(whole=3))

    assert listing.counts() == {"all": {"cat": 3, "dog": 3}}
    assert listing.pictures[0].path == "cat/000.png"
    assert listing.findings == ()


def test_splits_are_told_apart_in_their_order(folder: Folder) -> None:
    listing = list_(folder(test=1, validation=2, train=3))

    assert listing.counts() == {
        "train": {"cat": 3, "dog": 3},
        "val": {"cat": 2, "dog": 2},
        "test": {"cat": 1, "dog": 1},
    }
    assert listing.findings == ()


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("train", "valid", "test"), ["valid -> val"]),
        (("Train", "test"), ["Train -> train"]),
        (("train", "val", "validation"), ["validation -> val"]),
    ],
    ids="/".join,
)
def test_split_names_that_train_does_not_read(
    folder: Folder, names: tuple[str, ...], told: list[str]
) -> None:
    finding = by_kind(list_(folder(**dict.fromkeys(names, 1))))["split-name"]

    assert finding.severity == "error"
    assert [item.detail for item in finding.items] == told


def test_class_named_like_a_split_is_a_class(folder: Folder) -> None:
    data = folder(whole=1)
    (data / "cat").rename(data / "test")

    assert list_(data).counts() == {"all": {"dog": 1, "test": 1}}


def test_empty_and_absent_classes_are_listed_with_zero(folder: Folder) -> None:
    data = folder(train=1, test=1)
    (data / "train" / "fox").mkdir()

    listing = list_(data)

    assert listing.counts()["train"]["fox"] == listing.counts()["test"]["fox"] == 0
    assert set(listing.empty) == {("train", "fox")}


def test_files_that_nobody_reads_are_counted(folder: Folder) -> None:
    data = folder(train=1, test=1)
    (data / "train" / "cat" / "phone.HEIC").touch()
    (data / "train" / "dog" / "notes.txt").touch()
    (data / "train" / "dog" / ".hidden").touch()
    (data / "test" / "stray.png").touch()

    finding = by_kind(list_(data))["ignored"]

    assert finding.what == "3 files that training will not read"
    assert {item.detail for item in finding.items} == {
        "1 picture beside the class folders, not in one",
        "1 file: .heic",
        "1 file: .txt",
    }


def test_name_that_is_not_text(folder: Folder) -> None:
    data = folder(whole=2)
    source = os.fsencode(data / "cat" / "000.png")
    try:
        Path(os.fsdecode(source)).rename(os.fsdecode(source.replace(b"000", b"\xff")))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")

    finding = by_kind(list_(data))["name"]

    assert finding.severity == "error"
    assert len(finding.items) == 1


@pytest.mark.parametrize("made", ["absent", "empty", "pictures without classes"])
def test_what_is_no_data_set_is_an_error(tmp_path: Path, folder: Folder, made: str) -> None:
    data = tmp_path / "data"
    if made != "absent":
        folder(whole=1)
        for picture in data.glob("*/*"):
            picture.unlink() if made == "empty" else picture.rename(data / f"{picture.parent.name}.png")

    with pytest.raises(DataError) as error:
        list_(data)
    assert error.value.tip


def test_npz_is_listed_through_the_splits_of_train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGESMITH_CACHE", str(tmp_path / "cache"))
    pixels = np.random.default_rng(0).integers(0, 256, (40, 8, 8)).astype(np.uint8)
    labels = np.arange(40) % 2
    np.savez(tmp_path / "a.npz", x_train=pixels, y_train=labels, x_test=pixels[:6], y_test=labels[:6])

    counts = list_(tmp_path / "a.npz").counts()

    assert {split: sum(of.values()) for split, of in counts.items()} == {"train": 36, "val": 4, "test": 6}
