import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.results import BenchResult, BenchRun
from edgesmith.runtime.errors import EdgesmithError
from edgesmith.runtime.runrecord import DataRecord, RunRecord
from edgesmith.runtime.spec import InputSpec
from peers import litert_benchmark, litert_sides
from peers import measure as module
from peers.measure import main
from peers.prepare import Prepared

FILE = "edgesmith-int8.tflite"
RUN = RunRecord(
    labels=("blue", "red"),
    input=InputSpec(height=128, width=128, channels=3),
    data=DataRecord(root="/data", sha256="0" * 64, train=(), val=(), test=()),
    plan={"model": "mobilenet_v2", "alpha": 0.35},
    metrics={},
    environment={},
    seconds={},
)


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    (tmp_path / "work/bench").mkdir(parents=True)
    words = ["measure.py", str(tmp_path / "run"), "-o", str(tmp_path / "peers.md")]
    words += ["--work", str(tmp_path / "work")]
    monkeypatch.setattr("sys.argv", words)
    return words


@pytest.fixture
def plans(
    words: list[str],
    prepared: Callable[..., Prepared],
    make_run: Callable[..., BenchRun],
    make_result: Callable[..., BenchResult],
    monkeypatch: pytest.MonkeyPatch,
) -> list[BenchmarkPlan]:
    """The plans that were measured, of nothing but made-up numbers."""
    plans: list[BenchmarkPlan] = []

    def bench(plan: BenchmarkPlan, **_: Any) -> BenchResult:
        plans.append(plan)
        file = plan.output / "bench.json"
        file.touch()
        os.utime(file, (1_700_000_000, 1_700_000_000))
        return make_result(make_run(FILE, "int8", [2.0] * 8))

    monkeypatch.setattr(module, "bench", bench)
    monkeypatch.setattr(module, "convert", lambda run, deploy: None)
    monkeypatch.setattr(module, "prepare", lambda shop: [prepared(FILE), prepared("tf2onnx-int8.onnx", "no")])
    monkeypatch.setattr(module, "makers_versions", dict)
    monkeypatch.setattr(RunRecord, "load", lambda run: RUN)
    monkeypatch.setattr(litert_benchmark, "tasks_for", lambda models, data, threads: [])
    monkeypatch.setattr(litert_benchmark, "measure", lambda tasks, output, sessions: None)
    return plans


def test_one_command_writes_the_page(plans: list[BenchmarkPlan], tmp_path: Path) -> None:
    assert main() == 0
    text = (tmp_path / "peers.md").read_text()
    assert "measured on 2023-11-1" in text  # when the samples were taken, not when the page was written
    assert "no; `pip install tf2onnx` brings it" in text
    assert "mobilenet_v2 0.35 at 128x128, 2 classes" in text
    plan = plans[0]
    assert [file.name for file in plan.models] == [FILE]
    assert (plan.processes, plan.resume, plan.output) == (5, True, tmp_path / "work/bench")


def test_quick_is_short(plans: list[BenchmarkPlan], words: list[str]) -> None:
    words.append("--quick")
    assert main() == 0
    assert (plans[0].samples, plans[0].seconds, plans[0].processes) == (50, 0.0, 2)


def test_without_litert_benchmark_the_page_says_what_brings_it(
    plans: list[BenchmarkPlan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(litert_sides, "is_installed", lambda: False)
    assert main() == 0
    assert (
        "`pip install 'ai-edge-litert>=2.3'` brings litert-benchmark" in (tmp_path / "peers.md").read_text()
    )


@pytest.mark.usefixtures("plans")
def test_an_error_is_text_and_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(run: Path, deploy: Path) -> None:
        raise EdgesmithError("no RUN there", tip="train one")

    monkeypatch.setattr(module, "convert", refuse)
    with pytest.raises(SystemExit, match="no RUN there\ntip: train one"):
        main()
    assert not (tmp_path / "peers.md").exists()
