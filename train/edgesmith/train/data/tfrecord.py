"""TFRecord files of `tf.train.Example`, each with an encoded image and its class."""

import re
from collections.abc import Mapping
from pathlib import Path

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.imagefolder import SplitName
from edgesmith.train.data.splitwords import SPLIT_OF_WORD
from edgesmith.train.data.written import Contents

# `x.tfrecord`, and what sharded writers make of it: `x.tfrecord-00000-of-00008`.
_NAME = re.compile(r".+\.tfrecords?(?:-(?P<shard>\d+)-of-(?P<shards>\d+))?(?:\.gz)?")
_WORDS = re.compile(r"[a-z]+")


def is_record_name(name: str) -> bool:
    """Whether a file is named as TFRecord files are."""
    return _NAME.fullmatch(name) is not None


def has_record_files(folder: Path) -> bool:
    """Whether a TFRecord file lies directly in `folder`. Raises `OSError`."""
    return any(is_record_name(entry.name) for entry in folder.iterdir())


class TFRecordSource:
    """A file, which has no splits, or a folder of files; the word train, val or test in a name is its split."""

    kind = "tfrecord"

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path

    def files(self) -> Mapping[str, Path]:
        """The files by name, sorted. Raises `DataError` when one of `-00000-of-00008` is missing."""
        if self._path.is_file():
            return {self._path.name: self._path}
        files = {file.name: file for file in sorted(self._path.iterdir()) if is_record_name(file.name)}
        _require_all_shards(files, self.name)
        return files

    def open(self) -> Contents:
        """Read every label. Raises `DataError` for damaged records and for features that are not known."""
        from edgesmith.train.data.examples import example_contents

        files = self.files()
        return example_contents(self._by_split(files))

    def _by_split(self, files: Mapping[str, Path]) -> dict[SplitName | None, list[Path]]:
        if self._path.is_file():
            return {None: [self._path]}
        by_split: dict[SplitName | None, list[Path]] = {}
        for name, file in files.items():
            by_split.setdefault(_split_of(name), []).append(file)
        if None in by_split and len(by_split) > 1:
            raise DataError(
                f"{self.name!r} has files of splits and {by_split[None][0].name!r}, which names none",
                tip="train, val (or validation) or test stands in the name of every file, or of none",
            )
        if None not in by_split and not by_split.keys() >= {"train", "test"}:
            raise DataError(
                f"{self.name!r} has files of the splits {', '.join(map(str, by_split))}; train and test are needed",
                tip="or name a single file, which is split 80/10/10",
            )
        return by_split


def _split_of(name: str) -> SplitName | None:
    return next((SPLIT_OF_WORD[word] for word in _WORDS.findall(name.lower()) if word in SPLIT_OF_WORD), None)


def _require_all_shards(files: Mapping[str, Path], source: str) -> None:
    for name in files:
        match = _NAME.fullmatch(name)
        if match is None or match["shard"] is None:
            continue
        before, after = name[: match.start("shard")], name[match.end("shard") :]
        width = match.end("shard") - match.start("shard")
        every = {f"{before}{shard:0{width}}{after}" for shard in range(int(match["shards"]))}
        missing = sorted(every - files.keys())
        if missing:
            raise DataError(
                f"{source!r} lacks {len(missing)} of the {len(every)} files of which {name!r} is one: {', '.join(missing[:5])}",
                tip="put all of them into the folder",
            )
