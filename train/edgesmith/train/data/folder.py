"""Folders of images: `DATA/<class>/*`, or splits of such, as people lay them out."""

from pathlib import Path

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.imagefolder import SPLITS, SplitName, list_labelled
from edgesmith.train.data.splits import Splits, draw_splits, require_same_classes

# Keras' and TensorFlow's tutorials say `validation`.
_VALIDATION = "validation"


def find_folder_splits(root: Path, *, seed: int, name: str | None = None) -> Splits:
    """The folder's own splits; without `val` (or `validation`) a tenth of train; without any 80/10/10.

    `name`: what the user knows the folder by, for messages. Raises `DataError` for a folder without images,
    with fewer than two classes, with a split or a class of a split missing, or with a class too small to be
    split.
    """
    name = str(root) if name is None else name
    folders = _split_folders(root)
    if "train" not in folders or len(folders) == 1:
        return draw_splits(list_labelled(root), root, seed=seed)
    if "test" not in folders:
        raise DataError(
            f"{name!r} has no folder 'test' beside the other splits",
            tip="give train, test and, if there is one, val; or DATA/<class>/* to have the images split 80/10/10",
        )
    splits = {split: list_labelled(folder) for split, folder in folders.items()}
    require_same_classes({split: images.labels for split, images in splits.items()}, name)
    if "val" not in splits:
        splits |= draw_splits(splits["train"], root, seed=seed, drawn=("val",))
    return {split: splits[split] for split in SPLITS}


def _split_folders(root: Path) -> dict[SplitName, Path]:
    folders = {split: root / split for split in SPLITS if (root / split).is_dir()}
    if (root / _VALIDATION).is_dir():
        if "val" in folders:
            raise DataError(
                f"{str(root)!r} has both 'val' and {_VALIDATION!r}, two names of one split",
                tip="put their images into one of them",
            )
        folders["val"] = root / _VALIDATION
    return folders
