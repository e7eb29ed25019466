"""From files to batches: every pixel goes through `edgesmith.runtime.images.load`, as on the device."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.cpu import usable_cores
from edgesmith.runtime.imagefolder import LabelledImages
from edgesmith.runtime.images import load
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.backend import tf

# Decoded splits up to this size stay in memory: about 3,500 images of 224×224, all that most folders hold.
MEMORY_LIMIT = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSet:
    """A split, checked to be readable. `classes`: int64 [n]. `pixels`: uint8 [n, h, w, c], None if too large."""

    files: tuple[Path, ...]
    classes: NDArray[np.int64]
    spec: InputSpec
    pixels: NDArray[np.uint8] | None

    def __len__(self) -> int:
        return len(self.files)

    def load(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Raw pixels of the images at `indices`, uint8 [len(indices), h, w, c]."""
        if self.pixels is not None:
            return self.pixels[indices]
        return np.concatenate([load(self.files[index], self.spec) for index in indices])


def fits_in_memory(images: Iterable[LabelledImages], spec: InputSpec) -> bool:
    """Whether the decoded pixels of all these splits together are small enough to keep."""
    return sum(len(split.files) for split in images) * int(np.prod(spec.shape)) <= MEMORY_LIMIT


def read_images(
    images: LabelledImages, spec: InputSpec, *, keep: bool, advance: Callable[[int], None]
) -> ImageSet:
    """Decode every image once, in parallel, and keep the pixels if `keep`.

    An unreadable image stops a training here, before its slow part, with an `ImageError` that names the
    first such file. `advance(1)` is called after each image.
    """
    count = len(images.files)
    pixels = np.empty((count, *spec.shape[1:]), np.uint8) if keep else None

    def decode(index: int) -> None:
        image = load(images.files[index], spec)
        if pixels is not None:
            pixels[index] = image[0]

    with ThreadPoolExecutor(usable_cores()) as pool:
        for _ in pool.map(decode, range(count)):
            advance(1)
    return ImageSet(
        files=images.files, classes=np.asarray(images.classes, np.int64), spec=spec, pixels=pixels
    )


def image_batches(images: ImageSet, *, batch_size: int, shuffle_seed: int | None = None) -> Any:
    """A `tf.data.Dataset` of (pixels uint8 [b, h, w, c], classes int64 [b]), read ahead in parallel.

    With `shuffle_seed` every epoch has another order, which the seed decides; else it is that of the files.
    """

    def load_batch(indices: Any) -> Any:
        # Stateless, or TensorFlow's deterministic mode would run one batch at a time.
        pixels = tf.numpy_function(images.load, [indices], tf.uint8, stateful=False)
        pixels.set_shape((None, *images.spec.shape[1:]))
        return pixels, tf.gather(images.classes, indices)

    indices = _in_order(tf.data.Dataset.range(len(images)), len(images), shuffle_seed)
    return indices.batch(batch_size).map(load_batch, tf.data.AUTOTUNE, deterministic=True).prefetch(2)


def feature_batches(
    features: NDArray[np.float32],
    classes: NDArray[np.int64],
    *,
    batch_size: int,
    shuffle_seed: int | None = None,
) -> Any:
    """A `tf.data.Dataset` of (features float32 [b, d], classes int64 [b]) from memory, order as above."""
    dataset = tf.data.Dataset.from_tensor_slices((features, classes))
    return _in_order(dataset, len(features), shuffle_seed).batch(batch_size).prefetch(2)


def _in_order(dataset: Any, count: int, shuffle_seed: int | None) -> Any:
    return dataset if shuffle_seed is None else dataset.shuffle(count, seed=shuffle_seed)
