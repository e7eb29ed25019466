"""Which images train, which choose, which judge."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.imagefolder import SPLITS, LabelledImages, SplitName

Splits = dict[SplitName, LabelledImages]

# Of each class, where the data has no such split of its own; the rest trains.
DRAWN_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """`splits`: train, val and test, with the same `labels`. `root`: absolute; every file lies below it."""

    root: Path
    splits: Splits


def draw_splits(
    images: LabelledImages, root: Path, *, seed: int, drawn: tuple[SplitName, ...] = ("val", "test")
) -> Splits:
    """Give a tenth of each class, one image at least, to each split of `drawn`, and the rest to train.

    `seed` and the path below `root` decide. Raises `DataError` for a class that is too small for that.
    """
    least = 1 + len(drawn)
    below = f"{root.as_posix().rstrip('/')}/"
    chosen: dict[SplitName, list[int]] = {name: [] for name in ("train", *drawn)}
    by_class: defaultdict[int, list[int]] = defaultdict(list)
    for position, index in enumerate(images.classes):
        by_class[index].append(position)
    for index, positions in by_class.items():
        if len(positions) < least:
            raise DataError(
                f"the class {images.labels[index]!r} has {len(positions)} images; {least} are the least that can be split",
                tip="add images, or lay them out as DATA/{train,val,test}/<class>/*",
            )
        positions.sort(
            key=lambda position: _draw(images.files[position].as_posix().removeprefix(below), seed)
        )
        count = max(1, round(len(positions) * DRAWN_SHARE))
        for number, name in enumerate(drawn):
            chosen[name] += positions[number * count : (number + 1) * count]
        chosen["train"] += positions[len(drawn) * count :]
    return {name: _at(images, sorted(positions)) for name, positions in chosen.items()}


def require_same_classes(found: Mapping[SplitName, Iterable[str]], data: str) -> None:
    """Raise `DataError` when a split of `data` lacks a class of another; `found`: the classes of each."""
    classes = {name: set(labels) for name, labels in found.items()}
    for name in SPLITS:
        missing = sorted(set().union(*classes.values()) - classes.get(name, set()))
        if name in classes and missing:
            raise DataError(
                f"the split {name!r} of {data!r} lacks the classes {missing} that another split has",
                tip="every class needs images in train, val and test",
            )


def _at(images: LabelledImages, positions: Iterable[int]) -> LabelledImages:
    files, classes = zip(*((images.files[p], images.classes[p]) for p in positions), strict=True)
    return LabelledImages(labels=images.labels, files=files, classes=classes)


def _draw(path: str, seed: int) -> bytes:
    # A hash instead of a random generator: no library's release changes it, and one more image in the folder
    # moves few of the others to another split.
    return hashlib.sha256(f"{seed}/{path}".encode()).digest()
