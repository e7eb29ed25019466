import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks.results import BenchResult
from edgesmith.cli import main

OLD = [20.0, 20.1, 19.9, 20.05, 19.95]
SLOWER = [1.1 * value for value in OLD]

Files = Callable[..., list[str]]


@pytest.fixture
def files(processes_result: Callable[..., BenchResult], tmp_path: Path) -> Files:
    """Two result files as arguments: OLD, and one of the medians given."""

    def write(medians: list[float], **changes: Any) -> list[str]:
        for name, result in (
            ("old", processes_result(OLD)),
            ("new", processes_result(medians, **changes)),
        ):
            (tmp_path / name).mkdir()
            result.save(tmp_path / name / "bench.json")
        return [str(tmp_path / "old"), str(tmp_path / "new" / "bench.json")]

    return write


def test_the_answer_comes_first(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *files(OLD)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "no difference"
    assert any("invoke" in line and "20.000 →    20.000 ms" in line for line in printed)
    assert any("top-1" in line and "McNemar" in line for line in printed)


def test_json_is_one_document(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *files(SLOWER), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "edgesmith.compare/1"
    assert document["verdicts"] == ["slower"]
    assert document["pairs"][0]["phases"][1]["ratio"] == pytest.approx(1.1)


@pytest.mark.parametrize("allowed", ["5%", "5"])
def test_a_gate_that_is_not_met_exits_3(
    files: Files, allowed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *files(SLOWER), "--max-slowdown", allowed, "--max-drop", "0.5"]) == 3
    printed = capsys.readouterr()
    assert printed.out.startswith("slower in 2 of 2 times")
    assert "10.0 % slower, 5 % are allowed" in printed.err


def test_a_gate_on_a_machine_that_was_not_quiet_is_not_judged(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    words = files(SLOWER, reference=[1.0, 1.0, 1.0, 1.0, 1.2])
    assert main(["compare", *words, "--max-slowdown", "5%"]) == 1
    printed = capsys.readouterr()
    assert printed.out.startswith("machine not quiet: the reference kernel moved by 20.0 %")
    assert "not judged" in printed.err


def test_processes_that_scatter_on_a_quiet_machine_are_not_the_reference_s_fault(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *files([20.0, 30.0, 25.0, 35.0, 22.0])]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("machine not quiet in 2 of 2 times")
    assert "more --processes" in printed.out


def test_a_gate_that_is_met_exits_0(files: Files) -> None:
    assert main(["compare", *files(OLD), "--max-slowdown", "5%", "--max-drop", "0.5"]) == 0


@pytest.mark.parametrize("word", ["much", "-1", "nan", "inf"])
def test_an_impossible_gate_is_wrong_usage(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["compare", "a", "b", f"--max-slowdown={word}"])
    assert caught.value.code == 2
    assert word in capsys.readouterr().err


def test_a_file_that_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(tmp_path / "absent.json"), str(tmp_path)]) == 1
    assert "absent.json" in capsys.readouterr().err
