"""Folders of labelled images: `DATA/<class>/*`, or `DATA/{train,val,test}/<class>/*`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.images import IMAGE_SUFFIXES

SplitName = Literal["train", "val", "test"]
SPLITS: tuple[SplitName, ...] = get_args(SplitName)

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


def list_images(folder: Path) -> list[Path]:
    """Every image file below `folder`, symlinks followed, sorted. Raises `DataError` when there is none."""
    _require_folder(folder)
    found = sorted(path for path in _walk(folder, frozenset()) if path.suffix.lower() in IMAGE_SUFFIXES)
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

    Raises `DataError` for a folder that is missing, has fewer than two classes, or a class without images.
    """
    _require_folder(folder)
    subfolders = sorted(
        entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")
    )
    if len(subfolders) < 2:
        names = [entry.name for entry in subfolders]
        raise DataError(
            f"{str(folder)!r} has {len(subfolders)} class folders {names}; two are needed", tip=_LAYOUT_TIP
        )
    by_class = {entry.name: list_images(entry) for entry in subfolders}
    return LabelledImages(
        labels=tuple(by_class),
        files=tuple(path for files in by_class.values() for path in files),
        classes=tuple(index for index, files in enumerate(by_class.values()) for _ in files),
    )


def list_evaluation(folder: Path) -> LabelledImages:
    """What `--evaluate` and `--data` mean: the `test` split where there is one, else all of `DATA/<class>/*`."""
    _require_folder(folder)
    return list_labelled(folder / "test" if has_splits(folder) and (folder / "test").is_dir() else folder)


def _walk(folder: Path, above: frozenset[Path]) -> Iterator[Path]:
    here = folder.resolve()
    if here in above:  # a symlink that leads back up
        return
    for entry in folder.iterdir():
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walk(entry, above | {here})
        else:
            yield entry


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise DataError(f"{str(folder)!r} is not a folder", tip=_LAYOUT_TIP)


def _shorten(labels: Sequence[str]) -> str:
    return ", ".join(labels[:10]) + (f", … ({len(labels)} in all)" if len(labels) > 10 else "")
