"""Arrays of images and labels that are read from a file block by block."""

import math
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.images import MAX_PIXELS

# So much is in memory at once: some 5,000 images of MNIST.
_BLOCK_BYTES = 4 * 1024 * 1024


class ByteReader(Protocol):
    """What a plain, a gzipped and a zipped file have in common."""

    def read(self, size: int = -1, /) -> bytes:
        """The next `size` bytes, fewer at the end; -1: all that are left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArray:
    """An array in C order. `open`: a stream of its bytes alone. `name`: for messages."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    open: Callable[[], AbstractContextManager[ByteReader]]

    def blocks(self) -> Iterator[NDArray[Any]]:
        """Blocks of rows, [rows, *shape[1:]], some megabytes each.

        Raises `DataError` when there are fewer or more bytes than the shape takes, or damaged ones.
        """
        row_bytes = math.prod(self.shape[1:]) * self.dtype.itemsize
        rows = max(1, _BLOCK_BYTES // max(1, row_bytes))
        with damage_named(self.name), self.open() as stream:
            for first in range(0, self.shape[0], rows):
                count = min(rows, self.shape[0] - first)
                data = stream.read(count * row_bytes)
                if len(data) < count * row_bytes:
                    raise DataError(
                        f"{self.name} is truncated: {first + len(data) // row_bytes} of {self.shape[0]} rows are there",
                        tip="fetch or write the file again",
                    )
                yield np.frombuffer(data, self.dtype).reshape(count, *self.shape[1:])
            # Reading to the end has the checksum compared, too.
            if stream.read(1):
                raise DataError(
                    f"{self.name} is longer than its shape {list(self.shape)} takes",
                    tip="fetch or write the file again",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageArray:
    """A stored array [n, h, w], [n, h, w, 1] or [n, h, w, 3]; its values times `scale` are raw pixels 0..255."""

    stored: StoredArray
    scale: int

    def images(self) -> Iterator[NDArray[np.uint8]]:
        """One image after the other, uint8 [h, w] or [h, w, 3]. Raises as `StoredArray.blocks`."""
        for block in self.stored.blocks():
            pixels = np.rint(block * self.scale) if block.dtype.kind == "f" else block * np.uint8(self.scale)
            pixels = pixels.astype(np.uint8, copy=False)
            yield from pixels[..., 0] if pixels.shape[3:] == (1,) else pixels


def image_array(stored: StoredArray) -> ImageArray:
    """Look an array of images over: its shape, its type, and, unless that is uint8, all its values.

    uint8 is taken as it is, and so are other integers of 0..255. Booleans become 0 and 255. Floats of 0..1
    are multiplied by 255, others of 0..255 are not, and both are rounded. Raises `DataError` for the rest.
    """
    _require_image_shape(stored)
    kind = stored.dtype.kind
    if stored.dtype == np.uint8:
        return ImageArray(stored=stored, scale=1)
    if kind == "b":
        return ImageArray(stored=stored, scale=255)
    if kind not in "iuf":
        raise DataError(
            f"{stored.name} is of type {stored.dtype}; images are uint8, other integers, floats or booleans",
            tip="save pixels of 0..255 as uint8",
        )
    low, high = _range(stored)
    if not (low >= 0 and high <= 255):  # NaN is refused as well
        raise DataError(
            f"{stored.name} has values from {low:g} to {high:g}; pixels are 0..255, or floats of 0..1",
            tip="save the images before any normalisation; the model normalises by itself",
        )
    return ImageArray(stored=stored, scale=255 if kind == "f" and high <= 1 else 1)


def read_labels(stored: StoredArray, *, count: int, images: str) -> NDArray[np.int64]:
    """Class numbers, int64 [count], of an array [n] or [n, 1] of integers or booleans, none negative.

    `images`: the name of the images they belong to. Raises `DataError`.
    """
    if len(stored.shape) not in (1, 2) or stored.shape[1:] not in ((), (1,)):
        raise DataError(
            f"{stored.name} has shape {list(stored.shape)}; labels are [n] or [n, 1], one number an image",
            tip="for one-hot labels: save y.argmax(axis=1)",
        )
    if stored.dtype.kind not in "iub":
        raise DataError(
            f"{stored.name} is of type {stored.dtype}; labels are integers",
            tip="save y.astype('int64'), and names of classes as `labels`",
        )
    if stored.shape[0] != count:
        raise DataError(
            f"{stored.name} has {stored.shape[0]} labels for the {count} images of {images}",
            tip="each image needs one label",
        )
    labels = np.concatenate([block.reshape(-1).astype(np.int64) for block in stored.blocks()])
    if labels.min() < 0:
        raise DataError(
            f"{stored.name} has the label {labels.min()}; class numbers begin at 0",
            tip="leave images without a class out",
        )
    return labels


@contextmanager
def damage_named(name: str) -> Iterator[None]:
    """Turn what damaged zip and gzip files are answered with into `DataError`."""
    try:
        yield
    # RuntimeError: an encrypted entry; NotImplementedError: a compression that zipfile does not know.
    except (OSError, EOFError, BadZipFile, zlib.error, RuntimeError) as error:
        raise DataError(
            f"{name} cannot be read, is damaged or truncated: {error}", tip="fetch or write the file again"
        ) from error


def _require_image_shape(stored: StoredArray) -> None:
    shape = stored.shape
    if not (len(shape) == 3 or (len(shape) == 4 and shape[3] in (1, 3))) or not all(shape):
        raise DataError(
            f"{stored.name} has shape {list(shape)}; images are [n, h, w], [n, h, w, 1] or [n, h, w, 3]",
            tip="reshape flat pixels; move channels last with numpy.moveaxis(x, 1, -1)",
        )
    if shape[1] * shape[2] > MAX_PIXELS:
        raise DataError(
            f"{stored.name}: {shape[2]}x{shape[1]} pixels are more than the {MAX_PIXELS} allowed",
            tip="is the file damaged?",
        )


def _range(stored: StoredArray) -> tuple[float, float]:
    lows, highs = zip(*((block.min(), block.max()) for block in stored.blocks()), strict=True)
    return float(np.min(lows)), float(np.max(highs))
