"""What may be in the archives: the four parts as they stand in the source and what stands beside them."""

import email
import tarfile
import zipfile
from email.message import Message
from pathlib import Path, PurePosixPath

from release.archives import Archives
from release.failure import ReleaseError

PARTS = ("runtime", "convert", "train", "benchmarks")
# The bar was 300,000, without the page. The code alone is larger (docs/release.md), so this watches that it does not grow
# unseen.
MAX_WHEEL_BYTES = 1_000_000

# Beside the parts in the sdist. PKG-INFO and .gitignore are hatchling's own.
_SDIST_FILES = {
    "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "PKG-INFO", "README.md", "constraints.txt", "pyproject.toml",
    ".gitignore",
}  # fmt: skip


def check_contents(archives: Archives, source: Path) -> None:
    """Raise `ReleaseError` for what is missing, too much or too large. `source`: the tree they were built from."""
    wheel, sdist = _wheel_names(archives.wheel), _sdist_names(archives.sdist)
    parts = _files_of_parts(source)
    packed = {name for name in wheel if not _is_metadata(name)}
    _require_equal(packed, {name.partition("/")[2] for name in parts}, archives.wheel.name)
    beside = {name for name in sdist if not name.startswith("docs/schemas/")} - parts
    _require_equal(parts & sdist, parts, archives.sdist.name)
    _require_equal(
        beside, _SDIST_FILES & beside | {"LICENSE", "PKG-INFO", "pyproject.toml"}, archives.sdist.name
    )
    for part in PARTS:
        if f"edgesmith/{part}/py.typed" not in wheel:
            raise ReleaseError(f"{archives.wheel.name}: edgesmith/{part}/py.typed is missing")
    if not any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel):
        raise ReleaseError(f"{archives.wheel.name}: the licence is missing")
    size = archives.wheel.stat().st_size
    if size > MAX_WHEEL_BYTES:
        raise ReleaseError(f"{archives.wheel.name}: {size:,} bytes are more than {MAX_WHEEL_BYTES:,}")


def metadata_of(wheel: Path) -> Message:
    """What a wheel states of itself: `Version`, `Requires-Dist` and the like."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


def _files_of_parts(source: Path) -> set[str]:
    """`runtime/edgesmith/…`, without what Python leaves beside modules."""
    return {
        file.relative_to(source).as_posix()
        for part in PARTS
        for file in (source / part / "edgesmith").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def _wheel_names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def _sdist_names(sdist: Path) -> set[str]:
    """Without the folder that every name begins with."""
    with tarfile.open(sdist) as archive:
        return {PurePosixPath(*PurePosixPath(name).parts[1:]).as_posix() for name in archive.getnames()}


def _is_metadata(name: str) -> bool:
    return name.partition("/")[0].endswith(".dist-info")


def _require_equal(found: set[str], wanted: set[str], archive: str) -> None:
    stray, missing = sorted(found - wanted), sorted(wanted - found)
    if stray or missing:
        raise ReleaseError(
            f"{archive}: "
            + "; ".join([f"stray {stray}"] * bool(stray) + [f"missing {missing}"] * bool(missing))
        )
