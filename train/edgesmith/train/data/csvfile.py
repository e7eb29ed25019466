"""CSV files of path and label, and, if there is such a column, split. The images stay where they are."""

import csv
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.imagefolder import SPLITS, LabelledImages, SplitName
from edgesmith.runtime.spec import is_plain_text
from edgesmith.train.data.splits import (
    DataSet,
    Splits,
    draw_splits,
    require_same_classes,
)
from edgesmith.train.data.splitwords import SPLIT_OF_WORD

Column = Literal["path", "label", "split"]

# The header's words, lower case, for each column.
_HEADER: dict[Column, tuple[str, ...]] = {
    "path": ("path", "file", "filename", "file_name", "filepath", "image", "image_path"),
    "label": ("label", "class", "class_name", "category", "target"),
    "split": ("split", "set", "subset"),
}
_TIP = (
    "the first line names the columns, `path,label` or `path,label,split`; paths count from the file's folder"
)
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    line: int
    file: Path
    label: str
    split: SplitName | None


def read_csv(file: Path, *, seed: int) -> DataSet:
    """The images that a UTF-8 CSV file lists; `file` is absolute.

    Without a column `split` they are split 80/10/10 of each class by `seed`; without val rows a tenth of
    train is drawn. Other columns are passed over. `root` is the file's folder, or, where images lie outside
    it, the deepest folder that holds them all. Raises `DataError` naming the line that is wrong.
    """
    rows = list(_rows(file))
    _require_usable(rows, file)
    rows.sort(key=lambda row: row.file.parts)
    labels = tuple(sorted({row.label for row in rows}))
    root = _root([row.file for row in rows], file.parent)
    by_split: defaultdict[SplitName | None, list[_Row]] = defaultdict(list)
    for row in rows:
        by_split[row.split].append(row)
    found = {name: _labelled(labels, some) for name, some in by_split.items()}
    return DataSet(root=root, splits=_complete(found, root, file, seed=seed))


def _labelled(labels: tuple[str, ...], rows: list[_Row]) -> LabelledImages:
    index = {label: position for position, label in enumerate(labels)}
    return LabelledImages(
        labels=labels,
        files=tuple(row.file for row in rows),
        classes=tuple(index[row.label] for row in rows),
    )


def _complete(found: dict[SplitName | None, LabelledImages], root: Path, file: Path, *, seed: int) -> Splits:
    if None in found:
        return draw_splits(found[None], root, seed=seed)
    splits = {name: images for name, images in found.items() if name is not None}
    for name in ("train", "test"):
        if name not in splits:
            raise DataError(
                f"{str(file)!r} has no row whose split is {name!r}",
                tip="give rows of train, test and, if there is one, val; or leave the column out",
            )
    present = {name: {images.labels[c] for c in images.classes} for name, images in splits.items()}
    require_same_classes(present, str(file))
    if "val" not in splits:
        splits |= draw_splits(splits["train"], root, seed=seed, drawn=("val",))
    return {name: splits[name] for name in SPLITS}


def _rows(file: Path) -> Iterator[_Row]:
    try:
        # utf-8-sig: spreadsheets put a byte order mark first.
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            columns = _columns(next(reader, []), file)
            for cells in reader:
                if cells:
                    yield _row(cells, columns, file, reader.line_num)
    except UnicodeDecodeError as error:
        raise DataError(f"{str(file)!r} is not UTF-8: {error}", tip="save it as UTF-8") from error
    except csv.Error as error:
        raise DataError(f"{str(file)!r} is no CSV: {error}", tip=_TIP) from error
    except OSError as error:
        raise DataError(
            f"{str(file)!r} cannot be read: {error.strerror or error}", tip="check its permissions"
        ) from error


def _columns(header: list[str], file: Path) -> dict[Column, int]:
    words = [word.strip().lower() for word in header]
    columns: dict[Column, int] = {}
    for column, names in _HEADER.items():
        places = [position for position, word in enumerate(words) if word in names]
        if len(places) > 1:
            raise DataError(
                f"{str(file)!r} has {len(places)} columns that name the {column}: {[header[p] for p in places]}",
                tip=f"rename all but one; taken for the {column} are {', '.join(names)}",
            )
        if places:
            columns[column] = places[0]
    for column in ("path", "label"):
        if column not in columns:
            raise DataError(
                f"the first line of {str(file)!r} names no column of the {column}: {header}; allowed are {', '.join(_HEADER[column])}",
                tip=_TIP,
            )
    return columns


def _row(cells: list[str], columns: dict[Column, int], file: Path, line: int) -> _Row:
    if len(cells) <= max(columns.values()):
        raise DataError(
            f"line {line} of {str(file)!r} has {len(cells)} columns: {cells}; {max(columns.values()) + 1} are needed",
            tip="separate them with commas; put quotes around a value that holds one",
        )
    label = cells[columns["label"]].strip()
    if not label or not is_plain_text(label):
        raise DataError(
            f"the label {label!r} in line {line} of {str(file)!r} is empty or has control characters",
            tip="give the class a name",
        )
    # Without following links, as `Path.resolve` would: two names of one file are two images, as in a folder.
    path = Path(os.path.abspath(file.parent / cells[columns["path"]].strip()))  # noqa: PTH100 - resolve follows links
    return _Row(line=line, file=path, label=label, split=_split(cells, columns, file, line))


def _split(cells: list[str], columns: dict[Column, int], file: Path, line: int) -> SplitName | None:
    if "split" not in columns:
        return None
    word = cells[columns["split"]].strip().lower()
    if word not in SPLIT_OF_WORD:
        raise DataError(
            f"the split {word!r} in line {line} of {str(file)!r} is none of {', '.join(SPLIT_OF_WORD)}",
            tip="or leave the column out, to have the images split 80/10/10",
        )
    return SPLIT_OF_WORD[word]


def _require_usable(rows: list[_Row], file: Path) -> None:
    labels = sorted({row.label for row in rows})
    if len(labels) < 2:
        raise DataError(f"{str(file)!r} has {len(labels)} classes {labels}; two are needed", tip=_TIP)
    first: dict[Path, int] = {}
    for row in rows:
        if row.file in first:
            raise DataError(
                f"line {row.line} of {str(file)!r} names {str(row.file)!r} again, which line {first[row.file]} has",
                tip="each image may stand there once",
            )
        first[row.file] = row.line
    missing = [str(row.file) for row in rows if not row.file.is_file()]
    if missing:
        raise DataError(
            f"{len(missing)} of the {len(rows)} files in {str(file)!r} are missing: {', '.join(missing[:_NAMED])}"
            + (", …" if len(missing) > _NAMED else ""),
            tip="paths are absolute or count from the folder of the CSV file",
        )


def _root(files: list[Path], folder: Path) -> Path:
    if all(file.is_relative_to(folder) for file in files):
        return folder
    return Path(os.path.commonpath([file.parent for file in files]))
