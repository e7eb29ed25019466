"""A Python that believes to run on a Raspberry Pi."""

import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.arm64.boards import Board, write_files
from tests.arm64.systems import System

# Of the root; Debian trixie's packages bring all but `usr` as links of a package that is not needed here.
_TREES = ("usr", "lib", "bin", "sbin", "etc")


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
        self, *words: str | Path, modules: Path | None = None, timeout: float = 600
    ) -> subprocess.CompletedProcess[str]:
        """Run its Python. `modules` goes on its path; nothing else of this process's environment does.

        A signal ends it with a negative return code, -SIGILL for an instruction that the board does not have.
        """
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent"}
        if modules is not None:
            environment["PYTHONPATH"] = str(modules)
        return subprocess.run(
            [str(self.python), *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            timeout=timeout,
        )


def assemble(board: Board, system: System, *, root: Path, site: Path, folder: Path) -> EmulatedPi:
    """Write into `folder` what makes `root` a board: its /proc and /sys, links to the rest, the launcher."""
    folder.mkdir(parents=True, exist_ok=True)
    write_files(board, folder)
    for tree in _TREES:
        link = folder / tree
        link.unlink(missing_ok=True)
        link.symlink_to(root / tree if (root / tree).exists() else root / "usr" / tree)
    launcher = folder / "python3"
    launcher.write_text(_launcher(board, system, folder=folder, site=site))
    launcher.chmod(0o755)
    return EmulatedPi(board=board, system=system, python=launcher)


def _launcher(board: Board, system: System, *, folder: Path, site: Path) -> str:
    prefix = shlex.quote(str(folder))
    python = shlex.quote(str(folder / "usr/bin" / f"python{system.python}"))
    cache = shlex.quote(str(folder.parent / "bytecode"))
    return f"""#!/bin/sh
# {board.model}, {system.name}. Bytecode goes aside: the source tree is not the Pi's to write in.
export PYTHONHOME={prefix}/usr PYTHONPATH={shlex.quote(str(site))}"${{PYTHONPATH:+:$PYTHONPATH}}"
export PYTHONPYCACHEPREFIX={cache} PYTHONNOUSERSITE=1
unset PYTHONDONTWRITEBYTECODE
exec {system.emulator} -0 "$0" -cpu {board.cpu} -L {prefix} {python} "$@"
"""
