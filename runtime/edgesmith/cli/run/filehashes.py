"""SHA-256 of files, remembered as long as what the file system says of a file stays the same."""

import hashlib
import json
import time
from pathlib import Path
from typing import Any

from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.errors import DataError

_SCHEMA = "edgesmith.hashes/1"

# Two changes within one tick of the kernel's clock (at most 10 ms) look alike: a file that was read so soon after
# its last change is read again next time. git's index has the same rule ("racy git").
_TICK_NS = 100_000_000

# size, time of change and of the inode's change in ns, inode and device: as of `os.stat`.
_Stat = list[int]


class FileHashes:
    """`file`: where they are remembered; one that cannot be read is begun anew."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, list[Any]] = _read(file)
        self._changed = False

    def sha256(self, path: Path) -> str:
        """In hexadecimal. Raises `FileNotFoundError`, and `DataError` for a file that cannot be read."""
        try:
            before = _stat(path)
            known = self._known.get(str(path))
            if known is not None and known[0] == before and before[2] < known[1] - _TICK_NS:
                return str(known[2])
            now = time.time_ns()
            with path.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise DataError(
                f"{str(path)!r} cannot be read: {error.strerror or error}",
                tip="check its permissions, or take it out of the folder",
            ) from error
        self._known[str(path)] = [before, now, found]
        self._changed = True
        return found

    def save(self) -> None:
        """Remember them, without those whose files are gone. Raises `OutputError`."""
        if self._changed:
            kept = {path: known for path, known in self._known.items() if Path(path).exists()}
            # Escaped: a name need not be valid text.
            write_bytes(self._file, json.dumps({"schema": _SCHEMA, "files": kept}).encode())
            self._changed = False


def _stat(path: Path) -> _Stat:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev]


def _read(file: Path) -> dict[str, list[Any]]:
    try:
        document = json.loads(file.read_bytes())
        return dict(document["files"]) if document["schema"] == _SCHEMA else {}
    except (OSError, ValueError, KeyError, TypeError):  # nothing is lost but the time to read the files again
        return {}
