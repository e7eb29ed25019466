"""The QEMU that counts: this machine's where it takes the plugin, else Debian bookworm's, kept in the cache folder.

Debian 13's qemu-user is linked statically and loads no plugins; QEMU 9.0 and newer have another plugin interface.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from edgesmith.benchmarks.devices.emulated.bed import Bed
from edgesmith.benchmarks.devices.emulated.rootfs import build_root, debian_archive
from edgesmith.benchmarks.devices.emulated.systems import BOOKWORM, System
from edgesmith.benchmarks.devices.emulated.tools import run_command
from edgesmith.runtime.errors import DeviceError

# QEMU's plugin interface has version 1 from 6.0 up to 8.2; 9.0 removed functions (include/qemu/qemu-plugin.h,
# "Versioning plugins").
_FIRST, _BEYOND = (6, 0), (9, 0)
_SCRIPT = "emulate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """`command`: its path or name. `version`: as it says."""

    command: str
    version: tuple[int, int, int]

    @property
    def name(self) -> str:
        """`7.2.22`."""
        return ".".join(map(str, self.version))


def find_emulator(bed: Bed) -> Emulator:
    """One that takes the plugin; fetched and kept in `bed` where this machine's does not.

    Raises `DeviceError` when QEMU is not there, and with apt's own words.
    """
    own = look_at(BOOKWORM.emulator)
    return own if own is not None else _fetched(bed)


def look_at(command: str) -> Emulator | None:
    """That emulator; None when it does not take the plugin. Raises `DeviceError` when it cannot be run."""
    version = qemu_version(run_command([command, "--version"], what="asking QEMU for its version").stdout)
    options = run_command([command, "--help"], what="asking QEMU for its options").stdout
    fits = _FIRST <= version[:2] < _BEYOND and "QEMU_PLUGIN" in options
    return Emulator(command=command, version=version) if fits else None


def qemu_version(said: str) -> tuple[int, int, int]:
    """The version in what `qemu-aarch64 --version` says. Raises `DeviceError` where there is none."""
    found = re.search(r"version (\d+)\.(\d+)\.(\d+)", said)
    if found is None:
        raise DeviceError(
            f"QEMU does not say its version: {said.strip()[:100]!r}",
            tip="install the qemu-user of Debian or Ubuntu; 7.2 was tried",
        )
    major, minor, micro = map(int, found.groups())
    return major, minor, micro


def _fetched(bed: Bed) -> Emulator:
    architecture = run_command(["dpkg", "--print-architecture"], what="asking dpkg").stdout.strip()
    host = replace(
        BOOKWORM, name=f"bookworm-{architecture}", architecture=architecture, packages=("qemu-user",)
    )
    root = bed.keep(f"{host.name}-qemu", lambda new: _fetch(host, new, bed.folder / f"apt-{host.name}"))
    emulator = look_at(str(root / _SCRIPT))
    if emulator is None:
        raise DeviceError(
            f"the QEMU in {str(root)!r} takes no plugin", tip="remove that folder and begin again"
        )
    return emulator


def _fetch(host: System, root: Path, work: Path) -> None:
    build_root(host, root, archive=debian_archive(), work=work)
    # The files themselves: links at the usual places are absolute, and lead to this machine's.
    loader = next(file for file in root.glob("lib/*/ld-linux*") if not file.is_symlink())
    folder = loader.parent.relative_to(root)
    script = root / _SCRIPT
    script.write_text(
        "#!/bin/sh\nroot=${0%/*}\n"
        f'exec "$root/{folder}/{loader.name}" --library-path "$root/{folder}:$root/usr/{folder}" '
        f'"$root/usr/bin/{host.emulator}" "$@"\n'
    )
    script.chmod(0o755)
