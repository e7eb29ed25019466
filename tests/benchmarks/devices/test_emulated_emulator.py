import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.benchmarks.devices.emulated import emulator
from edgesmith.benchmarks.devices.emulated.bed import Bed
from edgesmith.benchmarks.devices.emulated.emulator import find_emulator, look_at, qemu_version
from edgesmith.benchmarks.devices.emulated.systems import System
from edgesmith.runtime.errors import DeviceError

Write = Callable[..., Path]


@pytest.fixture
def qemu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a stand-in qemu-aarch64, first on PATH."""

    def write(version: str, *, plugins: bool, folder: str = "bin") -> Path:
        program = tmp_path / folder / "qemu-aarch64"
        program.parent.mkdir(parents=True)
        help_text = "-plugin QEMU_PLUGIN [file=]<file>" if plugins else "-strace"
        program.write_text(
            f'#!/bin/sh\ncase "$1" in --version) echo "qemu-aarch64 version {version} (Debian)";; *) echo "{help_text}";; esac\n'
        )
        program.chmod(0o755)
        return program

    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    return write


@pytest.mark.parametrize(
    ("version", "plugins", "fits"),
    [
        ("6.2.0", True, True),
        ("7.2.22", True, True),
        ("8.2.2", True, True),
        ("7.2.22", False, False),
        ("5.2.0", True, False),
        ("9.0.4", True, False),
        ("10.0.13", False, False),
        ("11.1.0", True, False),
    ],
)
def test_which_qemu_takes_the_plugin(version: str, plugins: bool, fits: bool, qemu: Write) -> None:
    assert (look_at(str(qemu(version, plugins=plugins))) is not None) == fits


def test_a_fitting_one_of_this_machine_is_used(qemu: Write, tmp_path: Path) -> None:
    qemu("7.2.22", plugins=True)
    found = find_emulator(Bed(folder=tmp_path / "cache"))
    assert (found.command, found.name) == ("qemu-aarch64", "7.2.22")


def test_else_debians_is_fetched_once(qemu: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def build_root(system: System, root: Path, *, archive: str, work: Path) -> None:
        built = qemu("7.2.22", plugins=True, folder="built")
        loader = root / "lib/triplet/ld-linux.so.2"
        for file in (loader, root / "usr/bin/qemu-aarch64"):
            file.parent.mkdir(parents=True)
            shutil.copy(built, file)
        # What a loader does with its words: the program is the third.
        loader.write_text('#!/bin/sh\nprogram=$3; shift 3; exec "$program" "$@"\n')
        fetched.append((system.suite, system.packages))

    fetched: list[tuple[str, tuple[str, ...]]] = []
    qemu("10.0.13", plugins=False)
    monkeypatch.setattr(emulator, "build_root", build_root)
    monkeypatch.setattr(emulator, "debian_archive", lambda: "http://mirror/debian")
    for _ in range(2):
        found = find_emulator(Bed(folder=tmp_path / "cache"))
        assert found.name == "7.2.22"
        assert Path(found.command).is_relative_to(tmp_path / "cache")
    assert fetched == [("bookworm", ("qemu-user",))]


def test_the_version_is_read_from_what_qemu_says() -> None:
    assert qemu_version("qemu-aarch64 version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\nCopyright") == (7, 2, 22)
    with pytest.raises(DeviceError, match="does not say its version: 'hello'"):
        qemu_version("hello\n")
