import struct
from pathlib import Path

import pytest
from tests.arm64.systems import BOARDS

from edgesmith.benchmarks.devices.emulated.boards import Board, write_files
from edgesmith.runtime import cpu

# Arm's Technical Reference Manuals, register MIDR: the part number of each processor that QEMU is asked for.
PARTS = {"cortex-a7": 0xC07, "cortex-a53": 0xD03, "cortex-a72": 0xD08, "cortex-a76": 0xD0B}


@pytest.fixture(params=sorted(BOARDS))
def board(request: pytest.FixtureRequest) -> Board:
    return BOARDS[request.param]


def test_the_files_name_the_processor_that_qemu_emulates(board: Board, tmp_path: Path) -> None:
    write_files(board, tmp_path)
    processor = tmp_path / "sys/devices/system/cpu/cpu3/regs/identification/midr_el1"
    assert int(processor.read_text(), 16) >> 4 & 0xFFF == PARTS[board.cpu]
    assert f"CPU part\t: {PARTS[board.cpu]:#x}\n" in (tmp_path / "proc/cpuinfo").read_text()


def test_no_board_is_qemus_max() -> None:
    assert {board.cpu for board in BOARDS.values()} == set(PARTS)


@pytest.mark.parametrize(
    ("name", "has_dot_product"), [("pi3", False), ("pi4", False), ("pi5", True)], ids=["pi3", "pi4", "pi5"]
)
def test_only_a_pi_5_has_the_dot_product(name: str, has_dot_product: bool, tmp_path: Path) -> None:
    write_files(BOARDS[name], tmp_path)
    assert ("asimddp" in cpu.features(tmp_path / "proc/cpuinfo")) == has_dot_product


def test_writing_a_second_board_leaves_nothing_of_the_first(tmp_path: Path) -> None:
    write_files(BOARDS["pi5"], tmp_path)
    write_files(BOARDS["pi4"], tmp_path)
    assert not (tmp_path / "sys/devices/system/cpu/cpu0/cache/index3").exists()
    assert (tmp_path / "proc/device-tree/model").read_text() == "Raspberry Pi 4 Model B Rev 1.4\0"


def test_the_midr_of_a_pi_4_is_that_of_the_board() -> None:
    assert struct.pack(">I", BOARDS["pi4"].midr).hex() == "410fd083"  # Cortex-A72 r0p3
