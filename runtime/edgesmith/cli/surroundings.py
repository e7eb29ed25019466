"""What lies in a folder: photos, settings, and what the commands have written. By names alone, nothing is opened.

Imports nothing of edgesmith: numpy and Pillow would take longer than the whole answer of `edgesmith` alone. Names and
suffixes are those of the parts that write and read them, which a test compares.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

SETTINGS = "edgesmith.toml"
FINISHED_RUN, UNFINISHED_RUN = "run.json", "unfinished.json"
CONVERSION, BENCHMARK = "convert.json", "bench.json"
MODEL_SUFFIXES = (".tflite", ".onnx")
PICTURE_SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
SPLITS = ("train", "val", "test")

_DEPTH = 2  # runs/flowers, deploy/flowers
_ENTRIES = 2_000  # looked at of one folder: enough to know it, and soon done in a home folder or on a network

_Entry = os.DirEntry[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Paths as seen from the folder that was looked at, in the order of names.

    `settings`: its `edgesmith.toml`. `photos`: folders of class folders, or of the splits of such. `runs`,
    `unfinished`: RUNs of `edgesmith train`, whole and not. `deployed`: model files in a DEPLOY folder of
    `edgesmith convert`. `models`: those in the folder itself. `benchmarks`: folders of `edgesmith bench`.
    """

    settings: Path | None = None
    photos: tuple[Path, ...] = ()
    runs: tuple[Path, ...] = ()
    unfinished: tuple[Path, ...] = ()
    deployed: tuple[Path, ...] = ()
    models: tuple[Path, ...] = ()
    benchmarks: tuple[Path, ...] = ()


def look_around(root: Path) -> Surroundings:
    """What is in `root`, and up to two folders below; hidden folders are left out."""
    found: dict[str, list[Path]] = {
        kind: [] for kind in ("photos", "runs", "unfinished", "deployed", "benchmarks")
    }
    for folder, kind in _known_below(root, _DEPTH):
        shown = folder.relative_to(root)
        found[kind] += [shown / name for name in _models(folder)] if kind == "deployed" else [shown]
    return Surroundings(
        settings=Path(SETTINGS) if (root / SETTINGS).is_file() else None,
        models=tuple(Path(name) for name in _models(root)),
        **{kind: tuple(paths) for kind, paths in found.items()},
    )


def _known_below(folder: Path, depth: int) -> Iterator[tuple[Path, str]]:
    """Each folder that is known for something; what is below such a one belongs to it."""
    entries = _entries(folder)
    kind = _kind(entries)
    if kind is not None:
        yield folder, kind
    elif depth:
        for entry in entries:
            if _is_folder(entry):
                yield from _known_below(Path(entry), depth - 1)


def _kind(entries: Sequence[_Entry]) -> str | None:
    by_name = {entry.name: entry for entry in entries}
    for file, kind in (
        (UNFINISHED_RUN, "unfinished"),
        (FINISHED_RUN, "runs"),
        (CONVERSION, "deployed"),
        (BENCHMARK, "benchmarks"),
    ):
        if file in by_name:
            return kind
    splits = [_entries(by_name[name]) for name in SPLITS if name in by_name]
    # Training, and one to judge by, as `edgesmith train` wants them.
    if SPLITS[0] in by_name and len(splits) >= 2 and all(map(_has_classes, splits)):
        return "photos"
    return "photos" if _has_classes(entries) else None


def _has_classes(entries: Sequence[_Entry]) -> bool:
    classes = (entry for entry in entries if _is_folder(entry) and _has_pictures(entry))
    return len(list(islice(classes, 2))) == 2


def _has_pictures(folder: _Entry) -> bool:
    return any(entry.name.lower().endswith(PICTURE_SUFFIXES) for entry in _entries(folder))


def _is_folder(entry: _Entry) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself, or to where we may not look
        return False


def _models(folder: Path) -> list[str]:
    return [entry.name for entry in _entries(folder) if entry.name.endswith(MODEL_SUFFIXES)]


def _entries(folder: Path | _Entry) -> list[_Entry]:
    try:
        with os.scandir(folder) as entries:
            seen = [entry for entry in islice(entries, _ENTRIES) if not entry.name.startswith(".")]
    except OSError:  # not ours to read, so nothing that can be named
        return []
    return sorted(seen, key=lambda entry: entry.name)
