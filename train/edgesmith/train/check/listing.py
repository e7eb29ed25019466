"""Which pictures a data set has, in which split and class; what is amiss becomes a finding, not an exception."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.imagefolder import SPLITS, list_images
from edgesmith.runtime.images import IMAGE_SUFFIXES
from edgesmith.runtime.spec import is_plain_text
from edgesmith.train.check.findings import Finding, Item, Picture, counted
from edgesmith.train.data.idx import has_idx_files
from edgesmith.train.data.sources import find_splits
from edgesmith.train.data.splits import DataSet
from edgesmith.train.data.splitwords import SPLIT_OF_WORD
from edgesmith.train.data.tfrecord import has_record_files
from edgesmith.train.progress import Progress

# The one split of a folder that has none; `edgesmith train` draws train, val and test from it.
WHOLE = "all"

# Folders that `train` reads as splits.
_READ_WORDS = frozenset({*SPLITS, "validation"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """All pictures. `labels`: of every split together, sorted. `findings`: what the folders alone show.

    `splits`: those that exist, in the order train, val, test; `WHOLE` alone where there are none.
    `empty`: by split and label of a class folder without pictures, or that cannot be read, why.
    """

    root: Path
    splits: tuple[str, ...]
    labels: tuple[str, ...]
    pictures: tuple[Picture, ...]
    empty: dict[tuple[str, str], str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def counts(self) -> dict[str, dict[str, int]]:
        """How many pictures, by split and label, with zeros."""
        counted_pairs = Counter((picture.split, picture.label) for picture in self.pictures)
        return {s: {label: counted_pairs[s, label] for label in self.labels} for s in self.splits}


def list_pictures(data: Path | str, *, seed: int, progress: Progress) -> Listing:
    """The pictures of any data source that train takes; folders of images leniently, as `list_folder`.

    Raises what `find_splits` and `list_folder` raise.
    """
    root = Path(data)
    if root.is_dir() and _subfolders(root) and not has_idx_files(root) and not has_record_files(root):
        return list_folder(root.resolve())
    return _listing_of(find_splits(data, seed=seed, progress=progress))


def list_folder(root: Path) -> Listing:
    """The pictures of `DATA/<class>/*` or `DATA/<split>/<class>/*`.

    Raises `DataError` for a folder that does not exist, cannot be read or holds no picture in a class folder.
    """
    parts = _split_folders(root)
    pictures: list[Picture] = []
    empty: dict[tuple[str, str], str] = {}
    labels: set[str] = set()
    for split, folder in parts:
        for class_folder in _subfolders(folder):
            labels.add(class_folder.name)
            try:
                files = list_images(class_folder, any_name=True)
            except DataError as error:  # empty, or closed to us: both are told as a missing class
                empty[split, class_folder.name] = str(error)
                continue
            pictures += [_picture(file, root, split, class_folder.name) for file in files]
    if not pictures:
        list_images(root)  # says why, if there is none at all
        raise DataError(
            f"{str(root)!r} has pictures, but none in a class folder",
            tip="expected DATA/<class>/*.jpg, or DATA/{train,val,test}/<class>/*.jpg",
        )
    found = [*_split_names(parts), *_names(pictures), *_ignored(root, parts)]
    present = {split for split, _ in parts}
    return Listing(
        root=root,
        splits=tuple(name for name in (*SPLITS, WHOLE) if name in present),
        labels=tuple(sorted(labels)),
        pictures=tuple(pictures),
        empty=empty,
        findings=tuple(found),
    )


def _listing_of(data: DataSet) -> Listing:
    return Listing(
        root=data.root,
        splits=tuple(data.splits),
        labels=data.splits["train"].labels,
        pictures=tuple(
            _picture(file, data.root, split, images.labels[index])
            for split, images in data.splits.items()
            for file, index in zip(images.files, images.classes, strict=True)
        ),
    )


def _picture(file: Path, root: Path, split: str, label: str) -> Picture:
    return Picture(path=file.relative_to(root).as_posix(), split=split, label=label)


def _split_folders(root: Path) -> list[tuple[str, Path]]:
    """(split, folder of classes) pairs; a folder named like a split that holds no folder is a class."""
    named = [entry for entry in _subfolders(root) if entry.name.lower() in SPLIT_OF_WORD]
    splits = [(SPLIT_OF_WORD[entry.name.lower()], entry) for entry in named if _subfolders(entry)]
    return list(splits) if splits else [(WHOLE, root)]


def _subfolders(folder: Path) -> list[Path]:
    try:
        entries = [entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
    except OSError as error:
        raise DataError(
            f"{str(folder)!r} cannot be read: {error.strerror or error}",
            tip="give a folder of class folders, or of the splits train, val and test",
        ) from error
    return sorted(entries)


def _split_names(parts: Sequence[tuple[str, Path]]) -> Iterator[Finding]:
    names = [folder.name for _, folder in parts]
    odd = [
        (split, folder)
        for split, folder in parts
        if split != WHOLE
        and (folder.name not in _READ_WORDS or (folder.name, "val" in names) == ("validation", True))
    ]
    if odd:
        yield Finding(
            kind="split-name",
            severity="error",
            what=f"{counted(len(odd), 'split')} under a name that train does not read",
            advice="rename: `edgesmith train` reads train, val (or validation, not both) and test",
            items=tuple(Item(detail=f"{folder.name} -> {split}") for split, folder in odd),
        )


def _names(pictures: Sequence[Picture]) -> Iterator[Finding]:
    odd = [p for p in pictures if not _is_utf8(p.path) or not is_plain_text(p.label)]
    if odd:
        yield Finding(
            kind="name",
            severity="error",
            what=f"{counted(len(odd), 'name')} not UTF-8, or with control characters in the class",
            advice="rename them, with `convmv` for instance; `edgesmith train` refuses such names",
            items=tuple(Item(pictures=(picture,)) for picture in odd),
        )


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # a surrogate, by which Python keeps a byte that is not UTF-8
        return False
    return True


def _ignored(root: Path, parts: Sequence[tuple[str, Path]]) -> Iterator[Finding]:
    """Files that nobody will read: of other formats, or beside the class folders."""
    suffixes: Counter[str] = Counter()
    beside = 0
    for _, folder in parts:
        for directory, _, names in os.walk(folder):
            visible = [Path(name).suffix.lower() for name in names if not name.startswith(".")]
            suffixes.update(suffix or "no suffix" for suffix in visible if suffix not in IMAGE_SUFFIXES)
            if Path(directory) == folder:
                beside += sum(suffix in IMAGE_SUFFIXES for suffix in visible)
    items = [Item(detail=f"{counted(count, 'file')}: {suffix}") for suffix, count in suffixes.most_common()]
    if beside:
        items.insert(0, Item(detail=f"{counted(beside, 'picture')} beside the class folders, not in one"))
    if items:
        yield Finding(
            kind="ignored",
            severity="note",
            what=f"{counted(suffixes.total() + beside, 'file')} that training will not read",
            advice=f"pictures among them: convert to JPEG or PNG (read are {' '.join(sorted(IMAGE_SUFFIXES))})",
            items=tuple(items),
        )
