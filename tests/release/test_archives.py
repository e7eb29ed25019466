"""The real thing: build this commit twice, look into the archives, write bills and sums, sign."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
