"""What `run.json` keeps of the data: every file with the hash of its content."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from edgesmith.runtime.imagefolder import SPLITS, LabelledImages, SplitName
from edgesmith.runtime.runrecord import DataRecord, ImageRecord, digest, record_images
from edgesmith.train.data.inorder import map_in_order
from edgesmith.train.data.splits import DataSet

# Files that a thread hashes at a time: handing over one of a few hundred bytes takes longer than hashing it.
_FILES = 64


def record_splits(data: DataSet, *, advance: Callable[[int], None] | None = None) -> DataRecord:
    """Hash every file of every split, in parallel; `advance` is called with the number of files done since.

    Raises `ImageError` naming a file that cannot be read.
    """
    records: dict[SplitName, tuple[ImageRecord, ...]] = {}
    for name in SPLITS:
        found: list[ImageRecord] = []
        for some in map_in_order(
            lambda images: record_images(data.root, images), _in_pieces(data.splits[name])
        ):
            found += some
            if advance is not None:
                advance(len(some))
        records[name] = tuple(found)
    return DataRecord(
        root=str(data.root),
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


def _in_pieces(images: LabelledImages) -> Iterator[LabelledImages]:
    for first in range(0, len(images.files), _FILES):
        last = first + _FILES
        yield LabelledImages(
            labels=images.labels, files=images.files[first:last], classes=images.classes[first:last]
        )
