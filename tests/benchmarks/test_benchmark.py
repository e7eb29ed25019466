import dataclasses
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any, Self, cast

import pytest

from edgesmith.benchmarks import BenchmarkPlan, bench
from edgesmith.benchmarks.devices.process import WorkerProcess
from edgesmith.benchmarks.measure import SETTLE, Bench, measure
from edgesmith.benchmarks.progress import Silence
from edgesmith.benchmarks.results import BenchResult, Block
from edgesmith.benchmarks.variant import Variant
from edgesmith.benchmarks.worker import messages
from edgesmith.benchmarks.worker.messages import Samples
from edgesmith.runtime import errors
from edgesmith.runtime.machine.state import State

IDLE = State(temperature_c=None, frequency_mhz=None, throttled_flags=None, load_average=None)


def test_runs_come_in_the_order_given_and_hold_what_was_asked(result: BenchResult) -> None:
    assert [(run.file, run.threads) for run in result.runs] == [
        (f"colours-{precision}.onnx", threads) for precision in ("float32", "int8") for threads in (1, 2)
    ]
    for run in result.runs:
        assert len(run.samples_ms) == 20
        assert len(run.warmup_ms) == 3
        assert run.accuracy is not None
        assert run.accuracy.top1 == pytest.approx(6 / 7)
        assert run.accuracy.images == 7
        assert run.evaluation is not None
        assert run.evaluation.hits.sum() == 6
        assert run.quality is not None
        assert [found.images for found in run.quality.classes] == [3, 4]
        assert [process.samples for process in run.processes] == [20]
        assert run.memory is not None
        assert run.memory.load_growth_bytes > 0
        # A new process: Python, numpy, the engine and the file. Loading is only a part of it.
        assert run.cold_start_ms is not None
        assert run.cold_start_ms > run.load_ms > run.summary.p50


def test_a_folder_of_images_alone_gives_latency_and_says_so(
    tiny_plan: Callable[..., BenchmarkPlan], pictures: Path
) -> None:
    result = bench(tiny_plan(data=pictures / "red"))
    assert result.runs[0].accuracy is None
    assert not result.data.labelled
    assert "no labels" in [warning.kind for warning in result.warnings]


def test_a_variant_goes_on_until_it_has_its_seconds(tiny_plan: Callable[..., BenchmarkPlan]) -> None:
    result = bench(tiny_plan(samples=5, seconds=0.1))
    assert sum(result.runs[0].samples_ms.end_to_end) >= 100
    assert len(result.runs[0].samples_ms) > 5


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ("absent model", errors.ModelFileError, "no such model file"),
        ("plain onnx", errors.ModelFileError, r"plain\.onnx: no edgesmith metadata"),
        ("broken image", errors.ImageError, r"red/0\.png"),
        ("strange class", errors.DataError, "green"),
        ("no data", errors.DataError, "not a folder"),
        ("wrong engine", errors.EngineError, "ai-edge-litert does not run"),
        ("output in use", errors.OutputError, "not empty"),
    ],
)
def test_bad_input_is_refused_and_leaves_nothing(
    change: Any,
    error: type[errors.EdgesmithError],
    message: str,
    tiny_plan: Callable[..., BenchmarkPlan],
    pictures: Path,
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    shutil.copytree(pictures, data)
    plan = tiny_plan(data=data)
    match change:
        case "absent model":
            plan = dataclasses.replace(plan, models=(tmp_path / "absent.onnx",))
        case "plain onnx":
            import onnx

            model = onnx.load(plan.models[0])
            del model.metadata_props[:]
            onnx.save(model, tmp_path / "plain.onnx")
            plan = dataclasses.replace(plan, models=(tmp_path / "plain.onnx",))
        case "broken image":
            (data / "red" / "0.png").write_bytes(b"\x89PNG")
        case "strange class":
            (data / "red").rename(data / "green")
        case "no data":
            plan = dataclasses.replace(plan, data=tmp_path / "absent")
        case "wrong engine":
            plan = dataclasses.replace(plan, engines=("ai-edge-litert",))
        case "output in use":
            plan.output.mkdir()
            (plan.output / "theirs.txt").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(error, match=message):
        bench(plan)
    assert sorted(tmp_path.rglob("*")) == before


Log = list[tuple[str, Any]]


class ScriptedWorker:
    """Stands in for a process and notes what it is asked; every sample takes a millisecond."""

    def __init__(self, subject: str, log: Log) -> None:
        self.subject, self.log = subject, log

    def ask(self, request: messages.Request, answer: type[Any]) -> Any:
        self.log.append((self.subject, request))
        count = len(getattr(request, "images", ()))
        ones = (1.0,) * count
        answers: dict[type[Any], Any] = {
            messages.Loaded: messages.Loaded(engine="engine 1", load_ms=2.0),
            messages.ColdStarted: messages.ColdStarted(
                loaded=messages.Loaded(engine="engine 1", load_ms=2.0), milliseconds=20.0
            ),
            messages.Classified: messages.Classified(label="red", score=1.0),
            messages.ReferenceTimes: messages.ReferenceTimes(milliseconds=(1.0,) * 9),
            messages.WarmedUp: messages.WarmedUp(milliseconds=(1.0,) * 3),
            Samples: Samples(decode=ones, preprocess=ones, invoke=ones, postprocess=ones, end_to_end=ones)
            if count
            else None,
            messages.Memory: messages.Memory(peak_rss_bytes=1, rss_bytes=1),
            State: IDLE,
        }
        return answers[answer]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.log.append((self.subject, "closed"))


def scripted(
    plan: BenchmarkPlan,
    variants: list[Variant],
    make: Callable[[str, Log], Any] = ScriptedWorker,
    clock: Callable[[], float] = perf_counter,
) -> tuple[Log, list[Block]]:
    """The log and the blocks of a benchmark in which nothing runs."""
    log: Log = []
    blocks = measure(
        variants,
        Bench(
            plan=plan,
            images=tuple(f"{number}.png" for number in range(7)),
            start_worker=lambda subject: cast("WorkerProcess", make(subject, log)),
            progress=Silence(),
            clock=clock,
        ),
    )
    return log, blocks


@pytest.fixture
def two_variants(models: tuple[Path, Path]) -> list[Variant]:
    from edgesmith.benchmarks.inputs import read_models

    return [Variant(model=model, threads=1, labelled=None) for model in read_models(models)]


@pytest.fixture
def protocol(
    tiny_plan: Callable[..., BenchmarkPlan], models: tuple[Path, Path], two_variants: list[Variant]
) -> Callable[[int], Log]:
    """The log of a benchmark of two variants."""

    def run(seed: int) -> Log:
        variants = [dataclasses.replace(variant, cold_starts=[], loads=[]) for variant in two_variants]
        return scripted(tiny_plan(models=models, seed=seed, cold_starts=3), variants)[0]

    return run


def test_blocks_of_variants_take_turns_in_a_seeded_order(protocol: Callable[[int], Log]) -> None:
    def turns(log: Log) -> list[str]:
        return [subject for subject, request in log if isinstance(request, messages.Measure)]

    first = turns(protocol(0))
    assert len(first) == 20  # ten blocks of each of two variants
    assert all(len(set(first[turn : turn + 2])) == 2 for turn in range(0, 20, 2))
    assert first == turns(protocol(0)) != turns(protocol(1))


def test_all_variants_see_the_same_images_in_the_same_order(protocol: Callable[[int], Log]) -> None:
    seen: dict[str, list[str]] = {}
    for subject, request in protocol(0):
        if isinstance(request, messages.Measure):
            seen.setdefault(subject, []).extend(request.images)
            assert request.settle == SETTLE
    first, second = seen.values()
    assert first == second
    assert first[:8] == [*(f"{number}.png" for number in range(7)), "0.png"]


def test_cold_starts_come_before_all_else_by_turns(protocol: Callable[[int], Log]) -> None:
    log = protocol(0)
    asked = [request for _, request in log]
    firsts = asked[: 3 * 2]
    assert all(isinstance(request, messages.ColdStart) for request in firsts)
    assert not any(isinstance(request, messages.ColdStart) for request in asked[3 * 2 :])
    assert all(len({request.model for request in firsts[turn : turn + 2]}) == 2 for turn in (0, 2, 4))


def test_memory_is_read_after_the_samples_of_all(protocol: Callable[[int], Log]) -> None:
    names = [type(request).__name__ for _, request in protocol(0)]
    assert max(i for i, name in enumerate(names) if name == "Measure") < names.index("ReadMemory")


def test_a_worker_that_dies_leaves_no_folder(
    tiny_plan: Callable[..., BenchmarkPlan], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    from edgesmith.benchmarks.devices import local

    def start_dying(subject: str) -> WorkerProcess:
        code = "import sys; sys.stdin.readline(); sys.exit('out of luck')"
        return WorkerProcess(subject, command=[sys.executable, "-c", code])

    monkeypatch.setattr(local, "start_worker", start_dying)
    plan = tiny_plan()
    with pytest.raises(errors.EngineError, match="out of luck"):
        bench(plan)
    assert list(plan.output.parent.iterdir()) == []


def test_several_processes_are_fresh_and_share_the_samples(
    tiny_plan: Callable[..., BenchmarkPlan], models: tuple[Path, Path], two_variants: list[Variant]
) -> None:
    _, blocks = scripted(tiny_plan(models=models, processes=5, samples=40), two_variants)
    for number, variant in enumerate(two_variants):
        assert [process.samples for process in variant.processes] == [8] * 5
        mine = [block for block in blocks if block.run == number]
        assert [block.process for block in mine] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
        assert variant.samples is not None
        assert sum(block.samples for block in mine) == len(variant.samples) == 40
        assert all(1 <= len(block.reference_ms) <= 9 for block in mine)


def test_time_begins_with_the_first_block_of_the_first_process(
    tiny_plan: Callable[..., BenchmarkPlan], models: tuple[Path, Path], two_variants: list[Variant]
) -> None:
    ticks = count(1000.0)
    plan = tiny_plan(models=models, processes=2, samples=40)
    _, blocks = scripted(plan, two_variants, clock=lambda: next(ticks))
    assert [block.begin_s for block in blocks] == [float(number) for number in range(len(blocks))]
    assert {block.process for block in blocks} == {0, 1}


@pytest.mark.parametrize("scenario", ["single-stream", "sustained"])
def test_scenarios_without_pause_measure_one_after_the_other(
    tiny_plan: Callable[..., BenchmarkPlan],
    models: tuple[Path, Path],
    two_variants: list[Variant],
    scenario: Any,
) -> None:
    log, blocks = scripted(tiny_plan(models=models, scenario=scenario), two_variants)
    assert [block.run for block in blocks] == sorted(block.run for block in blocks)
    assert {request.settle for _, request in log if isinstance(request, messages.Measure)} == {0}


class Refusing(ScriptedWorker):
    """Loads nothing that is called int8."""

    def ask(self, request: messages.Request, answer: type[Any]) -> Any:
        if "int8" in self.subject and isinstance(request, messages.Load):
            raise errors.EngineError("an operator is too new", tip="use another file")
        return super().ask(request, answer)


def test_a_variant_that_cannot_run_says_why_and_the_rest_goes_on(
    tiny_plan: Callable[..., BenchmarkPlan], models: tuple[Path, Path], two_variants: list[Variant]
) -> None:
    _, blocks = scripted(tiny_plan(models=models), two_variants, Refusing)
    float32, int8 = two_variants
    assert float32.samples is not None
    assert len(float32.samples) == 20
    assert {block.run for block in blocks} == {0}
    assert (int8.failed_run().reason, int8.failed_run().tip) == ("an operator is too new", "use another file")


def test_a_failed_model_is_a_row_with_its_reason(
    tiny_plan: Callable[..., BenchmarkPlan], models: tuple[Path, Path], tmp_path: Path
) -> None:
    import onnx

    model = onnx.load(models[1])
    model.graph.node[0].op_type = "Castle"
    onnx.save(model, tmp_path / "broken-int8.onnx")
    result = bench(tiny_plan(models=(models[0], tmp_path / "broken-int8.onnx"), threads=(1, 2)))
    assert [(run.file, run.threads) for run in result.runs] == [
        ("colours-float32.onnx", 1), ("colours-float32.onnx", 2),
    ]  # fmt: skip
    assert [(run.file, run.threads) for run in result.failed] == [
        ("broken-int8.onnx", 1), ("broken-int8.onnx", 2),
    ]  # fmt: skip
    assert "broken-int8.onnx" in result.failed[0].reason
    assert result.warnings[0].kind == "failed"


def test_of_several_engines_those_that_read_a_file_measure_it(
    tiny_plan: Callable[..., BenchmarkPlan],
) -> None:
    result = bench(tiny_plan(engines=("ai-edge-litert", "onnxruntime")))
    assert {run.engine_name for run in result.runs} == {"onnxruntime"}
    assert result.failed == ()
    assert result.plan.engine == "ai-edge-litert,onnxruntime"


def test_a_variant_is_measured_on_the_engine_that_was_asked_for(
    tiny_plan: Callable[..., BenchmarkPlan], two_variants: list[Variant]
) -> None:
    two_variants[0].asked, two_variants[1].asked = "tensorflow", "ai-edge-litert"
    log, _ = scripted(tiny_plan(), two_variants)
    asked = {request.engine for _, request in log if isinstance(request, messages.Load | messages.ColdStart)}
    assert asked == {"tensorflow", "ai-edge-litert"}


def test_a_strict_plan_refuses_an_unfit_machine_before_it_measures(
    make_environment: Callable[..., Any],
) -> None:
    from edgesmith.benchmarks.caveats import require_fit

    with pytest.raises(errors.GateError, match="powersave"):
        require_fit(make_environment(governor="powersave"), IDLE)
    with pytest.raises(errors.GateError, match="under-voltage"):
        require_fit(make_environment(), dataclasses.replace(IDLE, throttled_flags=1))
    require_fit(make_environment(), dataclasses.replace(IDLE, throttled_flags=1 << 16))
