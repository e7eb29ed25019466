import shutil
from pathlib import Path

import pytest
from tests.arm64 import bed, packages, rootfs
from tests.arm64.boards import BOARDS
from tests.arm64.emulated_pi import assemble
from tests.arm64.systems import SYSTEMS

BOOKWORM = SYSTEMS["bookworm-arm64"]


def test_a_missing_command_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda command: None if command == "qemu-arm" else "/bin/true")
    assert bed.missing_requirement() == "no qemu-arm; `apt-get install qemu-user` brings it"


def test_without_a_debian_archive_the_reason_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda command: "/bin/true")
    monkeypatch.setattr(rootfs, "debian_archive", lambda: None)
    assert "Debian archive" in str(bed.missing_requirement())


def test_a_build_that_fails_leaves_nothing_under_the_name(tmp_path: Path) -> None:
    def half(folder: Path) -> None:
        folder.mkdir()
        raise RuntimeError("no space left")

    with pytest.raises(RuntimeError):
        bed._kept(tmp_path / "root", half)
    assert not (tmp_path / "root").exists()
    bed._kept(tmp_path / "root", lambda folder: folder.mkdir())
    assert [entry.name for entry in tmp_path.iterdir()] == ["root"]


def test_what_was_built_is_not_built_again(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    assert bed._kept(tmp_path / "root", lambda folder: pytest.fail("built")) == tmp_path / "root"


def test_a_pi_gets_the_engine_of_the_extra_and_the_projects_floor() -> None:
    wanted = packages.requirements("litert", BOOKWORM)
    assert any(line.startswith("ai-edge-litert") for line in wanted)
    assert any(line.startswith("numpy") for line in wanted)
    assert not any("tensorflow" in line for line in wanted)


def test_markers_are_not_judged_by_this_python() -> None:
    assert all(";" not in line for line in packages.requirements("tflite", BOOKWORM))


def test_where_debian_brings_numpy_no_wheel_of_it_is_asked_for() -> None:
    wanted = packages.requirements("tflite", SYSTEMS["bookworm-armhf"])
    assert [line.partition(">")[0] for line in wanted] == ["tflite-runtime"]


@pytest.mark.parametrize("board", ["pi3", "pi4", "pi5"])
def test_the_launcher_asks_for_the_boards_own_processor(board: str, tmp_path: Path) -> None:
    pi = assemble(
        BOARDS[board], BOOKWORM, root=tmp_path / "root", site=tmp_path / "site", folder=tmp_path / board
    )
    assert f"-cpu {BOARDS[board].cpu} " in pi.python.read_text()


def test_a_root_without_a_lib_of_its_own_gets_that_of_usr(tmp_path: Path) -> None:
    (tmp_path / "root/usr/lib").mkdir(parents=True)
    assemble(BOARDS["pi5"], BOOKWORM, root=tmp_path / "root", site=tmp_path, folder=tmp_path / "pi5")
    assert (tmp_path / "pi5/lib").resolve() == tmp_path / "root/usr/lib"
