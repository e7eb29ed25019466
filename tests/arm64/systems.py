"""The operating systems that the emulated Pis run: Debian, on which Raspberry Pi OS is built."""

from dataclasses import dataclass

_BASE = ("libstdc++6", "zlib1g", "libc-bin")


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


def _python_packages(version: str) -> tuple[str, ...]:
    return ("python3-minimal", f"python{version}-minimal", f"libpython{version}-stdlib", *_BASE)


# glibc 2.36 and newer take every one of these (PEP 600).
_AARCH64 = (*(f"manylinux_2_{minor}_aarch64" for minor in (34, 28, 27, 17)), "manylinux2014_aarch64")


SYSTEMS = {
    system.name: system
    for system in (
        System(
            name="bookworm-arm64",
            suite="bookworm",
            architecture="arm64",
            python="3.11",
            emulator="qemu-aarch64",
            packages=_python_packages("3.11"),
            wheel_platforms=_AARCH64,
        ),
        System(
            name="trixie-arm64",
            suite="trixie",
            architecture="arm64",
            python="3.13",
            emulator="qemu-aarch64",
            packages=_python_packages("3.13"),
            wheel_platforms=_AARCH64,
        ),
        System(
            name="bookworm-armhf",
            suite="bookworm",
            architecture="armhf",
            python="3.11",
            emulator="qemu-arm",
            packages=("python3", "python3-numpy", "python3-pil", *_BASE),
            wheel_platforms=("manylinux_2_34_armv7l",),
            debian_numpy=True,
        ),
    )
}
