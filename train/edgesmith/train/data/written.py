"""Sources that are no image files, written out once as a folder of images in the cache.

The folder is `<cache>/data/<sha256>/[<split>/]<class>/<number>.<suffix>` with `data.json`
(`edgesmith.data/1`), whole or not there at all. The hash is over the source's content and the version of this
writer: the same source is found again wherever it lies, and a changed one is written anew.
"""

import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edgesmith.runtime.atomic import staged_folder, write_json
from edgesmith.runtime.cache import cache_folder
from edgesmith.runtime.errors import DataError, ImageError, OutputError, needs_extra
from edgesmith.runtime.imagefolder import SplitName
from edgesmith.runtime.images import decode
from edgesmith.runtime.runrecord import sha256_of
from edgesmith.train.data.inorder import map_in_order
from edgesmith.train.data.splits import Splits, require_same_classes

if TYPE_CHECKING:
    from edgesmith.train.progress import Progress

SCHEMA = "edgesmith.data/1"
DATA_FILE = "data.json"

# To be raised when the same source would be written as other files.
_WRITER = 1

_SUFFIX_OF_FORMAT = {
    **{"JPEG": ".jpg", "PNG": ".png", "BMP": ".bmp"},
    **{"GIF": ".gif", "WEBP": ".webp", "TIFF": ".tif", "PPM": ".ppm"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One image. `content`: uint8 [h, w] or [h, w, 3], or the bytes of an image file, kept as they are.

    `split`: None where the source has no splits. `label`: the name of its folder. `where`: for messages.
    """

    split: SplitName | None
    label: str
    content: NDArray[np.uint8] | bytes
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A source that has been looked over. `items`: `count` of them. `notes`: what the user should know.

    `classes`: the labels of each split, as far as they are known before the images are read.
    """

    count: int
    items: Iterator[Item]
    classes: Mapping[SplitName | None, Set[str]]
    notes: tuple[str, ...] = ()


class Source(Protocol):
    """A reader. `name`: the source as the user knows it. `kind`: for people."""

    name: str
    kind: str

    def files(self) -> Mapping[str, Path]:
        """The files with the content, by what each is in the source. Raises `DataError` for missing ones."""

    def open(self) -> Contents:
        """Look everything over that can be without decoding images. Raises `DataError`."""


def write_once(source: Source, *, progress: "Progress | None" = None) -> Path:
    """The folder with the source's images; written now, unless it is there.

    When several processes write the same source at once, the first to be done wins and the others throw
    theirs away. Raises `DataError` for the source, `OutputError` for the cache.
    """
    folder = cache_folder("data") / _hash(source)
    if not (folder / DATA_FILE).is_file():
        try:
            _write(source, folder, progress)
        except OutputError:
            if not (folder / DATA_FILE).is_file():
                raise
    return folder


def require_whole(folder: Path, splits: Splits) -> None:
    """Raise `DataError` unless the splits, together, have as many images as were written to `folder`."""
    try:
        written = json.loads((folder / DATA_FILE).read_bytes())["images"]
        expected = sum(written.values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(folder, f"{DATA_FILE} cannot be read: {error}") from error
    found = sum(len(images.files) for images in splits.values())
    if found != expected:
        raise _damaged(folder, f"it holds {found} images, and {expected} were written")


def _damaged(folder: Path, problem: str) -> DataError:
    return DataError(
        f"the data written to {str(folder)!r} has been changed: {problem}",
        tip="remove that folder, and it is written again",
    )


def _hash(source: Source) -> str:
    files = source.files()
    whole = hashlib.sha256(f"{SCHEMA} {_WRITER} {source.kind}\n".encode())
    for name, sha256 in zip(files, map_in_order(sha256_of, files.values()), strict=True):
        whole.update(f"{name}\0{sha256}\n".encode())
    return whole.hexdigest()


def _write(source: Source, folder: Path, progress: "Progress | None") -> None:
    if progress is None:
        with needs_extra("train"):
            from edgesmith.train.progress import Progress
        progress = Progress()
    progress.say(f"reading {source.name}")
    contents = source.open()
    _require_classes(contents.classes, source.name)
    for note in contents.notes:
        progress.say(note)
    progress.say(f"writing {contents.count:,} images once to {str(folder)!r}")
    with staged_folder(folder) as staged:
        images: Counter[str] = Counter()
        # Closed, so that after Ctrl-C no thread writes into a folder that is being removed.
        saved = closing(map_in_order(_save, _placed(contents.items, staged, images)))
        with progress.stage("write", total=contents.count) as advance, saved as steps:
            for _ in steps:
                advance(1)
        document = {"schema": SCHEMA, "kind": source.kind, "source": source.name, "images": dict(images)}
        write_json(staged / DATA_FILE, document)


def _require_classes(classes: Mapping[SplitName | None, Set[str]], name: str) -> None:
    """Refuse, before anything is written, what `find_folder_splits` would refuse after."""
    for labels in classes.values():
        if len(labels) < 2:
            raise DataError(
                f"{name!r} has, in a split, only the classes {sorted(labels)}; two are needed",
                tip="each split needs images of every class",
            )
    require_same_classes({split: labels for split, labels in classes.items() if split is not None}, name)


def _placed(items: Iterator[Item], folder: Path, images: Counter[str]) -> Iterator[tuple[Item, Path]]:
    """Each item with the path, still without a suffix, that it goes to; folders are made as they are met."""
    made: set[Path] = set()
    for item in items:
        split = folder if item.split is None else folder / item.split
        place = split / item.label
        if place not in made:
            place.mkdir(parents=True, exist_ok=True)
            made.add(place)
        number = images[item.split or "all"]
        images[item.split or "all"] += 1
        # Eight digits: names of up to a hundred million images sort in their order.
        yield item, place / f"{number:08}"


def _save(placed: tuple[Item, Path]) -> None:
    item, path = placed
    if isinstance(item.content, bytes):
        path.with_name(path.name + _suffix(item.content, item.where)).write_bytes(item.content)
    else:
        Image.fromarray(item.content).save(path.with_name(path.name + ".png"))


def _suffix(content: bytes, where: str) -> str:
    """The suffix for the bytes of an image file, once they have been decoded to the end."""
    try:
        decode(content)
        with Image.open(io.BytesIO(content), formats=tuple(_SUFFIX_OF_FORMAT)) as image:
            # A phone's MPO, pictures one after the other, is opened as a JPEG and then says MPO.
            return _SUFFIX_OF_FORMAT.get(str(image.format), ".jpg")
    except ImageError as error:
        raise DataError(
            f"{where} holds an image that cannot be decoded: {error}",
            tip="images are whole JPEG, PNG, BMP, GIF, WebP, TIFF or PPM files",
        ) from error
