import json
from pathlib import Path

import pytest

from edgesmith.benchmarks import BenchmarkPlan, benchmark, command
from edgesmith.benchmarks.plan import QUICK_SAMPLES, SAMPLES, SECONDS
from edgesmith.benchmarks.results import BenchResult
from edgesmith.cli import main


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch, result: BenchResult) -> list[BenchmarkPlan]:
    """The plan that a command line leads to; nothing is measured."""
    plans: list[BenchmarkPlan] = []

    def remember(plan: BenchmarkPlan, *, progress: object) -> BenchResult:
        plans.append(plan)
        return result

    monkeypatch.setattr(benchmark, "bench", remember)
    return plans


def test_defaults(planned: list[BenchmarkPlan], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "a.onnx", "b.onnx", "--data", "photos"]) == 0
    plan = planned[0]
    assert [str(path) for path in plan.models] == ["a.onnx", "b.onnx"]
    assert (str(plan.output), plan.threads, plan.engines, plan.samples, plan.seconds) == (
        "bench", (1,), (), SAMPLES, SECONDS,
    )  # fmt: skip
    printed = capsys.readouterr()
    assert "colours-int8.onnx" in printed.out
    assert "report: bench/report.html" in printed.out


def test_options_reach_the_plan(planned: list[BenchmarkPlan]) -> None:
    words = [
        "--threads",
        "1,2,4",
        "--engine",
        "onnxruntime",
        "--engine",
        "tensorflow",
        "--quick",
        "--seed",
        "7",
        "-o",
        "out",
    ]
    main(["bench", "a.onnx", "--data", "photos", *words])
    plan = planned[0]
    assert (plan.threads, plan.engines) == ((1, 2, 4), ("onnxruntime", "tensorflow"))
    assert (plan.seed, str(plan.output)) == (7, "out")
    assert (plan.samples, plan.seconds) == (QUICK_SAMPLES, 0.0)


def test_json_is_bench_json_and_nothing_else(
    planned: list[BenchmarkPlan], capsys: pytest.CaptureFixture[str], bench_folder: Path
) -> None:
    assert planned == []
    main(["bench", "a.onnx", "--data", "photos", "--json"])
    printed = capsys.readouterr()
    assert printed.out == (bench_folder / "bench.json").read_text()
    assert json.loads(printed.out)["schema"] == "edgesmith.bench/1"


@pytest.mark.parametrize(
    "words",
    [["a.onnx"], ["--data", "photos"], ["a.onnx", "--data", "d", "--threads", "1,x"], ["a.onnx", "--data", "d", "--device", "moon"]],
    ids=["no data", "no model", "bad threads", "unknown device"],
)  # fmt: skip
def test_wrong_usage_exits_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["bench", *words])
    assert caught.value.code == 2
    assert "usage: edgesmith bench" in capsys.readouterr().err


def test_errors_have_a_tip_and_exit_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["bench", str(tmp_path / "a.onnx"), "--data", str(tmp_path), "--threads", "0"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "threads [0]" in printed.err
    assert "tip: " in printed.err


def test_the_help_shows_examples() -> None:
    assert "Examples:" in (command.__doc__ or "")
