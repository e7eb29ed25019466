"""Python code as a ZIP that a device runs or unpacks.

Everything is stored uncompressed, in the order of names, with a fixed date: same inputs, same bytes.
"""

import io
import zipfile
from collections.abc import Collection, Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can state


def package_members(package: str, *, leave_out: Collection[str] = ()) -> Iterator[tuple[str, bytes]]:
    """The files of an installed package, subpackages included: their names in an archive, and contents.

    `leave_out`: names of files, in whatever folder.
    """
    yield from _files_below(files(package), package.replace(".", "/"), leave_out)


def metadata_member(version: str) -> dict[str, bytes]:
    """What makes `importlib.metadata.version("edgesmith")` answer `version` where the archive is on the path."""
    text = f"Metadata-Version: 2.1\nName: edgesmith\nVersion: {version}\n"
    return {f"edgesmith-{version}.dist-info/METADATA": text.encode()}


def zip_bytes(members: Mapping[str, bytes], *, prefix: bytes = b"") -> bytes:
    """The ZIP of `members`, contents by name, after `prefix`. Those below `edgesmith/` can be imported from it."""
    stream = io.BytesIO()
    stream.write(prefix)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        # zipimport finds a namespace by its folder's entry.
        archive.writestr(_entry("edgesmith/", 0o755), b"")
        for name, data in sorted(members.items()):
            archive.writestr(_entry(name, 0o644), data)
    return stream.getvalue()


def _entry(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DATE)
    info.create_system = 3  # Unix, whatever this machine is
    info.external_attr = mode << 16
    return info


def _files_below(folder: Traversable, name: str, leave_out: Collection[str]) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files_below(entry, f"{name}/{entry.name}", leave_out)
        elif entry.name not in leave_out:
            yield f"{name}/{entry.name}", entry.read_bytes()
