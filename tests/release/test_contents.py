"""What must not be in the archives, or must be, on archives made up here."""

import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from release.archives import Archives
from release.contents import MAX_WHEEL_BYTES, PARTS, check_contents, metadata_of
from release.failure import ReleaseError

INFO = "edgesmith-1.0.dist-info"
BESIDE = ("LICENSE", "PKG-INFO", "README.md", "pyproject.toml")

Pack = Callable[..., Archives]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Four parts, each with a module and its mark of types."""
    for part in PARTS:
        folder = tmp_path / "source" / part / "edgesmith" / part
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("")
        (folder / "py.typed").write_text("")
    return tmp_path / "source"


@pytest.fixture
def pack(source: Path, tmp_path: Path) -> Pack:
    """Archives of the source; names to add to or leave out of either."""

    def make(*, wheel: str = "", sdist: str = "", without: str = "", padding: int = 0) -> Archives:
        names = sorted(file.relative_to(source).as_posix() for file in source.rglob("*") if file.is_file())
        archives = Archives(sdist=tmp_path / "edgesmith-1.0.tar.gz", wheel=tmp_path / "edgesmith-1.0.whl")
        with zipfile.ZipFile(archives.wheel, "w") as archive:
            for name in (
                *(name.partition("/")[2] for name in names),
                f"{INFO}/licenses/LICENSE",
                *wheel.split(),
            ):
                if name != without:
                    archive.writestr(name, b"")
            archive.writestr(f"{INFO}/METADATA", "Name: edgesmith\nVersion: 1.0\n")
            archive.writestr(f"{INFO}/padding", b"0" * padding)
        with tarfile.open(archives.sdist, "w:gz") as tar:
            for name in (*names, *BESIDE, *sdist.split()):
                if name != without:
                    tar.addfile(tarfile.TarInfo(f"edgesmith-1.0/{name}"))
        return archives

    return make


def test_what_should_be_there(pack: Pack, source: Path) -> None:
    archives = pack(sdist="docs/schemas/model-1.schema.json CHANGELOG.md")
    check_contents(archives, source)
    assert metadata_of(archives.wheel)["Version"] == "1.0"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"wheel": "tests/test_x.py"}, "stray .*tests/test_x.py"),
        ({"wheel": "edgesmith/runtime/photo.jpg"}, "stray .*photo.jpg"),
        ({"wheel": "edgesmith/__init__.py"}, "stray .*edgesmith/__init__.py"),
        ({"sdist": "tests/data/photo.jpg"}, "stray .*tests/data/photo.jpg"),
        ({"sdist": "docs/release.md"}, "stray .*docs/release.md"),
        ({"without": "edgesmith/train/__init__.py"}, "missing .*edgesmith/train/__init__.py"),
        ({"without": "convert/edgesmith/convert/py.typed"}, "missing .*convert/py.typed"),
        ({"without": f"{INFO}/licenses/LICENSE"}, "the licence is missing"),
        ({"without": "LICENSE"}, "missing .*LICENSE"),
        ({"padding": MAX_WHEEL_BYTES}, "bytes are more than"),
    ],
    ids=[
        "tests",
        "data",
        "namespace",
        "data in the sdist",
        "documents in the sdist",
        "a module",
        "types",
        "licence",
        "licence in the sdist",
        "size",
    ],
)
def test_what_should_not(pack: Pack, source: Path, changes: dict[str, str], said: str) -> None:
    with pytest.raises(ReleaseError, match=said):
        check_contents(pack(**changes), source)


def test_a_part_without_types_in_the_source_too(pack: Pack, source: Path) -> None:
    (source / "train/edgesmith/train/py.typed").unlink()
    with pytest.raises(ReleaseError, match=r"edgesmith/train/py\.typed is missing"):
        check_contents(pack(), source)
