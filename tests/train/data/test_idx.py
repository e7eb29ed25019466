import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgesmith.runtime.errors import DataError
from edgesmith.train.data import find_splits

RNG = np.random.default_rng(0)
ARRAYS = {
    "train-images-idx3-ubyte": RNG.integers(0, 256, (40, 5, 6), np.uint8),
    "train-labels-idx1-ubyte": np.arange(40, dtype=np.uint8) % 10,
    "t10k-images-idx3-ubyte": RNG.integers(0, 256, (20, 5, 6), np.uint8),
    "t10k-labels-idx1-ubyte": np.arange(20, dtype=np.uint8) % 10,
}


def idx(array: np.ndarray[Any, Any], type_code: int = 8) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, type_code, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, array in ARRAYS.items():
        (tmp_path / name).write_bytes(idx(array))
    return tmp_path


def compress(folder: Path) -> None:
    for name in ARRAYS:
        (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes()))
        (folder / name).unlink()


@pytest.mark.parametrize("kind", ["plain", "gzipped", "dotted"])
def test_four_files_are_read(folder: Path, kind: str) -> None:
    if kind == "gzipped":
        compress(folder)
    if kind == "dotted":
        for name in ARRAYS:
            (folder / name).rename(folder / name.replace("-idx", ".idx"))

    splits = find_splits(folder, seed=0).splits

    assert {name: len(images.files) for name, images in splits.items()} == {
        "train": 30,
        "val": 10,
        "test": 20,
    }
    assert splits["test"].labels == tuple("0123456789")
    for file, index in zip(splits["test"].files, splits["test"].classes, strict=True):
        np.testing.assert_array_equal(Image.open(file), ARRAYS["t10k-images-idx3-ubyte"][int(file.stem)])
        assert index == int(file.stem) % 10


def test_missing_file_is_named(folder: Path) -> None:
    (folder / "t10k-labels-idx1-ubyte").unlink()

    with pytest.raises(DataError, match="no file of t10k-labels;"):
        find_splits(folder, seed=0)


def test_one_of_the_files_leads_to_its_folder(folder: Path) -> None:
    with pytest.raises(DataError, match="one of four IDX files") as caught:
        find_splits(folder / "train-images-idx3-ubyte", seed=0)
    assert str(folder) in str(caught.value.tip)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "begins with nothing", id="empty"),
        pytest.param(b"<!DOCTYPE html>", "begins with 3c21444f", id="web page"),
        pytest.param(b"\0\0\x08", "begins with 000008", id="three bytes"),
        pytest.param(b"\0\0\x08\x03\0\0", "truncated in its header", id="half a header"),
        pytest.param(idx(ARRAYS["train-images-idx3-ubyte"])[:-7], "39 of 40 rows", id="truncated"),
        pytest.param(idx(ARRAYS["train-images-idx3-ubyte"]) + b"x", "longer than its shape", id="too long"),
        pytest.param(idx(ARRAYS["train-images-idx3-ubyte"], 0x0D), "type code 0x0d", id="floats"),
        pytest.param(idx(ARRAYS["train-labels-idx1-ubyte"]), r"shape \[40\]; images are", id="labels"),
        pytest.param(b"\0\0\x08\x03" + b"\xff" * 12, "pixels are more than", id="absurd size"),
    ],
)
def test_bad_images_are_refused(folder: Path, content: bytes, message: str) -> None:
    (folder / "train-images-idx3-ubyte").write_bytes(content)

    with pytest.raises(DataError, match=message):
        find_splits(folder, seed=0)


@pytest.mark.parametrize("kind", ["truncated", "flipped", "not gzipped"])
def test_damaged_gzip_is_refused(folder: Path, kind: str) -> None:
    compress(folder)
    file = folder / "train-images-idx3-ubyte.gz"
    content = file.read_bytes()
    # The checksum is the fifth to eighth byte from the end (RFC 1952, 2.3.1).
    flipped = content[:-8] + bytes([content[-8] ^ 255]) + content[-7:]
    file.write_bytes({"truncated": content[:-300], "flipped": flipped, "not gzipped": b"no"}[kind])

    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\.gz.* damaged or truncated"):
        find_splits(folder, seed=0)
