"""The operating system that an emulated Pi runs: Debian, on which Raspberry Pi OS is built."""

from dataclasses import dataclass

BASE_PACKAGES = ("libstdc++6", "zlib1g", "libc-bin")

# glibc 2.36 and newer take every one of these (PEP 600).
AARCH64_WHEELS = (*(f"manylinux_2_{minor}_aarch64" for minor in (34, 28, 27, 17)), "manylinux2014_aarch64")


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One Debian release for one architecture.

    `emulator`: the program of Debian's package qemu-user. `packages`: what its root is made of, dependencies
    come along. `wheel_platforms`: the tags that pip on such a system accepts. `debian_numpy`: numpy and Pillow
    are Debian's own, since there are no wheels of them.
    """

    name: str
    suite: str
    architecture: str
    python: str
    emulator: str
    packages: tuple[str, ...]
    wheel_platforms: tuple[str, ...]
    debian_numpy: bool = False


def python_packages(version: str) -> tuple[str, ...]:
    """A Python that can run wheels, without what only its users would want."""
    return ("python3-minimal", f"python{version}-minimal", f"libpython{version}-stdlib", *BASE_PACKAGES)


BOOKWORM = System(
    name="bookworm-arm64",
    suite="bookworm",
    architecture="arm64",
    python="3.11",
    emulator="qemu-aarch64",
    packages=python_packages("3.11"),
    wheel_platforms=AARCH64_WHEELS,
)
