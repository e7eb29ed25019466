"""The content of TFRecord files, read by TensorFlow. Imports it: only where there is something to read."""

import gzip
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.imagefolder import SplitName
from edgesmith.train.backend import tf
from edgesmith.train.data.arrays import damage_named
from edgesmith.train.data.classnames import folder_names, numbered_classes
from edgesmith.train.data.written import Contents, Item

# Spellings that are met, the first that a record has counts: those of the TensorFlow models and Slim, of
# TensorFlow Datasets, and of tutorials. A class's name is worth more than its number.
_IMAGE_KEYS = ("image/encoded", "image", "image_raw", "encoded", "image_bytes", "img")
_TEXT_KEYS = ("image/class/text", "class/text", "label/text", "class_name", "label_name", "label", "class")
_NUMBER_KEYS = ("image/class/label", "label", "class", "image/label", "image/class", "target")

_TIP = (
    f"an Example holds the bytes of a JPEG or PNG as one of {', '.join(_IMAGE_KEYS)}, and its class as text in one of"
    f" {', '.join(_TEXT_KEYS)} or as one number in one of {', '.join(_NUMBER_KEYS)}"
)

# Length and two checksums around each record ("TFRecords format details" of TensorFlow's guide), in bytes.
_FRAME = 16

# Records that are parsed at once, images with them.
_BATCH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class _Features:
    """The features that are read: the key of the image, and of the class, which is text or a number."""

    image: str
    label: str
    text: bool

    def spec(self, *keys: str) -> dict[str, Any]:
        """What `tf.io.parse_example` is told."""
        return {
            key: tf.io.FixedLenFeature([], tf.int64 if key == self.label and not self.text else tf.string)
            for key in keys
        }


def example_contents(by_split: Mapping[SplitName | None, Sequence[Path]]) -> Contents:
    """Read the labels of all records, so that damage and strange labels are known before any is written.

    Raises `DataError` naming the file, and about where in it the damaged record is.
    """
    first = next(file for files in by_split.values() for file in files)
    features = _find_features(first)
    labels = {split: _count_labels(files, features) for split, files in by_split.items()}
    where = f"{features.label!r} in {str(first.parent)!r}"
    distinct = list(dict.fromkeys(label for counts in labels.values() for label in counts))
    classes = _text_classes(distinct, where) if features.text else _number_classes(distinct, where)
    return Contents(
        count=sum(counts.total() for counts in labels.values()),
        items=_items(by_split, features, classes),
        classes={split: {classes[label] for label in counts} for split, counts in labels.items()},
    )


def _count_labels(files: Sequence[Path], features: _Features) -> Counter[Any]:
    """The images of each label: text as bytes, else a number."""
    for file in files:
        _require_whole(file)
    spec = features.spec(features.label)
    return Counter(record[features.label] for file in files for _, record in _records(file, spec))


def _items(
    by_split: Mapping[SplitName | None, Sequence[Path]],
    features: _Features,
    classes: Mapping[Any, str],
) -> Iterator[Item]:
    spec = features.spec(features.image, features.label)
    for split, files in by_split.items():
        for file in files:
            for number, record in _records(file, spec):
                yield Item(
                    split=split,
                    label=classes[record[features.label]],
                    content=record[features.image],
                    where=f"record {number} of {str(file)!r}",
                )


def _text_classes(labels: Iterable[bytes], where: str) -> dict[bytes, str]:
    try:
        texts = {label: label.decode() for label in labels}
    except UnicodeDecodeError as error:
        raise DataError(f"a label of {where} is not UTF-8: {error.object!r}", tip=_TIP) from error
    return dict(zip(texts, folder_names(list(texts.values()), where), strict=True))


def _number_classes(labels: Iterable[np.int64], where: str) -> dict[int, str]:
    numbers = [int(label) for label in labels]
    if min(numbers) < 0:
        raise DataError(f"{where} has the label {min(numbers)}; class numbers begin at 0", tip=_TIP)
    return numbered_classes(numbers)


def _find_features(file: Path) -> _Features:
    """Choose the keys by the first record. Raises `DataError` naming what it has instead."""
    example = tf.train.Example()
    with _damage_named(file, "its first record"):
        first = next(_dataset(file).take(1).as_numpy_iterator(), None)
    if first is None:
        raise DataError(f"{str(file)!r} holds no records", tip=_TIP)
    try:
        example.ParseFromString(first)
    except DecodeError as error:
        raise DataError(f"{str(file)!r} holds records that are no tf.train.Example", tip=_TIP) from error
    kinds = {key: value.WhichOneof("kind") for key, value in example.features.feature.items()}
    image = next((key for key in _IMAGE_KEYS if kinds.get(key) == "bytes_list"), None)
    text = next((key for key in _TEXT_KEYS if kinds.get(key) == "bytes_list"), None)
    number = next((key for key in _NUMBER_KEYS if kinds.get(key) == "int64_list"), None)
    label = text or number
    if image is None or label is None:
        raise DataError(
            f"the first record of {str(file)!r} has no {'image' if image is None else 'class'} that is known; its features are {kinds}",
            tip=_TIP,
        )
    return _Features(image=image, label=label, text=label == text)


def _require_whole(file: Path) -> None:
    """Raise `DataError` for a file that ends within a record: TensorFlow takes that for the end of the file."""
    with _damage_named(file, "any of its records"):
        taken = _dataset(file).reduce(
            tf.constant(0, tf.int64),
            lambda total, record: total + _FRAME + tf.cast(tf.strings.length(record), tf.int64),
        )
    with damage_named(repr(str(file))):
        size = _size(file)
    if taken != size:
        raise DataError(
            f"{str(file)!r} is truncated: its last {size - int(taken)} of {size} bytes are no whole record",
            tip="fetch or write the file again",
        )


def _size(file: Path) -> int:
    """Bytes of the file, without compression."""
    if file.suffix != ".gz":
        return file.stat().st_size
    with gzip.open(file) as stream:
        return stream.seek(0, os.SEEK_END)


def _records(file: Path, spec: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each record with its position; only the features of `spec`, each one value."""
    parsed = _dataset(file).batch(_BATCH).map(lambda records: tf.io.parse_example(records, spec)).prefetch(1)
    batches = parsed.as_numpy_iterator()
    position = 0
    while True:
        with _damage_named(file, f"one of the {_BATCH} records from number {position} on"):
            batch = next(batches, None)
        if batch is None:
            return
        rows = [dict(zip(batch, values, strict=True)) for values in zip(*batch.values(), strict=True)]
        yield from enumerate(rows, position)
        position += len(rows)


def _dataset(file: Path) -> Any:
    return tf.data.TFRecordDataset(str(file), compression_type="GZIP" if file.suffix == ".gz" else "")


@contextmanager
def _damage_named(file: Path, place: str) -> Iterator[None]:
    try:
        yield
    except tf.errors.DataLossError as error:
        raise DataError(
            f"{str(file)!r} is damaged, truncated or no TFRecord file, at {place}: {error.message}",
            tip="fetch or write the file again",
        ) from error
    except tf.errors.InvalidArgumentError as error:
        raise DataError(
            f"{str(file)!r} has other features in {place} than in its first: {error.message}", tip=_TIP
        ) from error
    except (tf.errors.NotFoundError, tf.errors.PermissionDeniedError) as error:
        raise DataError(
            f"{str(file)!r} cannot be read: {error.message}", tip="check its permissions"
        ) from error
