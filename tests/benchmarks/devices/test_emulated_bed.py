import shutil
from pathlib import Path

import pytest
from tests.arm64.bed import missing_requirement
from tests.arm64.systems import SYSTEMS

from edgesmith.benchmarks.devices.emulated import rootfs, wheels
from edgesmith.benchmarks.devices.emulated.bed import Bed
from edgesmith.benchmarks.devices.emulated.boards import BOARDS
from edgesmith.benchmarks.devices.emulated.emulated_pi import assemble
from edgesmith.benchmarks.devices.emulated.systems import BOOKWORM
from edgesmith.benchmarks.devices.emulated.tools import require_commands, run_command
from edgesmith.runtime.errors import DeviceError


def test_missing_commands_are_named_with_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda command: None if command != "apt-get" else "/bin/true")
    with pytest.raises(DeviceError, match="need qemu-aarch64 and gcc, not found") as caught:
        require_commands("qemu-aarch64", "gcc", "apt-get")
    assert caught.value.tip == "on Debian and Ubuntu: sudo apt-get install qemu-user gcc"


def test_what_a_program_said_is_in_the_error() -> None:
    with pytest.raises(DeviceError, match="asking sh failed, sh ended with code 3: no idea") as caught:
        run_command(["sh", "-c", "echo no idea >&2; exit 3"], what="asking sh", tip="ask again")
    assert caught.value.tip == "ask again"


def test_without_keys_of_debian_the_reason_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda command: "/bin/true")
    monkeypatch.setattr(rootfs, "_KEYRING", tmp_path / "absent.gpg")
    assert "debian-archive-keyring" in str(missing_requirement())


def test_without_a_debian_archive_the_reason_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\necho http://mirror/ubuntu/\n")
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(shutil, "which", lambda command: "/bin/true")
    monkeypatch.setattr(rootfs, "_KEYRING", apt)
    with pytest.raises(DeviceError, match="no source of apt here is a Debian archive"):
        rootfs.debian_archive()


def test_a_build_that_fails_leaves_nothing_under_the_name(tmp_path: Path) -> None:
    def half(folder: Path) -> None:
        (folder / "usr").mkdir()
        raise DeviceError("no space left")

    bed = Bed(folder=tmp_path)
    with pytest.raises(DeviceError):
        bed.keep("root", half)
    assert not (tmp_path / "root").exists()
    bed.keep("root", lambda folder: (folder / "usr").mkdir())
    assert {entry.name for entry in tmp_path.iterdir()} == {"root", "lock"}


def test_what_a_killed_process_has_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".root.partial-x").mkdir()
    Bed(folder=tmp_path).keep("root", lambda folder: (folder / "usr").mkdir())
    assert {entry.name for entry in tmp_path.iterdir()} == {"root", "lock"}


def test_what_was_built_is_not_built_again(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    assert Bed(folder=tmp_path).keep("root", lambda folder: pytest.fail("built")) == tmp_path / "root"


def test_a_pi_gets_the_engine_of_the_extra_and_the_projects_floor() -> None:
    wanted = wheels.requirements("litert", BOOKWORM)
    assert any(line.startswith("ai-edge-litert") for line in wanted)
    assert any(line.startswith("numpy") for line in wanted)
    assert not any("tensorflow" in line for line in wanted)


def test_markers_are_not_judged_by_this_python() -> None:
    assert all(";" not in line for line in wheels.requirements("tflite", BOOKWORM))


def test_where_debian_brings_numpy_no_wheel_of_it_is_asked_for() -> None:
    wanted = wheels.requirements("tflite", SYSTEMS["bookworm-armhf"])
    assert [line.partition(">")[0] for line in wanted] == ["tflite-runtime"]


@pytest.mark.parametrize("board", ["pi3", "pi4", "pi5"])
def test_the_launcher_asks_for_the_boards_own_processor(board: str, tmp_path: Path) -> None:
    new = tmp_path / "new"
    assemble(BOARDS[board], BOOKWORM, root=tmp_path, site=tmp_path, folder=new, place=tmp_path / "there")
    script = (new / "python3").read_text()
    assert f"-cpu {BOARDS[board].cpu} -L {tmp_path / 'there'} " in script


def test_a_root_without_a_lib_of_its_own_gets_that_of_usr(tmp_path: Path) -> None:
    (tmp_path / "root/usr/lib").mkdir(parents=True)
    new = tmp_path / "pi5"
    assemble(BOARDS["pi5"], BOOKWORM, root=tmp_path / "root", site=tmp_path, folder=new, place=new)
    assert (new / "lib").resolve() == tmp_path / "root/usr/lib"
