from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgesmith.runtime.errors import DataError
from edgesmith.train.backend import tf
from edgesmith.train.data import DataSet, find_splits


def jpeg(number: int) -> bytes:
    stream = BytesIO()
    noise = np.random.default_rng(number).integers(0, 256, (6, 7, 3), np.uint8)
    Image.fromarray(noise).save(stream, "JPEG")
    return stream.getvalue()


def example(**features: Any) -> bytes:
    """A serialized tf.train.Example; `__` in a name stands for `/`."""

    def feature(value: Any) -> Any:
        values = value if isinstance(value, list) else [value]
        if isinstance(values[0], bytes):
            return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
        return tf.train.Feature(int64_list=tf.train.Int64List(value=values))

    named = {name.replace("__", "/"): feature(value) for name, value in features.items()}
    return bytes(tf.train.Example(features=tf.train.Features(feature=named)).SerializeToString())


def write(file: Path, records: Iterable[bytes], compression: str = "") -> Path:
    with tf.io.TFRecordWriter(str(file), compression) as writer:
        for record in records:
            writer.write(record)
    return file


def flowers(count: int, first: int = 0) -> list[bytes]:
    return [
        example(
            image__encoded=jpeg(number),
            image__class__label=number % 2 + 1,
            image__class__text=[b"rose", b"lily"][number % 2],
            image__height=6,
        )
        for number in range(first, first + count)
    ]


def counts(data: DataSet) -> dict[str, int]:
    return {name: len(images.files) for name, images in data.splits.items()}


def test_one_file_is_split_and_bytes_are_kept(tmp_path: Path) -> None:
    data = find_splits(write(tmp_path / "flowers.tfrecord", flowers(100)), seed=0)

    assert counts(data) == {"train": 80, "val": 10, "test": 10}
    for images in data.splits.values():
        assert images.labels == ("lily", "rose")
        for file, index in zip(images.files, images.classes, strict=True):
            assert file.read_bytes() == jpeg(int(file.stem))
            assert index == 1 - int(file.stem) % 2


def test_splits_of_a_folder_are_in_the_names(tmp_path: Path) -> None:
    write(tmp_path / "flowers_train.tfrecord-00000-of-00002", flowers(10))
    write(tmp_path / "flowers_train.tfrecord-00001-of-00002", flowers(10, 10))
    write(tmp_path / "flowers_validation.tfrecord-00000-of-00001", flowers(6, 20))
    write(tmp_path / "flowers_test.tfrecord-00000-of-00001", flowers(4, 30))

    data = find_splits(tmp_path, seed=0)

    assert counts(data) == {"train": 20, "val": 6, "test": 4}
    assert sorted(f.read_bytes() for f in data.splits["train"].files) == sorted(jpeg(n) for n in range(20))


def test_gzipped_records(tmp_path: Path) -> None:
    assert counts(find_splits(write(tmp_path / "f.tfrecord.gz", flowers(20), "GZIP"), seed=0))["train"] == 16


@pytest.mark.parametrize(
    ("image", "label"),
    [
        ("image", "label"),
        ("image_raw", "class"),
        ("encoded", "target"),
        ("image__encoded", "image__class__label"),
    ],
)
def test_spellings_and_numbers_as_names(tmp_path: Path, image: str, label: str) -> None:
    records = [example(**{image: jpeg(number), label: number % 12}) for number in range(48)]

    data = find_splits(write(tmp_path / "f.tfrecord", records), seed=0)

    assert data.splits["train"].labels == tuple(f"{number:02}" for number in range(12))


def test_second_use_does_not_read_the_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "flowers.tfrecord", flowers(20))
    first = find_splits(file, seed=0)
    monkeypatch.setattr(tf.data, "TFRecordDataset", None)

    assert find_splits(file, seed=0) == first


@pytest.mark.parametrize(
    ("records", "message"),
    [
        pytest.param([], "holds no records", id="no records"),
        pytest.param([b"\xff\xff no example"], "no tf.train.Example", id="no example"),
        pytest.param([example(photo=b"x", label=1)], "no image that is known; .*photo.*bytes_list", id="image"),
        pytest.param([example(image=b"x", kind=1)], "no class that is known", id="class"),
        pytest.param(
            [*flowers(40), example(image__encoded=b"x")], "other features in one of the 32 records from number 32", id="later"
        ),
        pytest.param(
            [example(image=jpeg(n), label=[n % 2, 1]) for n in range(4)], "other features", id="two labels"
        ),
        pytest.param([example(image=jpeg(n), label=n - 1) for n in range(4)], "the label -1", id="negative"),
        pytest.param([example(image=jpeg(n), label=7) for n in range(4)], "only the classes", id="one class"),
        pytest.param(
            [example(image=jpeg(n), label=[b"..", b"a"][n % 2]) for n in range(4)], "begins with a dot", id="dots"
        ),
        pytest.param(
            [example(image=jpeg(n), label=[b"\xff", b"a"][n % 2]) for n in range(4)], "not UTF-8", id="no text"
        ),
        pytest.param(
            [*flowers(9), example(image__encoded=b"GIF89", image__class__text=b"lily", image__class__label=1)],
            "record 9 of .* cannot be decoded",
            id="no image",
        ),
    ],
)  # fmt: skip
def test_bad_records_are_refused(tmp_path: Path, cache: Path, records: list[bytes], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        find_splits(write(tmp_path / "f.tfrecord", records), seed=0)
    assert caught.value.tip
    assert not list(cache.glob("data/*"))


@pytest.mark.parametrize("damage", ["flipped", "truncated", "text"])
def test_damaged_files_are_refused(tmp_path: Path, damage: str) -> None:
    file = write(tmp_path / "f.tfrecord", flowers(40))
    content = file.read_bytes()
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]
    file.write_bytes({"flipped": flipped, "truncated": content[:middle], "text": b"words " * 99}[damage])

    with pytest.raises(
        DataError, match=r"f\.tfrecord' is (damaged, truncated or no TFRecord file|truncated: its last)"
    ):
        find_splits(file, seed=0)


@pytest.mark.parametrize("lost", [1, 300], ids=["in the checksum", "in the pixels"])
def test_damaged_gzip_is_refused(tmp_path: Path, lost: int) -> None:
    file = write(tmp_path / "f.tfrecord.gz", flowers(40), "GZIP")
    file.write_bytes(file.read_bytes()[:-lost])

    with pytest.raises(DataError, match=r"f\.tfrecord\.gz' .*truncated"):
        find_splits(file, seed=0)
