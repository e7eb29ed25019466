"""Every file of a data set with its hash, and one hash over all of them.

What training reads of a folder is decided by its part; here every file counts but hidden ones, and so do folders: an
empty class is a finding of the check.
"""

import csv
import hashlib
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from edgesmith.cli.run.filehashes import FileHashes
from edgesmith.runtime.errors import DataError

# What `edgesmith train` takes beside files and folders: a name of TensorFlow Datasets, whose content is its own affair.
_NAMED = "tfds:"

_GONE = "gone"  # in place of the hash of a link that leads to nothing
_FOLDER = "folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """`files`: SHA-256 by path below the folder, or by path where there is none."""

    files: Mapping[str, str]

    @property
    def sha256(self) -> str:
        """Over all names and contents."""
        whole = hashlib.sha256()
        for name in sorted(self.files):
            whole.update(os.fsencode(name) + b"\0" + self.files[name].encode() + b"\n")
        return whole.hexdigest()


def list_content(name: str, *, folder: Path, hashes: FileHashes, without: Collection[Path] = ()) -> Listing:
    """The files that `name` stands for, from `folder`; `without` those paths, which are absolute.

    Raises `DataError` for what is not there or cannot be read.
    """
    if name.startswith(_NAMED):
        return Listing(files={name: name})
    path = (folder / name).resolve()
    if path.is_dir():
        return Listing(files=dict(_below(path, "", hashes, frozenset(without), frozenset())))
    if not path.exists():
        raise DataError(f"{name!r} does not exist", tip=f"paths count from {str(folder)!r}")
    if path.suffix.lower() == ".csv":
        return Listing(files={path.name: hashes.sha256(path), **dict(_listed(path, hashes))})
    return Listing(files={path.name: hashes.sha256(path)})


def _below(
    folder: Path, prefix: str, hashes: FileHashes, without: frozenset[Path], above: frozenset[str]
) -> Iterator[tuple[str, str]]:
    here = os.path.realpath(folder)
    if here in above:  # a link that leads back up
        return
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError as error:
        raise DataError(
            f"{str(folder)!r} cannot be read: {error.strerror or error}", tip="check its permissions"
        ) from error
    for entry in found:
        name, path = f"{prefix}{entry.name}", folder / entry.name
        if entry.name.startswith(".") or path in without:
            continue
        try:
            is_folder, is_file = entry.is_dir(), entry.is_file()
        except OSError:  # a link that leads to itself, or to where we may not look
            is_folder = is_file = False
        if is_folder:
            yield name, _FOLDER
            yield from _below(path, f"{name}/", hashes, without, above | {here})
        elif is_file:  # opening a pipe would wait for ever
            yield name, hashes.sha256(path)
        elif entry.is_symlink():
            yield name, _GONE


def _listed(file: Path, hashes: FileHashes) -> Iterator[tuple[str, str]]:
    """What the cells of a table name: whichever column holds the paths, they are files from its folder."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            cells = {cell for row in csv.reader(stream) for cell in row if cell}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{str(file)!r} cannot be read: {error}", tip="a .csv file is UTF-8") from error
    for cell in sorted(cells):
        path = file.parent / cell
        try:
            if path.is_file():
                yield cell, hashes.sha256(path)
        except (OSError, ValueError):  # too long for a name, or with a null character: some other text
            continue


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """`2 files added (cats/1.jpg, …), 1 changed (cats/2.jpg)`."""
    groups = {
        "added": sorted(now.keys() - before.keys()),
        "removed": sorted(before.keys() - now.keys()),
        "changed": sorted(name for name in now.keys() & before.keys() if now[name] != before[name]),
    }
    return ", ".join(
        f"{len(names)} {what} ({names[0]}{', …' if len(names) > 1 else ''})"
        for what, names in groups.items()
        if names
    )
