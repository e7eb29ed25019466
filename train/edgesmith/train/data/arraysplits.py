"""From arrays of images and labels, one pair a split, to items that can be written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.imagefolder import SplitName
from edgesmith.train.data.arrays import ImageArray, StoredArray, image_array, read_labels
from edgesmith.train.data.classnames import numbered_classes
from edgesmith.train.data.written import Contents, Item


@dataclass(frozen=True, slots=True, kw_only=True)
class ArraySplit:
    """The arrays of a split, not yet looked over."""

    split: SplitName
    images: StoredArray
    labels: StoredArray


def array_contents(splits: Sequence[ArraySplit], names: Sequence[str] | None) -> Contents:
    """Look the arrays over. `names`: of the classes, by number; without them the numbers are the names.

    Raises `DataError` for what is no images and labels, and for a label without a name.
    """
    images = [image_array(split.images) for split in splits]
    _require_one_range(images)
    labels = [
        read_labels(split.labels, count=array.stored.shape[0], images=array.stored.name)
        for split, array in zip(splits, images, strict=True)
    ]
    classes = numbered_classes(int(number) for split in labels for number in np.unique(split))
    if names is not None:
        highest = max(classes)
        if highest >= len(names):
            raise DataError(
                f"{splits[0].labels.name} and its like have class {highest}, and there are {len(names)} names of classes",
                tip="give a name for every class, in the order of their numbers",
            )
        classes = {number: names[number] for number in classes}
    return Contents(
        count=sum(array.stored.shape[0] for array in images),
        items=_items(splits, images, labels, classes),
        classes={
            split.split: {classes[int(number)] for number in np.unique(numbers)}
            for split, numbers in zip(splits, labels, strict=True)
        },
    )


def _items(
    splits: Sequence[ArraySplit],
    images: Sequence[ImageArray],
    labels: Sequence[NDArray[np.int64]],
    classes: dict[int, str],
) -> Iterator[Item]:
    for split, array, numbers in zip(splits, images, labels, strict=True):
        for index, (pixels, number) in enumerate(zip(array.images(), numbers, strict=True)):
            yield Item(
                split=split.split,
                label=classes[int(number)],
                content=pixels,
                where=f"row {index} of {array.stored.name}",
            )


def _require_one_range(images: Sequence[ImageArray]) -> None:
    """Refuse floats of 0..1 beside floats of 0..255: one of them would come out black."""
    floats = [array for array in images if array.stored.dtype.kind == "f"]
    unit = [array.stored.name for array in floats if array.scale == 255]
    raw = [array.stored.name for array in floats if array.scale == 1]
    if unit and raw:
        raise DataError(
            f"{unit[0]} has floats of 0..1, and {raw[0]} of 0..255",
            tip="save both in the same range, best as uint8 of 0..255",
        )
