"""What makes a number less trustworthy, found in the numbers and in the machine's own words."""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_

from edgesmith.benchmarks.quantization import likely_reason, quantized_pairs
from edgesmith.benchmarks.quietness import QUIET, spread_of_blocks
from edgesmith.benchmarks.report.wording import joined
from edgesmith.benchmarks.results import BenchRun, BenchWarning, Block, DataFacts, FailedRun, WarningKind
from edgesmith.runtime.accuracy import wilson_interval
from edgesmith.runtime.errors import GateError
from edgesmith.runtime.machine.environment import Environment
from edgesmith.runtime.machine.state import THROTTLED_NOW, THROTTLED_SINCE_START, State, throttling_words

_NOISY = 2.0  # p99 over p50 of invoke, whose work is the same in every sample

FEW_IMAGES = 100
"""With fewer the 95 % interval of a perfect score is wider than 3.7 points."""

UNFIT: frozenset[WarningKind] = frozenset({"busy", "governor", "throttled", "not quiet"})
"""What a strict benchmark refuses: the machine, not the model, makes these numbers doubtful."""


def find_warnings(
    runs: Sequence[BenchRun],
    *,
    environment: Environment,
    data: DataFacts,
    failed: Sequence[FailedRun] = (),
    blocks: Sequence[Block] = (),
) -> tuple[BenchWarning, ...]:
    """All warnings, the gravest first."""
    return (
        *_failed(failed),
        *_not_int8(runs),
        *_int8_not_faster(runs, environment),
        *_machine(environment),
        *_throttled(runs, blocks),
        *_not_quiet(blocks),
        *_noisy(runs),
        *_threads(runs, environment.cores),
        *_images(data),
    )


def require_fit(environment: Environment, state: State) -> None:
    """Raise `GateError`, saying what to do, for a machine that is not fit to be measured on."""
    words = throttling_words((state.throttled_flags or 0) & THROTTLED_NOW)
    found = [warning.message for warning in _machine(environment)]
    if words:
        found.append(f"The board reports {', '.join(words)}. Cool it, or give it a stronger power supply.")
    if found:
        raise GateError(
            f"this machine is not fit to be measured on: {' '.join(found)}",
            tip="without --strict it is measured all the same, and marked",
        )


def require_fit_throughout(warnings: Sequence[BenchWarning]) -> None:
    """Raise `GateError` when the machine turned out unfit while it was measured on."""
    found = [warning.message for warning in warnings if warning.kind in UNFIT]
    if found:
        raise GateError(
            f"this machine was not fit while it was measured on: {' '.join(found)}",
            tip="the result is written; measure again on a quiet machine",
        )


def _failed(failed: Sequence[FailedRun]) -> Iterator[BenchWarning]:
    for run in failed:
        tip = f" ({run.tip})" if run.tip else ""
        yield BenchWarning(
            kind="failed",
            message=f"{run.file}, {run.threads} thread{'s' if run.threads > 1 else ''}, was not measured: {run.reason}{tip}",
        )


def _not_int8(runs: Sequence[BenchRun]) -> Iterator[BenchWarning]:
    for file, doubt in dict.fromkeys((run.file, run.doubt) for run in runs if run.doubt):
        yield BenchWarning(kind="not int8", message=f"{file} is not what it is called: {doubt}.")


def _int8_not_faster(runs: Sequence[BenchRun], environment: Environment) -> Iterator[BenchWarning]:
    for pair in quantized_pairs(runs):
        if not pair.faster:
            int8, float32 = pair.int8.summary.phases.invoke.p50, pair.float32.summary.phases.invoke.p50
            yield BenchWarning(
                kind="int8 not faster",
                message=f"{title(pair.int8)}: invoke takes {int8:.3g} ms, the float32 file {float32:.3g} ms. "
                f"Likely reason: {likely_reason(pair, environment)}.",
            )


def _machine(environment: Environment) -> Iterator[BenchWarning]:
    load = environment.load_average
    if load is not None and load[0] > environment.cores:
        yield BenchWarning(
            kind="busy",
            message=f"The load average was {load[0]:.1f} on {environment.cores} cores before the start: other "
            "processes took time. Stop them and measure again.",
        )
    if environment.governor == "powersave":
        yield BenchWarning(
            kind="governor",
            message="The CPU frequency governor is powersave, which keeps the frequency low. For full speed: "
            "sudo cpupower frequency-set -g performance.",
        )


def _noisy(runs: Sequence[BenchRun]) -> Iterator[BenchWarning]:
    invokes = [(run, run.summary.phases.invoke) for run in runs]
    worst_first = sorted(invokes, key=lambda one: -one[1].p99 / max(one[1].p50, 1e-4))
    noisy = [
        f"{title(run)} ({invoke.p99:.3g} against {invoke.p50:.3g} ms)"
        for run, invoke in worst_first
        if invoke.p99 > _NOISY * invoke.p50
    ]
    if noisy:
        yield BenchWarning(
            kind="noisy",
            message=f"p99 of invoke is more than {_NOISY:g} times its p50: something else ran on this machine. "
            f"Trust p50 only, or measure again on a quiet one. It concerns {joined(noisy)}.",
        )


def _throttled(runs: Sequence[BenchRun], blocks: Sequence[Block]) -> Iterator[BenchWarning]:
    for index, run in enumerate(runs):
        during = [block.state.throttled_flags or 0 for block in blocks if block.run == index]
        before, after = run.state.before.throttled_flags or 0, run.state.after.throttled_flags or 0
        # The upper bits remember since the machine started: only those that are new concern this run.
        new = (after & ~before) >> THROTTLED_SINCE_START
        words = throttling_words(reduce(or_, during, before | after) & THROTTLED_NOW | new)
        if words:
            yield BenchWarning(
                kind="throttled",
                message=f"{title(run)}: the board reported {', '.join(words)} during the run. Cool it, or give "
                "it a stronger power supply.",
            )


def _threads(runs: Sequence[BenchRun], cores: int) -> Iterator[BenchWarning]:
    counts = sorted({run.threads for run in runs if run.threads > cores})
    if counts:
        yield BenchWarning(
            kind="threads",
            message=f"{' and '.join(map(str, counts))} threads are more than the {cores} usable cores.",
        )


def _not_quiet(blocks: Sequence[Block]) -> Iterator[BenchWarning]:
    spread = spread_of_blocks(blocks)
    if spread > QUIET:
        yield BenchWarning(
            kind="not quiet",
            message=f"The reference kernel, whose work never changes, moved by {100 * spread:.0f} % between blocks: "
            "something else used this machine, or its frequency changed. Stop other programs, set the governor "
            "to performance, cool the board; then measure again.",
        )


def _images(data: DataFacts) -> Iterator[BenchWarning]:
    if not data.labelled:
        yield BenchWarning(
            kind="no labels",
            message="The data have no class folders: latency only, accuracy was not measured.",
        )
    elif data.images < FEW_IMAGES:
        lowest = 100 * wilson_interval(data.images, data.images)[0]
        yield BenchWarning(
            kind="few images",
            message=f"{data.images} images prove little about accuracy: even if all of them are right, top-1 may be "
            f"anything from {lowest:.0f} % on.",
        )


def title(run: BenchRun) -> str:
    """How messages name a run."""
    return f"{run.file} on {run.engine_name}, {run.threads} thread{'s' if run.threads > 1 else ''}"
