"""Which engines can be installed here with pip, from the table `wheels.json`."""

import json
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from edgesmith.runtime.doctor.finding import Finding
from edgesmith.runtime.strict import from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What decides which wheels fit. `machine`: of this Python, `armv7l` for a 32-bit one on a 64-bit kernel.

    `libc`: glibc's version; None for others (musl, macOS, Windows).
    """

    system: str
    machine: str
    python: str
    libc: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """The newest release of an engine with a wheel for a platform; `libc`: the oldest glibc that it runs with."""

    package: str
    system: str
    machine: str
    python: tuple[str, ...]
    libc: str | None
    version: str

    def fits(self, here: Platform) -> bool:
        """Whether pip would install it."""
        if (self.system, self.machine) != (here.system, here.machine) or here.python not in self.python:
            return False
        return self.libc is None or (here.libc is not None and _numbers(here.libc) >= _numbers(self.libc))


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelTable:
    """The content of `wheels.json`. `read`: the day on which the `source` was read."""

    source: str
    read: str
    wheels: tuple[Wheel, ...]


def read_table() -> WheelTable:
    """The table that is shipped."""
    document = json.loads((files(__package__) / "wheels.json").read_text())
    return from_json(WheelTable, document, where="wheels.json")


def this_platform() -> Platform:
    """The platform of the running Python."""
    machine = platform.machine()
    if sys.maxsize < 2**32 and machine in ("aarch64", "armv8l"):
        machine = "armv7l"  # 32-bit Raspberry Pi OS runs on a 64-bit kernel; pip looks at Python
    library, version = platform.libc_ver()
    return Platform(
        system=platform.system(),
        machine=machine,
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        libc=version if library == "glibc" else None,
    )


def fitting_wheels(here: Platform, table: WheelTable) -> tuple[Wheel, ...]:
    """Those that pip would install."""
    return tuple(wheel for wheel in table.wheels if wheel.fits(here))


def examine_wheels(here: Platform, table: WheelTable) -> Iterator[Finding]:
    """One finding: which engines pip can install."""
    where = f"Python {here.python} on {here.system} {here.machine}"
    if here.libc is not None:
        where += f" with glibc {here.libc}"
    fitting = [f"{wheel.package} {wheel.version}" for wheel in fitting_wheels(here, table)]
    if fitting:
        yield Finding(
            topic="wheels", status="ok", what=f"pip can install {', '.join(fitting)} (as of {table.read})"
        )
        return
    yield Finding(
        topic="wheels",
        status="problem",
        what=f"there is no wheel of any engine for {where} (as of {table.read})",
        advice=_instead(here, table),
    )


def _instead(here: Platform, table: WheelTable) -> str:
    same = [wheel for wheel in table.wheels if (wheel.system, wheel.machine) == (here.system, here.machine)]
    if not same:
        machines = sorted({f"{wheel.system} {wheel.machine}" for wheel in table.wheels})
        return f"use a machine or an operating system among {', '.join(machines)}; a Pi Zero or 1 has none"
    pythons = sorted({python for wheel in same for python in wheel.python})
    if here.python not in pythons:
        return f"use Python {' or '.join(pythons)}"
    libcs = [wheel.libc for wheel in same if wheel.libc is not None]
    return f"a newer operating system is needed, with glibc {min(libcs, key=_numbers)} or later"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
