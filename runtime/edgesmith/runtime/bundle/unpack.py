"""A bundled model as a file of its own, which is what engines open.

It lies in memory where the system has a memory file system (`/dev/shm`), else in the temporary folder, in a
folder that only this user can write to. It stays there for the next start, so that a program that is killed and
started again leaves one copy and not many.
"""

import json
import os
import stat
import tempfile
import zipfile
from pathlib import Path

from edgesmith.runtime import atomic
from edgesmith.runtime.bundle.manifest import MANIFEST_NAME, MODEL_FOLDER, BundledModel, Manifest
from edgesmith.runtime.errors import ModelFileError, OutputError
from edgesmith.runtime.strict import from_json
from edgesmith.runtime.ziptail import DAMAGE

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - what is put there is checked, see _private_folder


def read_manifest(archive: Path) -> Manifest:
    """What the bundle `archive` holds. Raises `ModelFileError` for a damaged one."""
    return from_json(Manifest, json.loads(_read(archive, MANIFEST_NAME)), where=MANIFEST_NAME)


def unpack_model(archive: Path, model: BundledModel, *, parents: tuple[Path, ...] | None = None) -> Path:
    """The model as a file, written unless it is there already. Raises `OutputError` when it cannot be,
    and `ModelFileError` for a damaged bundle.

    `parents`: folders to try, the best first.
    """
    data = _read(archive, f"{MODEL_FOLDER}/{model.file}")
    problem: OutputError | None = None
    for parent in parents or (_IN_MEMORY, Path(tempfile.gettempdir())):
        try:
            file = _private_folder(parent) / model.sha256[:16] / model.file
            if not (file.is_file() and file.read_bytes() == data):
                atomic.write_bytes(file, data)
        except OutputError as error:
            problem = error
        else:
            return file
    raise problem or OutputError(
        "no folder for the model", tip="set TMPDIR to a folder that you may write to"
    )


def _read(archive: Path, name: str) -> bytes:
    """An entry, whole: its checksum is compared."""
    try:
        with zipfile.ZipFile(archive) as bundle:
            return bundle.read(name)
    except DAMAGE as error:
        raise ModelFileError(
            f"{archive.name}: the bundle is damaged: {error}", tip="copy it again, or make it again"
        ) from error


def _private_folder(parent: Path) -> Path:
    """A folder below `parent` that is this user's alone. Raises `OutputError` for one that is not.

    Its name is known to all, so another user may have made it first.
    """
    folder = parent / f"edgesmith-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise OutputError(
            f"cannot write to {str(parent)!r}: {error.strerror or error}",
            tip="set TMPDIR to a folder that you may write to",
        ) from error
    others = stat.S_IRWXG | stat.S_IRWXO
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & others:
        raise OutputError(
            f"{str(folder)!r} belongs to someone else, or others may write to it", tip="remove it"
        )
    return folder
