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


def require_free(folder: Path) -> None:
    """Raise `OutputError` unless `folder` is absent or empty. To be called before slow work begins."""
    if folder.is_dir():
        if any(folder.iterdir()):
            raise OutputError(
                f"the output folder {str(folder)!r} is not empty",
                tip="name another folder, or remove this one",
            )
    elif folder.exists() or folder.is_symlink():
        raise OutputError(f"the output folder {str(folder)!r} is a file", tip="name another folder")


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary sibling of `folder` to fill; rename it to `folder` when the block ends well.

    An exception removes the sibling. A killed process leaves it under its hidden name `.<name>.partial-*`,
    which no command reads. Raises `OutputError` when `folder` holds something or cannot be written.
    """
    require_free(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.partial-"))
        temporary.chmod(0o777 & ~_umask())
    except OSError as error:
        raise _cannot_write(folder, error) from error
    try:
        yield temporary
        require_free(folder)
        temporary.replace(folder)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if error.filename is None or str(error.filename).startswith(str(temporary)):
            raise _cannot_write(folder, error) from error
        raise
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
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
