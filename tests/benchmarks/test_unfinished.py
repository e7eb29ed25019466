"""`--resume` where the result is there already."""

from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.benchmarks.inputs import ModelInput
from edgesmith.benchmarks.journal import journal_file
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.results import BENCH_FILE, BenchResult, BenchRun
from edgesmith.benchmarks.unfinished import finished
from edgesmith.runtime.errors import OutputError
from edgesmith.runtime.modelfile import read_spec


@pytest.fixture
def plan(
    tmp_path: Path, make_result: Callable[..., BenchResult], make_run: Callable[..., BenchRun]
) -> BenchmarkPlan:
    """A benchmark of `a.onnx` that is finished."""
    result = make_result(make_run("a.onnx", "float32", [1.0]))
    (tmp_path / "bench").mkdir()
    result.save(tmp_path / "bench" / BENCH_FILE)
    found = result.plan
    return BenchmarkPlan(
        models=(tmp_path / "a.onnx",),
        data=tmp_path,
        output=tmp_path / "bench",
        resume=True,
        samples=found.samples,
        seconds=found.seconds,
        warmup_inferences=found.warmup_inferences,
        warmup_seconds=found.warmup_seconds,
        cold_starts=found.cold_starts,
    )


@pytest.fixture
def model(models: tuple[Path, Path]) -> Callable[[str], ModelInput]:
    """A file of that name, with the contents of all runs of `make_run`."""
    return lambda name: ModelInput(
        path=Path(name), file=name, sha256="0" * 64, bytes=1, spec=read_spec(models[0])
    )


def test_it_is_given_and_what_is_left_of_its_journal_goes(
    plan: BenchmarkPlan, model: Callable[[str], ModelInput]
) -> None:
    journal = journal_file(plan.output)
    journal.write_text("killed between the result and this")
    assert [run.file for run in finished(plan, [model("a.onnx")], "1" * 64).runs] == ["a.onnx"]
    assert not journal.exists()


@pytest.mark.parametrize(
    ("files", "data"),
    [(["a.onnx", "b.onnx"], "1"), (["b.onnx"], "1"), (["a.onnx"], "2")],
    ids=["a file more", "another file", "other images"],
)
def test_another_benchmark_is_not_taken_for_it(
    files: list[str], data: str, plan: BenchmarkPlan, model: Callable[[str], ModelInput]
) -> None:
    with pytest.raises(OutputError, match="holds another benchmark"):
        finished(plan, [model(file) for file in files], data * 64)
