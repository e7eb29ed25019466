"""What DATA may be, and which module reads it."""

from pathlib import Path
from typing import TYPE_CHECKING

from edgesmith.runtime.errors import DataError
from edgesmith.train.data.csvfile import read_csv
from edgesmith.train.data.folder import find_folder_splits
from edgesmith.train.data.idx import IdxSource, has_idx_files, is_idx_name
from edgesmith.train.data.npz import NpzSource
from edgesmith.train.data.splits import DataSet
from edgesmith.train.data.tfdsbuilder import TFDS_PREFIX, TfdsSource
from edgesmith.train.data.tfrecord import TFRecordSource, has_record_files, is_record_name
from edgesmith.train.data.written import Source, require_whole, write_once

if TYPE_CHECKING:
    from edgesmith.train.progress import Progress

_KINDS_TIP = (
    "DATA is a folder of images, a .npz or .csv file, a folder of IDX files, a .tfrecord file or a folder of"
    f" such, or {TFDS_PREFIX}NAME"
)


def find_splits(data: Path | str, *, seed: int, progress: "Progress | None" = None) -> DataSet:
    """Train, val and test of any data source; without a val of its own a tenth of train, drawn by `seed`.

    A source that is no image files is written to the cache the first time, and `progress` tells so.
    Raises `DataError` for what cannot be used, `OutputError` when the cache cannot be written, and
    `MissingExtraError` for `tfds:` without the extra.
    """
    source = _source(data)
    if source is not None:
        root = write_once(source, progress=progress)
        splits = find_folder_splits(root, seed=seed, name=source.name)
        require_whole(root, splits)
        return DataSet(root=root, splits=splits)
    path = Path(data).resolve()
    if path.suffix.lower() == ".csv":
        return read_csv(path, seed=seed)
    return DataSet(root=path, splits=find_folder_splits(path, seed=seed))


def _source(data: Path | str) -> Source | None:
    """The reader of a source that is to be written out; None for image files. Raises `DataError`."""
    if str(data).startswith(TFDS_PREFIX):
        return TfdsSource(str(data))
    path = Path(data).resolve()
    if path.is_dir():
        return _folder_source(path)
    if not path.exists():
        raise DataError(f"{str(data)!r} does not exist", tip=_KINDS_TIP)
    if path.suffix.lower() == ".npz":
        return NpzSource(path)
    if is_record_name(path.name):
        return TFRecordSource(path)
    if is_idx_name(path.name):
        raise DataError(
            f"{str(data)!r} is one of four IDX files", tip=f"name their folder, {str(path.parent)!r}"
        )
    if path.suffix.lower() != ".csv":
        raise DataError(f"{str(data)!r} is no data set that can be read", tip=_KINDS_TIP)
    return None


def _folder_source(folder: Path) -> Source | None:
    try:
        if has_idx_files(folder):
            return IdxSource(folder)
        if has_record_files(folder):
            return TFRecordSource(folder)
    except OSError as error:
        raise DataError(
            f"{str(folder)!r} cannot be read: {error.strerror or error}", tip="check its permissions"
        ) from error
    return None
