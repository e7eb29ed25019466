"""The programs that a release needs: git, Python, ssh-keygen, uv and, in a clean environment, edgesmith itself."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from release.failure import ReleaseError


def output_of(
    words: Sequence[str], *, folder: Path | None = None, variables: Mapping[str, str] | None = None
) -> bytes:
    """What a program says on stdout. Raises `ReleaseError` with all that it said when it does not end with 0."""
    ended = ended_program(words, folder=folder, variables=variables)
    if ended.returncode:
        said = (ended.stdout + ended.stderr).decode(errors="replace").strip()
        raise ReleaseError(f"{' '.join([Path(words[0]).name, *words[1:3]])} ...: {said}")
    return ended.stdout


def ended_program(
    words: Sequence[str], *, folder: Path | None = None, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a program in `folder`, with `variables` for an environment, to its end, whatever that is.

    Raises `ReleaseError` for one that is not installed.
    """
    program = shutil.which(words[0])
    if program is None:
        raise ReleaseError(f"{words[0]} is not installed")
    return subprocess.run(  # noqa: S603 - a list, which no shell reads; its words are fixed here or the maintainer's own
        [program, *words[1:]],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        cwd=folder,
        env=variables,
    )
