"""Build the sdist and, from it, the wheel; twice, since the same source has to give the same bytes."""

import os
import shutil
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from release.checksums import sha256_of
from release.failure import ReleaseError
from release.programs import output_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Archives:
    """The two files of a release."""

    sdist: Path
    wheel: Path


def export(checkout: Path, commit: str, folder: Path) -> int:
    """Write the files of a commit, and nothing that lies beside them, into `folder`; the commit's time, Unix seconds."""
    archive = output_of(["git", "archive", "--format=tar", commit], folder=checkout)
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return int(output_of(["git", "log", "-1", "--format=%ct", commit], folder=checkout))


def build_twice(source: Path, output: Path, *, moment: int) -> Archives:
    """Build into `output`. `moment`: the time that every file in the archives bears, Unix seconds.

    Raises `ReleaseError` when the second time gives other bytes, or nothing at all.
    """
    with tempfile.TemporaryDirectory() as work:
        # Two places, so that a path that gets into an archive is seen too.
        first, second = (
            _build(shutil.copytree(source, Path(work) / name), moment=moment) for name in ("one", "other")
        )
        for one, other in ((first.sdist, second.sdist), (first.wheel, second.wheel)):
            if sha256_of(one) != sha256_of(other):
                raise ReleaseError(f"{one.name}: two builds of one source differ")
        output.mkdir(parents=True, exist_ok=True)
        return Archives(
            sdist=Path(shutil.copy(first.sdist, output)), wheel=Path(shutil.copy(first.wheel, output))
        )


def _build(source: Path, *, moment: int) -> Archives:
    # Without isolation: the build backend is the one that constraints.txt pins, and no network is needed.
    output = source / "dist"
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(output), str(source)]
    variables = {**os.environ, "SOURCE_DATE_EPOCH": str(moment)}  # reproducible-builds.org
    output_of(command, variables=variables)
    return Archives(sdist=next(output.glob("*.tar.gz")), wheel=next(output.glob("*.whl")))
