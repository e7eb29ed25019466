"""A root folder with the /proc and /sys files that a machine shows."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def root(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Write files below a new root, by their path from it."""

    def write(files: dict[str, str]) -> Path:
        folder = tmp_path / "root"
        folder.mkdir()
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return folder

    return write
