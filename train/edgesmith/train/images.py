"""Decoded images of a split: every pixel goes through `edgesmith.runtime.images.load`, as on the device."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.imagefolder import LabelledImages
from edgesmith.runtime.images import load
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.data.inorder import map_in_order

# Decoded splits up to this size stay in memory: about 3,500 images of 224×224, all that most folders hold.
MEMORY_LIMIT = 512 * 1024 * 1024


class ImageSet:
    """A split. `files`: in order. `classes`: int64 [n]. `keep`: whether its pixels stay in memory once read."""

    def __init__(self, images: LabelledImages, spec: InputSpec, *, keep: bool) -> None:
        self.files: tuple[Path, ...] = images.files
        self.classes = np.asarray(images.classes, np.int64)
        self.spec = spec
        self.is_read = False
        self._keep = keep
        self._pixels: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self.files)

    def read(self, advance: Callable[[int], None]) -> None:
        """Decode every image once, in parallel; `advance(1)` after each.

        An unreadable image stops a training here, before its slow part, with an `ImageError` that names the
        first such file.
        """
        pixels = np.empty((len(self), *self.spec.shape[1:]), np.uint8) if self._keep else None

        def decode(index: int) -> None:
            image = load(self.files[index], self.spec)
            if pixels is not None:
                pixels[index] = image[0]

        for _ in map_in_order(decode, range(len(self))):
            advance(1)
        self._pixels, self.is_read = pixels, True

    def load(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Raw pixels of the images at `indices`, uint8 [len(indices), h, w, c]."""
        if self._pixels is not None:
            return self._pixels[indices]
        return np.concatenate([load(self.files[index], self.spec) for index in indices])


def fits_in_memory(images: Iterable[LabelledImages], spec: InputSpec) -> bool:
    """Whether the decoded pixels of all these splits together are small enough to keep."""
    return sum(len(split.files) for split in images) * int(np.prod(spec.shape)) <= MEMORY_LIMIT
