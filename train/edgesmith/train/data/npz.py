"""`.npz` files as Keras' data sets come: x_train, y_train, x_test, y_test."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import numpy as np

from edgesmith.runtime.errors import DataError
from edgesmith.train.data.arrays import ByteReader, StoredArray, damage_named
from edgesmith.train.data.arraysplits import ArraySplit, array_contents
from edgesmith.train.data.classnames import folder_names
from edgesmith.train.data.written import Contents

_KEYS = ("x_train", "y_train", "x_test", "y_test")
_VAL_KEYS = ("x_val", "y_val")
_LABELS = "labels"
_TIP = f"the file holds {', '.join(_KEYS)}, and, if you like, {', '.join(_VAL_KEYS)} and {_LABELS} (names of classes)"


class NpzSource:
    """An `.npz` file. Its arrays are streamed; nothing in it is ever unpickled."""

    kind = "npz"

    def __init__(self, file: Path) -> None:
        self.name = str(file)
        self._file = file

    def files(self) -> Mapping[str, Path]:
        """The file itself."""
        return {self.kind: self._file}

    def open(self) -> Contents:
        """Raises `DataError` for missing keys, and for arrays that are no images or labels."""
        present = self._keys()
        missing = [key for key in _KEYS if key not in present]
        if missing:
            raise DataError(
                f"{self.name!r} has no {', '.join(missing)}; it holds {', '.join(present) or 'nothing'}",
                tip=_TIP,
            )
        splits = [
            ArraySplit(split="train", images=self._array("x_train"), labels=self._array("y_train")),
            ArraySplit(split="test", images=self._array("x_test"), labels=self._array("y_test")),
        ]
        if any(key in present for key in _VAL_KEYS):
            splits.append(ArraySplit(split="val", images=self._array("x_val"), labels=self._array("y_val")))
        return array_contents(splits, self._class_names() if _LABELS in present else None)

    def _keys(self) -> list[str]:
        with damage_named(repr(self.name)), ZipFile(self._file) as archive:
            return [name.removesuffix(".npy") for name in archive.namelist()]

    def _array(self, key: str) -> StoredArray:
        name = f"{key} of {self.name!r}"
        with self._values(key) as (_, shape, fortran_order, dtype):
            if fortran_order and len(shape) > 1:
                raise DataError(
                    f"{name} is stored column by column", tip="save numpy.ascontiguousarray(x) instead"
                )

        @contextmanager
        def values() -> Iterator[ByteReader]:
            with self._values(key) as (stream, *_):
                yield stream

        return StoredArray(name=name, shape=shape, dtype=dtype, open=values)

    @contextmanager
    def _values(self, key: str) -> Iterator[tuple[ByteReader, tuple[int, ...], bool, "np.dtype[np.generic]"]]:
        """The stream behind the header of an array, and what the header says.

        `numpy.load` would hold the whole array. The format is NEP 1's; numpy reads the header.
        """
        name = f"{key} of {self.name!r}"
        with damage_named(name), ZipFile(self._file) as archive:
            try:
                entry = archive.open(f"{key}.npy")
            except KeyError as error:
                raise DataError(f"{self.name!r} has no {key}", tip=_TIP) from error
            with entry as stream:
                try:
                    header = _read_header(stream)
                except ValueError as error:
                    raise DataError(f"{name} is no array that can be read: {error}", tip=_TIP) from error
                if header[2].hasobject:
                    raise DataError(
                        f"{name} holds Python objects, which are never unpickled: they could run code",
                        tip="save numbers, and names as numpy.array(names, dtype=str)",
                    )
                yield stream, *header

    def _class_names(self) -> list[str]:
        stored = self._array(_LABELS)
        if stored.dtype.kind != "U" or len(stored.shape) != 1:
            raise DataError(
                f"{stored.name} is of type {stored.dtype} and shape {list(stored.shape)}; it is a list of names",
                tip="save numpy.array(names, dtype=str)",
            )
        names = [str(name) for block in stored.blocks() for name in block]
        return folder_names(names, stored.name)


def _read_header(stream: ByteReader) -> tuple[tuple[int, ...], bool, "np.dtype[np.generic]"]:
    version = np.lib.format.read_magic(stream)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read is None:
        raise ValueError(f"version {version} of the format; 1.0 and 2.0 are read")
    return read(stream)
