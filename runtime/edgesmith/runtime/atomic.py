"""Writing so that a crash, a kill or a full disk leaves the old state or the new one, never half of it."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edgesmith.runtime.errors import OutputError


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` under a temporary name in the same folder, flush it to disk, then rename.

    Raises `OutputError` when the disk is full or the folder not writable; nothing is left behind then.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _cannot_write(path, error) from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise _cannot_write(path, error) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_json(path: Path, document: Any) -> None:
    """Write `document` as indented UTF-8 JSON with a final newline. NaN and infinities are refused."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    write_bytes(path, text.encode() + b"\n")


_PARTIAL = ".partial-"


def require_free(folder: Path) -> None:
    """Raise `OutputError` unless `folder` is absent or empty. To be called before slow work begins.

    What a killed run left (`.partial-*`) does not count.
    """
    if folder.is_dir():
        try:
            names = [entry.name for entry in folder.iterdir()]
        except OSError as error:
            raise _cannot_write(folder, error) from error
        if not all(name.startswith(_PARTIAL) for name in names):
            raise OutputError(
                f"the output folder {str(folder)!r} is not empty",
                tip="name another folder, or remove this one",
            )
    elif folder.exists() or folder.is_symlink():
        raise OutputError(f"the output folder {str(folder)!r} is a file", tip="name another folder")


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary folder to fill; its content is at `folder` when the block ends well.

    Where `folder` does not exist, the temporary one is its sibling `.<name>.partial-*`, renamed in one step:
    `folder` appears whole or not at all. Where it exists and is empty (`.`, a link, a mount point), it cannot
    be replaced: the temporary one is `.partial-*` inside it, and its entries are moved up one by one, JSON
    files last. There a kill between two moves leaves some of the entries, but never a JSON file (`run.json`,
    `convert.json`, `bench.json`) without all that is no JSON; no command reads such a folder without it.

    An exception removes the temporary folder and what was moved. A killed process leaves the hidden folder,
    which no command reads. Raises `OutputError` when `folder` holds something or cannot be written.
    """
    require_free(folder)
    inside = folder.is_dir()
    # Absolute, so that a change of the working folder inside the block does not matter.
    folder = folder.resolve() if inside else folder
    temporary = _make_temporary(folder, inside=inside)
    try:
        yield temporary
        require_free(folder)
        if inside:
            _move_up(temporary)
        else:
            temporary.replace(folder)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if error.filename is None or str(error.filename).startswith(str(temporary)):
            raise _cannot_write(folder, error) from error
        raise
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _make_temporary(folder: Path, *, inside: bool) -> Path:
    try:
        if inside:
            name = tempfile.mkdtemp(dir=folder, prefix=_PARTIAL)
        else:
            folder.parent.mkdir(parents=True, exist_ok=True)
            name = tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}{_PARTIAL}")
        temporary = Path(name)
        temporary.chmod(0o777 & ~_umask())
    except OSError as error:
        raise _cannot_write(folder, error) from error
    return temporary


def _move_up(temporary: Path) -> None:
    """Move all entries into the parent folder, JSON files last; on failure take back what was moved."""
    moved: list[Path] = []
    try:
        for entry in sorted(temporary.iterdir(), key=lambda entry: (entry.suffix == ".json", entry.name)):
            moved.append(temporary.parent / entry.name)
            entry.rename(moved[-1])
        temporary.rmdir()
    except BaseException:
        for entry in moved:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink(missing_ok=True)
        raise


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"cannot write {str(path)!r}: {error.strerror or error}",
        tip="check the free space and the permissions of that place",
    )


def _umask() -> int:
    # There is no call that only reads it; temporary files are made private and would stay so.
    mask = os.umask(0)
    os.umask(mask)
    return mask
