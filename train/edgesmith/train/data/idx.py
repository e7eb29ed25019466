"""IDX files, as MNIST and Fashion-MNIST ship them, gzipped or not.

Format: two zero bytes, a type code, the number of dimensions, each size as a big-endian 32-bit integer, then
the values in C order ("THE IDX FILE FORMAT" on MNIST's page by LeCun, Cortes and Burges).
"""

import gzip
import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np

from edgesmith.runtime.errors import DataError
from edgesmith.train.data.arrays import ByteReader, StoredArray, damage_named
from edgesmith.train.data.arraysplits import ArraySplit, array_contents
from edgesmith.train.data.written import Contents

# `train-images-idx3-ubyte` in the original, `train-images.idx3-ubyte` where an archiver renamed it.
_NAME = re.compile(r"(train|t10k)-(images|labels)[-.]idx[13]-ubyte(\.gz)?")
_ROLES = ("train-images", "train-labels", "t10k-images", "t10k-labels")

_UNSIGNED_BYTE = 0x08
_MOST_DIMENSIONS = 4


def is_idx_name(name: str) -> bool:
    """Whether a file is named as MNIST's are."""
    return _NAME.fullmatch(name) is not None


def has_idx_files(folder: Path) -> bool:
    """Whether one of MNIST's files lies directly in `folder`. Raises `OSError`."""
    return any(is_idx_name(entry.name) for entry in folder.iterdir())


class IdxSource:
    """A folder with the four files."""

    kind = "idx"

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self._folder = folder

    def files(self) -> Mapping[str, Path]:
        """The four files; of two with one role the one that is not compressed. Raises `DataError`."""
        found: dict[str, Path] = {}
        for file in sorted(self._folder.iterdir(), reverse=True):  # `.gz` first, to be replaced
            match = _NAME.fullmatch(file.name)
            if match:
                found[f"{match[1]}-{match[2]}"] = file
        missing = [role for role in _ROLES if role not in found]
        if missing:
            raise DataError(
                f"{self.name!r} has no file of {', '.join(missing)}; it has that of {', '.join(sorted(found))}",
                tip="the four are named like train-images-idx3-ubyte or train-images-idx3-ubyte.gz",
            )
        return {role: found[role] for role in _ROLES}

    def open(self) -> Contents:
        """Raises `DataError` for a wrong magic number, a truncated file, and labels that do not fit."""
        files = self.files()
        splits = [
            ArraySplit(split="train", images=_array(files[_ROLES[0]]), labels=_array(files[_ROLES[1]])),
            ArraySplit(split="test", images=_array(files[_ROLES[2]]), labels=_array(files[_ROLES[3]])),
        ]
        return array_contents(splits, None)


def _array(file: Path) -> StoredArray:
    with damage_named(repr(str(file))), _opened(file) as stream:
        shape = _read_shape(stream, file)

    @contextmanager
    def values() -> Iterator[ByteReader]:
        with _opened(file) as stream:
            _read_shape(stream, file)
            yield stream

    return StoredArray(name=repr(str(file)), shape=shape, dtype=np.dtype(np.uint8), open=values)


def _opened(file: Path) -> AbstractContextManager[ByteReader]:
    return gzip.open(file) if file.suffix == ".gz" else file.open("rb")


def _read_shape(stream: ByteReader, file: Path) -> tuple[int, ...]:
    """Read the header up to the values. Raises `DataError` unless it is that of unsigned bytes."""
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or not 1 <= magic[3] <= _MOST_DIMENSIONS:
        raise DataError(
            f"{str(file)!r} begins with {magic.hex() or 'nothing'}, which no IDX file of images or labels does",
            tip="00000803 begins one of grey images, 00000801 one of labels; is it the file, or a web page?",
        )
    if magic[2] != _UNSIGNED_BYTE:
        raise DataError(
            f"{str(file)!r} holds values of type code {magic[2]:#04x}; {_UNSIGNED_BYTE:#04x}, unsigned bytes, is read",
            tip="convert it to an .npz file",
        )
    sizes = stream.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise DataError(f"{str(file)!r} is truncated in its header", tip="fetch the file again")
    return struct.unpack(f">{magic[3]}I", sizes)
