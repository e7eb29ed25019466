"""Programs of this machine that an emulated Pi needs."""

import os
import shutil
import subprocess
from collections.abc import Sequence

from edgesmith.benchmarks.devices.program import captured
from edgesmith.runtime.errors import DeviceError

# Command, and the Debian package that has it.
_PACKAGES = {
    "qemu-aarch64": "qemu-user",
    "qemu-arm": "qemu-user",
    "gcc": "gcc",
    "apt-get": "apt",
    "dpkg-deb": "dpkg",
}
_SAID = 2000  # characters at most; a compiler's or pip's reason stands at the end


def require_commands(*names: str) -> None:
    """Raise `DeviceError` naming those that are not there, and the packages that bring them."""
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        packages = dict.fromkeys(_PACKAGES[name] for name in missing)
        raise DeviceError(
            f"emulated boards need {' and '.join(missing)}, not found here",
            tip=f"on Debian and Ubuntu: sudo apt-get install {' '.join(packages)}",
        )


def run_command(
    command: Sequence[str], *, what: str, tip: str | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run `command` to its end, its words in English. Raises `DeviceError` with its own words when it fails.

    `what`: what failed then, "building a root"; `tip`: what to do about it.
    """
    result = captured(command, environment=os.environ | {"LC_ALL": "C.UTF-8"})
    if result.returncode:
        said = (result.stderr.strip() or result.stdout.strip())[-_SAID:]
        raise DeviceError(f"{what} failed, {command[0]} ended with code {result.returncode}: {said}", tip=tip)
    return result
