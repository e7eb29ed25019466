"""Boards and systems beside those on which `edgesmith bench` counts: what else must run edgesmith."""

from dataclasses import replace

from edgesmith.benchmarks.devices.emulated.boards import BOARDS as COUNTED
from edgesmith.benchmarks.devices.emulated.boards import Board, caches
from edgesmith.benchmarks.devices.emulated.systems import (
    BASE_PACKAGES,
    BOOKWORM,
    System,
    python_packages,
)

_PI2 = Board(
    name="pi2",
    model="Raspberry Pi 2 Model B Rev 1.1",
    hardware="a01041",
    cpu="cortex-a7",
    part=0xC07,
    variant=0,
    revision=5,
    features="half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae evtstrm",
    kilohertz=900_000,
    caches=caches("32K", "32K", "512K", shared=True),
    architecture=7,
)
BOARDS = COUNTED | {"pi2": _PI2}

_TRIXIE = replace(
    BOOKWORM, name="trixie-arm64", suite="trixie", python="3.13", packages=python_packages("3.13")
)
_ARMHF = System(
    name="bookworm-armhf",
    suite="bookworm",
    architecture="armhf",
    python="3.11",
    emulator="qemu-arm",
    packages=("python3", "python3-numpy", "python3-pil", *BASE_PACKAGES),
    wheel_platforms=("manylinux_2_34_armv7l",),
    debian_numpy=True,
)
SYSTEMS = {system.name: system for system in (BOOKWORM, _TRIXIE, _ARMHF)}
