"""`make page` where nothing to build it with is installed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_without_npm_it_says_what_to_install(tmp_path: Path) -> None:
    for name in ("make", "sh", "bash"):
        found = shutil.which(name)
        if found is not None:
            (tmp_path / name).symlink_to(found)
    words = ["make", "--old-file", ".venv/.installed", "page"]
    done = subprocess.run(
        words,
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "needs Node 20" in done.stdout
