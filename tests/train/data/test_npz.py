import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgesmith.runtime.errors import DataError
from edgesmith.train.data import DataSet, find_splits

RNG = np.random.default_rng(0)
X_TRAIN = RNG.integers(0, 256, (40, 5, 6), np.uint8)
X_TEST = RNG.integers(0, 256, (8, 5, 6), np.uint8)
Y_TRAIN = np.arange(40, dtype=np.uint8) % 4
Y_TEST = np.arange(8, dtype=np.uint8) % 4


def save(folder: Path, **changes: Any) -> Path:
    arrays = {"x_train": X_TRAIN, "y_train": Y_TRAIN, "x_test": X_TEST, "y_test": Y_TEST, **changes}
    file = folder / "digits.npz"
    np.savez(file, **{name: value for name, value in arrays.items() if value is not None})
    return file


def pixels(data: DataSet) -> dict[int, np.ndarray[Any, Any]]:
    """The images of train and val, by their number in the source."""
    files = [file for name in ("train", "val") for file in data.splits[name].files]
    return {int(file.stem): np.asarray(Image.open(file)) for file in files}


def test_arrays_are_written_without_loss(tmp_path: Path) -> None:
    data = find_splits(save(tmp_path), seed=0)

    found = pixels(data)
    assert len(found) == 40
    for number, image in found.items():
        np.testing.assert_array_equal(image, X_TRAIN[number])
    assert {name: len(images.files) for name, images in data.splits.items()} == {
        "train": 36,
        "val": 4,
        "test": 8,
    }
    assert data.splits["test"].labels == ("0", "1", "2", "3")
    assert all(
        int(file.stem) % 4 == c
        for s in data.splits.values()
        for file, c in zip(s.files, s.classes, strict=True)
    )


@pytest.mark.parametrize("shape", [(5, 6), (5, 6, 1), (5, 6, 3)], ids=["n h w", "n h w 1", "n h w 3"])
@pytest.mark.parametrize("column", [False, True], ids=["y [n]", "y [n, 1]"])
def test_shapes(tmp_path: Path, shape: tuple[int, ...], column: bool) -> None:
    train = RNG.integers(0, 256, (40, *shape), np.uint8)
    y_train = Y_TRAIN[:, None] if column else Y_TRAIN

    found = pixels(find_splits(save(tmp_path, x_train=train, y_train=y_train), seed=0))

    for number, image in found.items():
        np.testing.assert_array_equal(image, train[number].squeeze())


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        pytest.param(X_TRAIN.astype(np.int64), X_TRAIN, id="int64"),
        pytest.param(X_TRAIN.astype(">u2"), X_TRAIN, id="big-endian uint16"),
        pytest.param(X_TRAIN.astype(np.float64), X_TRAIN, id="float 0..255"),
        pytest.param((X_TRAIN / 255).astype(np.float32), X_TRAIN, id="float 0..1"),
        pytest.param((X_TRAIN / 255).astype(np.float16), X_TRAIN, id="float16 0..1"),
        pytest.param(X_TRAIN > 127, np.where(X_TRAIN > 127, 255, 0), id="bool"),
    ],
)
def test_types(tmp_path: Path, images: np.ndarray[Any, Any], expected: np.ndarray[Any, Any]) -> None:
    found = pixels(find_splits(save(tmp_path, x_train=images, x_test=X_TEST), seed=0))

    for number, image in found.items():
        np.testing.assert_array_equal(image, expected[number])


def test_class_names(tmp_path: Path) -> None:
    file = save(tmp_path, labels=np.array(["T-shirt/top", "coat", "bag", "boot"]))

    data = find_splits(file, seed=0)

    assert data.splits["test"].labels == ("T-shirt_top", "bag", "boot", "coat")
    of_class = {
        images.labels[c]
        for images in data.splits.values()
        for f, c in zip(images.files, images.classes, strict=True)
        if int(f.stem) % 4 == 1
    }
    assert of_class == {"coat"}


def test_own_val_is_kept(tmp_path: Path) -> None:
    data = find_splits(save(tmp_path, x_val=X_TEST, y_val=Y_TEST), seed=0)

    assert {name: len(images.files) for name, images in data.splits.items()} == {
        "train": 40,
        "val": 8,
        "test": 8,
    }


def test_eleven_classes_sort_by_number(tmp_path: Path) -> None:
    data = find_splits(
        save(tmp_path, y_train=np.arange(40) % 11, x_test=X_TRAIN, y_test=np.arange(40) % 11), seed=0
    )

    assert data.splits["train"].labels == tuple(f"{number:02}" for number in range(11))


class Payload:
    """What an array of objects may do to whoever unpickles it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("unpickled",)


@pytest.mark.parametrize("key", ["x_train", "y_train", "labels"])
def test_pickles_are_never_opened(tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = save(tmp_path, **{key: np.array([Payload()] * 40, dtype=object)})

    with pytest.raises(DataError, match=f"{key} of .* holds Python objects"):
        find_splits(file, seed=0)
    assert not Path("unpickled").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"x_test": None, "y_test": None}, "no x_test, y_test; it holds x_train, y_train", id="keys"
        ),
        pytest.param({"x_val": X_TEST}, "has no y_val", id="val without labels"),
        pytest.param({"y_train": Y_TRAIN[:-1]}, "39 labels for the 40 images", id="count"),
        pytest.param({"y_train": np.eye(4)[Y_TRAIN]}, r"shape \[40, 4\]; labels are", id="one-hot"),
        pytest.param(
            {"y_train": Y_TRAIN.astype(np.float32)}, "float32; labels are integers", id="float labels"
        ),
        pytest.param({"y_train": Y_TRAIN.astype(np.int8) - 1}, "the label -1", id="negative label"),
        pytest.param({"y_train": np.array(["a"] * 40)}, "labels are integers", id="text labels"),
        pytest.param({"x_train": X_TRAIN.reshape(40, 30)}, r"shape \[40, 30\]; images are", id="flat"),
        pytest.param({"x_train": np.zeros((40, 3, 5, 6), np.uint8)}, "images are", id="channels first"),
        pytest.param({"x_train": np.zeros((0, 5, 6), np.uint8)}, r"shape \[0, 5, 6\]", id="no images"),
        pytest.param({"x_train": X_TRAIN.astype(np.int16) - 128}, "values from -128 to 127", id="below 0"),
        pytest.param({"x_train": X_TRAIN.astype(np.int32) * 2}, "values from 0 to 510", id="above 255"),
        pytest.param({"x_train": np.full((40, 5, 6), np.nan)}, "values from nan", id="NaN"),
        pytest.param({"x_train": np.zeros((40, 5, 6), complex)}, "type complex128", id="complex"),
        pytest.param({"x_train": np.asfortranarray(X_TRAIN)}, "column by column", id="Fortran order"),
        pytest.param(
            {"x_train": X_TRAIN / 255, "x_test": X_TEST.astype(float)},
            "x_train.* 0..1, and x_test",
            id="two ranges",
        ),
        pytest.param({"labels": np.array(["a", "b", "c"])}, "class 3, and there are 3 names", id="names"),
        pytest.param({"labels": np.array(["a", "b", "c", ".."])}, "begins with a dot", id="odd name"),
        pytest.param({"labels": np.arange(4)}, "it is a list of names", id="names of numbers"),
        pytest.param(
            {"y_train": np.zeros(40, int), "y_test": np.zeros(8, int)}, "only the classes", id="one class"
        ),
        pytest.param({"y_train": np.arange(40)}, r"'test' of .* lacks", id="classes without test images"),
    ],
)
def test_bad_arrays_are_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        find_splits(save(tmp_path, **changes), seed=0)
    assert caught.value.tip


def test_damaged_and_strange_files_are_refused(tmp_path: Path) -> None:
    whole = save(tmp_path).read_bytes()
    damaged = bytearray(whole)
    damaged[600] ^= 255  # in the pixels of x_train, which the zip's checksum covers
    strange = {"truncated": whole[:700], "flipped": bytes(damaged), "text": b"x" * 900, "empty": b""}
    for name, content in strange.items():
        file = tmp_path / f"{name}.npz"
        file.write_bytes(content)

        with pytest.raises(DataError, match="damaged or truncated"):
            find_splits(file, seed=0)
