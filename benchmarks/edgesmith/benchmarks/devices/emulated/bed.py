"""The emulated Pis, built on first use and kept in a folder."""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from edgesmith.benchmarks.devices.emulated import rootfs, wheels
from edgesmith.benchmarks.devices.emulated.boards import Board
from edgesmith.benchmarks.devices.emulated.emulated_pi import (
    LAUNCHER,
    EmulatedPi,
    assemble,
    launcher_script,
)
from edgesmith.benchmarks.devices.emulated.systems import System
from edgesmith.benchmarks.devices.emulated.tools import require_commands
from edgesmith.runtime.atomic import staged_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Bed:
    """`folder`, absolute, holds roots, wheels and boards; remove it to build all anew, with the wheels of that day."""

    folder: Path

    def pi(self, board: Board, system: System, extra: str, *, emulator: str | None = None) -> EmulatedPi:
        """That board, with the wheels of `edgesmith[extra]`. Takes a minute the first time, then nothing.

        `emulator`: another one than this machine's. Raises `DeviceError` saying what this machine lacks, or with the words of apt or pip.
        """
        if emulator is None:
            require_commands(system.emulator)
        wanted = wheels.requirements(extra, system)
        root = self.keep(f"{system.name}-{_digest(system)}", lambda new: self._build_root(system, new))
        site = self.keep(
            f"{system.name}-{extra}-{_digest(system, *wanted)}",
            lambda new: wheels.install(extra, system, new),
        )
        # Never written over: another process may be running on it.
        called = replace(system, emulator=emulator or system.emulator)
        script = launcher_script(board, called, place=root, site=site)
        place = self.folder / f"{board.name}-{system.name}-{extra}-{_digest(board, script)}"
        self.keep(
            place.name,
            lambda new: assemble(board, called, root=root, site=site, folder=new, place=place),
        )
        return EmulatedPi(board=board, system=system, python=place / LAUNCHER)

    def keep(self, name: str, build: Callable[[Path], object]) -> Path:
        """The folder of that name, built first if it is not there; half of it never stands under its name.

        One process builds at a time; what a killed one has left is removed.
        """
        folder = self.folder / name
        if not folder.is_dir():
            with self._alone():
                if not folder.is_dir():
                    for left in self.folder.glob(f".{name}.partial-*"):
                        shutil.rmtree(left)
                    with staged_folder(folder) as new:
                        build(new)
        return folder

    def _build_root(self, system: System, root: Path) -> None:
        archive = rootfs.debian_archive()
        # Beside, not inside: whatever stands in `root` is the Pi's.
        rootfs.build_root(system, root, archive=archive, work=self.folder / f"apt-{system.name}")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait until no other process builds here."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(
                lock, fcntl.LOCK_EX
            )  # the system takes it back when the process ends, however it does
            yield


def _digest(*parts: object) -> str:
    """Short, and another one when what was asked for changes."""
    return sha256(repr(parts).encode()).hexdigest()[:8]
