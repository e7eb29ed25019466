"""`--device emulated:BOARD` up to the emulator; what it counts there is in test_emulated_counting.py."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks import BenchmarkPlan, bench, count_instructions
from edgesmith.benchmarks.devices.emulated import bed
from edgesmith.benchmarks.devices.emulated import benchmark as emulated
from edgesmith.benchmarks.devices.emulated.boards import BOARDS
from edgesmith.benchmarks.devices.emulated.counts import CountsResult
from edgesmith.benchmarks.devices.emulated.emulated_pi import EmulatedPi
from edgesmith.benchmarks.devices.emulated.emulator import Emulator
from edgesmith.benchmarks.devices.emulated.plugin import Plugin
from edgesmith.benchmarks.devices.emulated.systems import BOOKWORM
from edgesmith.benchmarks.worker.counting import COUNTED
from edgesmith.cli import main
from edgesmith.runtime.errors import DeviceError, EngineError, OptionError

PLUGIN = Plugin(library=Path("/counter.so"))
QEMU = Emulator(command="qemu-aarch64", version=(7, 2, 22))
ANSWER = {
    "engine": "onnxruntime 1.31.1",
    "python": "CPython 3.11.2",
    "os": "Debian",
    "packages": {"numpy": "2"},
}

Board = Callable[..., None]


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Board:
    """Make every emulated Pi answer and count as told, without one."""
    monkeypatch.setenv("EDGESMITH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(emulated, "require_commands", lambda *names: None)
    monkeypatch.setattr(emulated, "build_plugin", lambda folder: PLUGIN)
    monkeypatch.setattr(emulated, "find_emulator", lambda bed: QEMU)

    def make(*, code: int = 0, answer: Any = ANSWER, said: str = "", step: int = 1) -> None:
        def run(
            self: EmulatedPi, *words: Any, variables: dict[str, str], **rest: Any
        ) -> "subprocess.CompletedProcess[str]":
            output = Path(variables["QEMU_PLUGIN"].partition(",output=")[2])
            images = words[5:]
            marks = "".join(
                f"5 0 0 0 0 0 0 0\n{1_000_000 + step * number} 1 1 1 0 1 0 0\n"
                for number in range(COUNTED * len(images))
            )
            output.write_text(marks)
            return subprocess.CompletedProcess([], code, stdout=json.dumps(answer) + "\n", stderr=said)

        monkeypatch.setattr(EmulatedPi, "run", run)
        monkeypatch.setattr(
            bed.Bed,
            "pi",
            lambda self, board, system, extra, emulator: EmulatedPi(
                board=board, system=system, python=Path("/python3")
            ),
        )

    return make


@pytest.fixture
def plan(models: tuple[Path, Path], pictures: Path, tmp_path: Path) -> BenchmarkPlan:
    return _plan(models, pictures, tmp_path)


def _plan(models: tuple[Path, Path], pictures: Path, folder: Path, **changes: Any) -> BenchmarkPlan:
    fields = {"models": models, "data": pictures, "output": folder / "counts", "device": "emulated:pi4"}
    return BenchmarkPlan(**{**fields, **changes})


def test_counts_are_written_with_what_they_were_counted_on(
    board: Board, models: tuple[Path, Path], pictures: Path, tmp_path: Path
) -> None:
    board()
    result = count_instructions(_plan(models, pictures, tmp_path))
    assert CountsResult.load(tmp_path / "counts/counts.json") == result
    assert [run.file for run in result.runs] == ["colours-float32.onnx", "colours-int8.onnx"]
    assert result.board.cpu == "cortex-a72"
    assert (result.emulator.version, result.system.name) == ("7.2.22", BOOKWORM.name)
    assert result.images == emulated.IMAGES
    assert len(result.runs[0].regions) == COUNTED * emulated.IMAGES
    assert result.runs[0].instructions.total == 1_000_008


def test_a_file_that_is_not_what_it_is_called_is_told(board: Board, plan: BenchmarkPlan) -> None:
    board()
    (doubt,) = count_instructions(plan).warnings
    assert doubt.startswith("colours-int8.onnx is not what it is called: its metadata say int8, but only 0 %")


def test_counts_that_scatter_are_told(board: Board, plan: BenchmarkPlan) -> None:
    board(step=10_000)
    first = count_instructions(plan).warnings[1]
    assert first.startswith("colours-float32.onnx on onnxruntime: only 11 % of 9 inferences are within 0.1 %")


def test_from_the_command_line(
    board: Board,
    models: tuple[Path, Path],
    pictures: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    board()
    words = ["bench", str(models[1]), "--data", str(pictures), "--device", "emulated:pi5"]
    assert main([*words, "-o", str(tmp_path / "a")]) == 0
    assert "(cortex-a76) in QEMU 7.2.22; not a time" in capsys.readouterr().out
    assert main([*words, "-o", str(tmp_path / "b"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "edgesmith.counts/1"


def test_boards_beside_each_other(
    board: Board,
    models: tuple[Path, Path],
    pictures: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    board()
    words = ["bench", str(models[1]), "--data", str(pictures), "-o", str(tmp_path / "all")]
    assert main([*words, "--device", "emulated:pi3", "emulated:pi4"]) == 0
    printed = capsys.readouterr().out
    assert printed.index("cortex-a53") < printed.index("cortex-a72")
    assert (tmp_path / "all/emulated-pi4/counts.json").is_file()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"threads": (1, 4)}, "--threads"),
        ({"processes": 5}, "--processes"),
        ({"scenario": "sustained"}, "--scenario"),
        ({"strict": True}, "--strict"),
        ({"remote_python": "python3"}, "--remote-python"),
    ],
    ids=["threads", "processes", "scenario", "strict", "python"],
)
def test_what_is_about_times_is_refused(
    changes: dict[str, Any], named: str, models: tuple[Path, Path], pictures: Path, tmp_path: Path
) -> None:
    with pytest.raises(OptionError, match="no times are taken") as caught:
        count_instructions(_plan(models, pictures, tmp_path, **changes))
    assert caught.value.tip == f"leave out {named}"


def test_times_of_an_emulated_board_are_refused(
    models: tuple[Path, Path], pictures: Path, tmp_path: Path
) -> None:
    with pytest.raises(OptionError, match="emulated:pi4 has no times"):
        bench(_plan(models, pictures, tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_an_engine_that_does_not_run_the_file(
    models: tuple[Path, Path], pictures: Path, tmp_path: Path
) -> None:
    with pytest.raises(EngineError, match=r"ai-edge-litert does not run colours-float32\.onnx") as caught:
        count_instructions(_plan(models, pictures, tmp_path, engines=("ai-edge-litert",)))
    assert caught.value.tip == "--engine onnxruntime does"


def test_what_this_machine_lacks_is_said_before_anything_is_fetched(
    models: tuple[Path, Path], pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceError, match="need qemu-aarch64 and gcc") as caught:
        count_instructions(_plan(models, pictures, tmp_path))
    assert "apt-get install qemu-user gcc" in str(caught.value.tip)
    assert not (tmp_path / "counts").exists()


@pytest.mark.parametrize(
    ("ending", "kind", "message"),
    [
        ({"code": -4}, EngineError, "an instruction that the cortex-a72 of a pi4 does not have"),
        ({"code": -11, "said": "boom"}, EngineError, "was killed by signal 11\n  | boom"),
        (
            {"answer": {"error": {"kind": "EngineError", "message": "no", "tip": None}}},
            EngineError,
            "onnx: no",
        ),
        ({"code": 1, "said": "Could not load plugin /counter.so: API"}, DeviceError, "does not take"),
    ],
    ids=["illegal instruction", "killed", "refused by the engine", "refused plugin"],
)
def test_how_a_board_can_end(
    ending: dict[str, Any], kind: type[Exception], message: str, board: Board, plan: BenchmarkPlan
) -> None:
    board(**ending)
    with pytest.raises(kind, match=message):
        count_instructions(plan)
    assert not plan.output.exists()


def test_the_boards_of_the_address_are_those_that_there_are() -> None:
    assert list(BOARDS) == ["pi3", "pi4", "pi5"]
