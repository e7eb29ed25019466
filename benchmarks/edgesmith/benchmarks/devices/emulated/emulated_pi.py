"""A Python that believes to run on a Raspberry Pi."""

import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edgesmith.benchmarks.devices.emulated.boards import Board, write_files
from edgesmith.benchmarks.devices.emulated.systems import System
from edgesmith.benchmarks.devices.program import captured

# Of the root; Debian trixie's packages bring all but `usr` as links of a package that is not needed here.
_TREES = ("usr", "lib", "bin", "sbin", "etc")
LAUNCHER = "python3"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatedPi:
    """One board with one system and the wheels of one engine.

    `python`: the launcher, a script for the host's shell. It is `sys.executable` for the programs in it, so
    that the processes which they start are emulated too. By hand: `PYTHONPATH=runtime PYTHON -m edgesmith …`.
    """

    board: Board
    system: System
    python: Path

    def run(
        self,
        *words: str | Path,
        modules: Path | None = None,
        variables: Mapping[str, str] | None = None,
        timeout: float | None = 600,
    ) -> "subprocess.CompletedProcess[str]":
        """Run its Python. `modules` goes on its path, `variables` into its environment, nothing else of this process's.

        A signal ends it with a negative return code, -SIGILL for an instruction that the board does not have.
        """
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent"}
        if modules is not None:
            environment["PYTHONPATH"] = str(modules)
        return captured(
            [str(self.python), *map(str, words)],
            environment={**environment, **(variables or {})},
            timeout=timeout,
        )


def assemble(board: Board, system: System, *, root: Path, site: Path, folder: Path, place: Path) -> None:
    """Write into `folder` what makes `root` a board: its /proc and /sys, links to the rest, the launcher.

    `place`: where `folder` will stand.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_files(board, folder)
    for tree in _TREES:
        (folder / tree).symlink_to(root / tree if (root / tree).exists() else root / "usr" / tree)
    launcher = folder / LAUNCHER
    launcher.write_text(launcher_script(board, system, place=place, site=site))
    launcher.chmod(0o755)


def launcher_script(board: Board, system: System, *, place: Path, site: Path) -> str:
    """The text of `EmulatedPi.python`."""
    prefix = shlex.quote(str(place))
    python = shlex.quote(str(place / "usr/bin" / f"python{system.python}"))
    cache = shlex.quote(str(place.parent / "bytecode"))
    return f"""#!/bin/sh
# {board.model}, {system.name}. Bytecode goes aside: the source tree is not the Pi's to write in.
export PYTHONHOME={prefix}/usr PYTHONPATH={shlex.quote(str(site))}"${{PYTHONPATH:+:$PYTHONPATH}}"
export PYTHONPYCACHEPREFIX={cache} PYTHONNOUSERSITE=1
unset PYTHONDONTWRITEBYTECODE
exec {shlex.quote(system.emulator)} -0 "$0" -cpu {board.cpu} -L {prefix} {python} "$@"
"""
