"""What people and other tools call the splits."""

from edgesmith.runtime.imagefolder import SplitName

SPLIT_OF_WORD: dict[str, SplitName] = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
}
