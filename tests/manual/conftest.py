"""The manual, built once, and what its pages link to."""

import subprocess
import sys
from resource import RUSAGE_CHILDREN, getrusage

import pytest
from tests.chromium import browser
from tests.manual.blocks import REPOSITORY
from tests.manual.site import Site

__all__ = ["browser"]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """As `make docs` builds it: every warning is an error."""
    folder = tmp_path_factory.mktemp("manual")
    before = getrusage(RUSAGE_CHILDREN)
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going",
         "-d", folder / "doctrees", REPOSITORY / "docs", folder / "html"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    after = getrusage(RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Site(folder=folder / "html", seconds=used)
