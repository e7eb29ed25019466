"""The emulated Pis, built on first use and kept in a folder."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.arm64 import packages, rootfs
from tests.arm64.boards import BOARDS
from tests.arm64.emulated_pi import EmulatedPi, assemble
from tests.arm64.systems import SYSTEMS, System

# Command, and the Debian package that has it.
_COMMANDS = {
    "qemu-aarch64": "qemu-user",
    "qemu-arm": "qemu-user",
    "apt-get": "apt",
    "dpkg-deb": "dpkg",
}


def missing_requirement() -> str | None:
    """Why emulated Pis cannot be built here, or None where they can."""
    for command, package in _COMMANDS.items():
        if shutil.which(command) is None:
            return f"no {command}; `apt-get install {package}` brings it"
    if rootfs.debian_archive() is None:
        return "this machine does not install from a Debian archive, where the roots of the Pis come from"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bed:
    """`folder` holds roots, wheels and boards; remove it to build all anew, with the wheels of that day."""

    folder: Path

    def pi(self, board: str, system: str, extra: str) -> EmulatedPi:
        """That board, with the wheels of `edgesmith[extra]`. Takes a minute the first time, then nothing."""
        chosen = SYSTEMS[system]
        wanted = packages.requirements(extra, chosen)
        root = _kept(self.folder / f"{system}-{_digest(chosen)}", lambda new: self._build_root(chosen, new))
        site = _kept(
            self.folder / f"{system}-{extra}-{_digest(chosen, *wanted)}",
            lambda new: packages.install(extra, chosen, new),
        )
        folder = self.folder / f"{board}-{system}-{extra}"
        return assemble(BOARDS[board], chosen, root=root, site=site, folder=folder)

    def _build_root(self, system: System, root: Path) -> None:
        archive = rootfs.debian_archive()
        if archive is None:
            raise RuntimeError(missing_requirement())
        work = self.folder / f"apt-{system.name}"
        rootfs.build_root(system, root, archive=archive, work=work)
        shutil.rmtree(work)


def _kept(folder: Path, build: Callable[[Path], None]) -> Path:
    """`folder`, built first if it is not there; half of it never stands under its name."""
    if not folder.is_dir():
        new = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        build(new)
        new.replace(folder)
    return folder


def _digest(*parts: object) -> str:
    """Short, and another one when what was asked for changes."""
    return sha256(repr(parts).encode()).hexdigest()[:8]
