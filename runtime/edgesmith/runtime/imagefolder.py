"""Folders of labelled images: `DATA/<class>/*`, or `DATA/{train,val,test}/<class>/*`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.images import IMAGE_SUFFIXES
from edgesmith.runtime.spec import is_plain_text

SplitName = Literal["train", "val", "test"]
SPLITS: tuple[SplitName, ...] = get_args(SplitName)

# Folder names that say "split" and not "class", ours and those of other tools.
_SPLIT_WORDS = frozenset({*SPLITS, "training", "valid", "validation", "dev", "testing", "eval"})

_LAYOUT_TIP = "expected DATA/<class>/*.jpg, or DATA/{train,val,test}/<class>/*.jpg"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledImages:
    """Image files with their class indices into `labels`, in sorted order."""

    labels: tuple[str, ...]
    files: tuple[Path, ...]
    classes: tuple[int, ...]

    def relabelled(self, labels: Sequence[str]) -> "LabelledImages":
        """The same files, indexed into a model's `labels`. Raises `DataError` naming classes it lacks."""
        strangers = sorted(set(self.labels) - set(labels))
        if strangers:
            raise DataError(
                f"the folder has classes {strangers} that the model does not know",
                tip=f"the model's labels are {_shorten(labels)}; folder names must be among them",
            )
        index = {label: position for position, label in enumerate(labels)}
        return LabelledImages(
            labels=tuple(labels), files=self.files, classes=tuple(index[self.labels[c]] for c in self.classes)
        )


def list_images(folder: Path, *, any_name: bool = False) -> list[Path]:
    """Every image file below `folder`, symlinks followed, sorted; links to nothing too, pipes and devices not.

    Raises `DataError` when there is none, when a folder cannot be read, and, unless `any_name`, for a name
    that is not UTF-8: JSON records, where names are kept, cannot hold it.
    """
    _require_folder(folder)
    with _unreadable_is_an_error(folder):
        found = list(_walk(folder, frozenset()))
    if not any_name:
        _require_text(found)
    if not found:
        raise DataError(
            f"{str(folder)!r} holds no images", tip=f"suffixes read: {' '.join(sorted(IMAGE_SUFFIXES))}"
        )
    return found


def has_splits(folder: Path) -> bool:
    """Whether `folder` is laid out as train, val and test rather than as classes."""
    return (folder / "train").is_dir() and any((folder / name).is_dir() for name in ("val", "test"))


def list_labelled(folder: Path) -> LabelledImages:
    """The images of `DATA/<class>/*`, classes sorted by name.

    Raises `DataError` for a folder that is missing, has fewer than two classes, a class without images, or
    splits where classes are expected; and as `list_images`.
    """
    _require_folder(folder)
    subfolders = _subfolders(folder)
    _require_classes(folder, subfolders)
    if len(subfolders) < 2:
        names = [entry.name for entry in subfolders]
        raise DataError(
            f"{str(folder)!r} has {len(subfolders)} class folders {names}; two are needed", tip=_LAYOUT_TIP
        )
    odd = [entry.name for entry in subfolders if not is_plain_text(entry.name)]
    if odd:
        raise DataError(f"{str(folder)!r} has class names with control characters: {odd}", tip="rename them")
    by_class = {entry.name: list_images(entry) for entry in subfolders}
    return LabelledImages(
        labels=tuple(by_class),
        files=tuple(path for files in by_class.values() for path in files),
        classes=tuple(index for index, files in enumerate(by_class.values()) for _ in files),
    )


def list_evaluation(folder: Path) -> LabelledImages:
    """What `--evaluate` and `--data` mean: the `test` split where there is one, else all of `DATA/<class>/*`.

    Raises `DataError` as `list_labelled`, and for splits without `test`.
    """
    _require_folder(folder)
    if not has_splits(folder):
        return list_labelled(folder)
    if not (folder / "test").is_dir():
        raise DataError(
            f"{str(folder)!r} has the splits train and val, but no test",
            tip=f"name the folder of classes directly, {str(folder / 'val')!r} for instance",
        )
    return list_labelled(folder / "test")


def _walk(folder: Path, above: frozenset[Path]) -> Iterator[Path]:
    here = folder.resolve()
    if here in above:  # a symlink that leads back up
        return
    # Folder by folder: sorting all paths at once takes ten times as long.
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walk(entry, above | {here})
        elif entry.suffix.lower() in IMAGE_SUFFIXES and can_be_opened(entry):
            yield entry


def can_be_opened(entry: Path) -> bool:
    """Whether it is a file; opening a pipe would wait for ever. A link to nothing is told by whoever reads it."""
    return entry.is_file() or (entry.is_symlink() and not entry.exists())


def _subfolders(folder: Path) -> list[Path]:
    with _unreadable_is_an_error(folder):
        return sorted(
            entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")
        )


def _require_classes(folder: Path, subfolders: Sequence[Path]) -> None:
    """Refuse splits that would be taken for classes: folders named like splits that hold folders."""
    splits = [entry.name for entry in subfolders if entry.name.lower() in _SPLIT_WORDS and _subfolders(entry)]
    if splits:
        raise DataError(
            f"{str(folder)!r} has {splits}, which hold folders and look like splits, not classes",
            tip="splits are named train, val and test, all three; else name a folder of classes directly",
        )


@contextmanager
def _unreadable_is_an_error(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(
            f"{str(error.filename or folder)!r} cannot be read: {error.strerror or error}",
            tip="check its permissions, or take it out of the folder",
        ) from error


def _require_text(files: Sequence[Path]) -> None:
    for file in files:
        try:
            str(file).encode()
        except UnicodeEncodeError as error:  # a surrogate, by which Python keeps a byte that is not UTF-8
            raise DataError(
                f"the name {str(file)!r} is not UTF-8", tip="rename it, with `convmv` for instance"
            ) from error


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise DataError(f"{str(folder)!r} is not a folder", tip=_LAYOUT_TIP)


def _shorten(labels: Sequence[str]) -> str:
    return ", ".join(labels[:10]) + (f", … ({len(labels)} in all)" if len(labels) > 10 else "")
