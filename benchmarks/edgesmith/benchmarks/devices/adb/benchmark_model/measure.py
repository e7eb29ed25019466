"""A benchmark by `benchmark_model`: look, measure by turns, write."""

from collections.abc import Iterator
from itertools import islice

from edgesmith.benchmarks.devices.adb.benchmark_model.result import (
    PROTOCOL,
    RESULT_FILE,
    ToolFailure,
    ToolResult,
    ToolRun,
)
from edgesmith.benchmarks.devices.adb.benchmark_model.tool import Tool, find_tool, flags
from edgesmith.benchmarks.devices.adb.facts import PhoneFacts, read_facts
from edgesmith.benchmarks.devices.adb.phone import AdbShell, find_phone
from edgesmith.benchmarks.devices.adb.state import read_phone_state
from edgesmith.benchmarks.devices.address import parse_address
from edgesmith.benchmarks.inputs import ModelInput, read_models
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.progress import Progress
from edgesmith.benchmarks.schedule import rounds
from edgesmith.runtime.atomic import require_free
from edgesmith.runtime.errors import DeviceError, EngineError, OptionError
from edgesmith.runtime.modelfile import format_of

Turn = tuple[ModelInput, int]


def measure_with_tool(plan: BenchmarkPlan, *, progress: Progress) -> ToolResult:
    """Measure every model with every number of threads, `processes` times each, and write the result.

    Raises `OptionError` for what the tool cannot do, and `DeviceError` when the phone goes; what was measured until
    then is written all the same.
    """
    if plan.scenario != "interleaved":
        raise OptionError(f"benchmark_model has no scenario {plan.scenario}", tip="leave out --scenario")
    models = read_models(plan.models)
    require_free(plan.output)
    shell = AdbShell(phone=find_phone(parse_address(plan.device)))
    tool, phone = find_tool(shell), read_facts(shell)
    runs: list[ToolRun] = []
    failed: list[ToolFailure] = []
    lost: DeviceError | None = None
    try:
        for model, threads in progress.track(list(_turns(models, plan)), "benchmark_model"):
            _take(tool, model, threads, plan, runs, failed)
    except DeviceError as error:
        lost = error
    result = _gather(plan, tool, phone, runs, failed)
    if runs:
        result.save(plan.output)
    if lost is not None and runs:
        kept = plan.output / RESULT_FILE
        raise DeviceError(f"{lost}; {len(runs)} runs are kept in {str(kept)!r}", tip=lost.tip) from lost
    if lost is not None:
        raise lost
    if not runs:
        raise EngineError(
            f"nothing could be measured: {failed[0].file}: {failed[0].reason}",
            tip="`edgesmith verify` says whether the file is intact; name a .tflite",
        )
    return result


def _turns(models: list[ModelInput], plan: BenchmarkPlan) -> Iterator[Turn]:
    """All variants in a random order, as often as there are processes: what drifts hits all alike."""
    variants = [(model, threads) for model in models for threads in plan.threads]
    for order in islice(rounds(variants, seed=plan.seed), plan.processes):
        yield from order


def _take(
    tool: Tool,
    model: ModelInput,
    threads: int,
    plan: BenchmarkPlan,
    runs: list[ToolRun],
    failed: list[ToolFailure],
) -> None:
    """One turn; a file that the tool cannot run is noted, once."""
    if any((one.file, one.threads) == (model.file, threads) for one in failed):
        return
    try:
        if format_of(model.path) != "tflite":
            raise EngineError("benchmark_model runs .tflite files only", tip="convert with --format tflite")
        place = tool.bring(model.path, sha256=model.sha256)
        before = read_phone_state(tool.shell)
        times = tool.measure(place, threads=threads, plan=plan)
        after = read_phone_state(tool.shell)
        operators = tool.profile(place, threads=threads, plan=plan) if plan.profile else None
    except EngineError as error:
        failed.append(ToolFailure(file=model.file, threads=threads, reason=str(error)))
        return
    runs.append(
        ToolRun(
            file=model.file,
            sha256=model.sha256,
            bytes=model.bytes,
            precision=model.spec.precision,
            threads=threads,
            times=times,
            before=before,
            after=after,
            operators=operators,
        )
    )


def _gather(
    plan: BenchmarkPlan, tool: Tool, phone: PhoneFacts, runs: list[ToolRun], failed: list[ToolFailure]
) -> ToolResult:
    shared = [
        word for word in flags(plan, model="", threads=0) if not word.startswith(("--graph", "--num_threads"))
    ]
    return ToolResult(
        protocol=PROTOCOL,
        phone=phone,
        tool_sha256=tool.sha256,
        flags=tuple(shared),
        runs=tuple(runs),
        failed=tuple(failed),
    )
