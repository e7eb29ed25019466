"""Which images train, which choose, which judge."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.imagefolder import SPLITS, LabelledImages, SplitName, has_splits, list_labelled
from edgesmith.runtime.runrecord import DataRecord, digest, record_images

Splits = dict[SplitName, LabelledImages]

# Of each class, when the folder has no splits of its own; the rest trains.
_VAL_SHARE = _TEST_SHARE = 0.1


def find_splits(root: Path, *, seed: int) -> Splits:
    """The images of train, val and test: the folder's own splits, or 80/10/10 of each class by `seed`.

    Raises `DataError` for a folder without images, with fewer than two classes, with a split or a class of
    a split missing, or with a class too small to be split.
    """
    if not has_splits(root):
        return _split(list_labelled(root), root, seed=seed)
    for name in SPLITS:
        if not (root / name).is_dir():
            raise DataError(
                f"{str(root)!r} has no folder {name!r} beside the other splits",
                tip="give all of train, val and test, or DATA/<class>/* to have the images split 80/10/10",
            )
    splits = {name: list_labelled(root / name) for name in SPLITS}
    _require_same_classes(root, splits)
    return splits


def record_splits(root: Path, splits: Splits) -> DataRecord:
    """Hash every file of every split."""
    records = {name: record_images(root, splits[name]) for name in SPLITS}
    return DataRecord(
        root=str(root),
        sha256=digest(*(records[name] for name in SPLITS)),
        train=records["train"],
        val=records["val"],
        test=records["test"],
    )


def leaks(record: DataRecord) -> list[tuple[str, ...]]:
    """Groups of paths with the same bytes in more than one split: they make val and test look too good."""
    found: defaultdict[str, list[tuple[SplitName, str]]] = defaultdict(list)
    for name in SPLITS:
        for image in record.split(name):
            found[image.sha256].append((name, image.path))
    return [
        tuple(path for _, path in copies)
        for copies in found.values()
        if len({split for split, _ in copies}) > 1
    ]


def _require_same_classes(root: Path, splits: Splits) -> None:
    every = sorted({label for images in splits.values() for label in images.labels})
    for name, images in splits.items():
        if missing := sorted(set(every) - set(images.labels)):
            raise DataError(
                f"the split {str(root / name)!r} lacks the classes {missing} that another split has",
                tip="every class needs images in train, val and test",
            )


def _split(images: LabelledImages, root: Path, *, seed: int) -> Splits:
    chosen: dict[SplitName, list[tuple[Path, int]]] = {name: [] for name in SPLITS}
    for index, label in enumerate(images.labels):
        files = [file for file, c in zip(images.files, images.classes, strict=True) if c == index]
        if len(files) < len(SPLITS):
            raise DataError(
                f"the class {label!r} has {len(files)} images; {len(SPLITS)} are the least that can be split",
                tip="add images, or lay them out as DATA/{train,val,test}/<class>/*",
            )
        files.sort(key=lambda file: _draw(file.relative_to(root), seed))
        val, test = (max(1, round(len(files) * share)) for share in (_VAL_SHARE, _TEST_SHARE))
        chosen["val"] += [(file, index) for file in files[:val]]
        chosen["test"] += [(file, index) for file in files[val : val + test]]
        chosen["train"] += [(file, index) for file in files[val + test :]]
    return {name: _labelled(images.labels, sorted(pairs)) for name, pairs in chosen.items()}


def _draw(file: Path, seed: int) -> bytes:
    # A hash instead of a random generator: no library's release changes it, and one more image in the folder
    # moves few of the others to another split.
    return hashlib.sha256(f"{seed}/{file.as_posix()}".encode()).digest()


def _labelled(labels: tuple[str, ...], pairs: Iterable[tuple[Path, int]]) -> LabelledImages:
    files, classes = zip(*pairs, strict=True)
    return LabelledImages(labels=labels, files=files, classes=classes)
