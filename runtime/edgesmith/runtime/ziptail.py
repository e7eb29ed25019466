"""The ZIP archive behind a `.tflite`'s flatbuffer, where TFLite Metadata keeps associated files."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

# Ours has two entries, TFLite Metadata's own tools write a handful.
MAX_ENTRIES = 256

# zipfile takes the sizes in an archive at their word. No part of a tail that we read is larger than this.
MAX_READ = 4 * 1024 * 1024

# What zipfile answers damage with. RuntimeError: an entry that claims to be encrypted, or (its subclass
# NotImplementedError) to need a newer ZIP version.
DAMAGE = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, RuntimeError, ValueError, OverflowError)


@contextmanager
def open_tail(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The archive at the end of `file`. Raises one of `DAMAGE` where there is none, or one beyond the limits."""
    with zipfile.ZipFile(_ShortReads(file)) as archive:
        if len(archive.infolist()) > MAX_ENTRIES:
            raise zipfile.BadZipFile(f"more than {MAX_ENTRIES} entries")
        yield archive


def read_entry(archive: zipfile.ZipFile, name: str, *, limit: int) -> bytes:
    """An entry's bytes, at most `limit` + 1. Raises one of `DAMAGE`; `KeyError` where it is missing.

    Entries are stored, as TFLite Metadata has them, or deflated.
    """
    entry = archive.getinfo(name)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile(f"compression {entry.compress_type}")
    with archive.open(entry) as stream:
        return stream.read(limit + 1)  # `archive.read` would unpack all that a lying entry holds first


class _ShortReads(io.RawIOBase, BinaryIO):
    """A file of which nobody can read more than `MAX_READ` bytes at once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int | None = -1) -> bytes:
        """As a file's. Raises `zipfile.BadZipFile` for more than the limit."""
        wanted = MAX_READ + 1 if size is None or size < 0 else size
        data = self._file.read(min(wanted, MAX_READ + 1))
        if len(data) > MAX_READ:
            raise zipfile.BadZipFile(f"a part of more than {MAX_READ} bytes")
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As a file's."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As a file's."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Yes: zipfile starts at the end."""
        return True
