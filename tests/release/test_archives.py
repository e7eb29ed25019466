"""The real thing: build this commit twice, look into the archives, write bills and sums, sign."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from release import __main__ as release
from release.archives import Archives
from release.failure import ReleaseError

REPOSITORY = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not (REPOSITORY / ".git").exists(), reason="a release is made of a commit")


def _make_release(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / ".ci")}
    return subprocess.run(
        [sys.executable, "-m", "release", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_release_is_complete_and_the_same_twice(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        finished = _make_release("-o", str(folder))
        assert finished.returncode == 0, finished.stderr
        assert "not signed" in finished.stderr
    names = {file.name.replace("edgesmith-", "").lstrip("0123456789.") for file in one.iterdir()}

    assert {
        "-py3-none-any.whl",
        "tar.gz",
        "SHA256SUMS",
        "cdx.json",
        "-litert.cdx.json",
        "-all.cdx.json",
    } <= names
    assert (one / "SHA256SUMS").read_text() == (other / "SHA256SUMS").read_text()


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "edgesmith-0.0.1.tar.gz").touch()
    finished = _make_release("-o", str(tmp_path))
    assert (finished.returncode, "is not empty" in finished.stderr) == (1, True)


def test_a_key_that_is_not_there_is_refused_before_anything_is_built(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"no such key: .*/gone"):
        release.make_release(tmp_path / "dist", commit="HEAD", key=tmp_path / "gone")


def test_what_must_not_be_published_is_not_left_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def built(source: Path, output: Path, *, moment: int) -> Archives:
        output.mkdir()
        archives = Archives(sdist=output / "edgesmith-1.0.tar.gz", wheel=output / "edgesmith-1.0.whl")
        for file in (archives.sdist, archives.wheel):
            file.touch()
        return archives

    def refuse(archives: Archives, source: Path) -> None:
        assert archives.wheel.exists()
        raise ReleaseError("stray")

    monkeypatch.setattr(release, "export", lambda *_: 0)
    monkeypatch.setattr(release, "build_twice", built)
    monkeypatch.setattr(release, "check_contents", refuse)
    with pytest.raises(ReleaseError, match="stray"):
        release.make_release(tmp_path / "dist", commit="HEAD", key=None)
    assert not (tmp_path / "dist").exists()
