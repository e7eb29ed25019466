"""What makes a number less trustworthy, found in the numbers and in the machine's own words."""

from collections.abc import Iterator, Sequence

from edgesmith.benchmarks.quantization import likely_reason, quantized_pairs
from edgesmith.benchmarks.results import BenchRun, BenchWarning
from edgesmith.runtime.machine.environment import Environment
from edgesmith.runtime.machine.state import THROTTLED_NOW, THROTTLED_SINCE_START, throttling_words

_NOISY = 2.0  # p99 over p50 of invoke, whose work is the same in every sample


def find_warnings(
    runs: Sequence[BenchRun], *, environment: Environment, labelled: bool
) -> tuple[BenchWarning, ...]:
    """All warnings, the gravest first."""
    return (
        *_int8_not_faster(runs, environment),
        *_machine(environment),
        *_throttled(runs),
        *_noisy(runs),
        *_threads(runs, environment.cores),
        *_labels(labelled),
    )


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
    noisy = [
        f"{title(run)} ({invoke.p99:.3g} against {invoke.p50:.3g} ms)"
        for run, invoke in invokes
        if invoke.p99 > _NOISY * invoke.p50
    ]
    if noisy:
        yield BenchWarning(
            kind="noisy",
            message=f"p99 of invoke is more than {_NOISY:g} times its p50: something else ran on this machine. "
            f"Trust p50 only, or measure again on a quiet one. It concerns {'; '.join(noisy)}.",
        )


def _throttled(runs: Sequence[BenchRun]) -> Iterator[BenchWarning]:
    for run in runs:
        before, after = run.state.before.throttled_flags or 0, run.state.after.throttled_flags or 0
        # The upper bits remember since the machine started: only those that are new concern this run.
        new = (after & ~before) >> THROTTLED_SINCE_START
        words = throttling_words((before | after) & THROTTLED_NOW | new)
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


def _labels(labelled: bool) -> Iterator[BenchWarning]:
    if not labelled:
        yield BenchWarning(
            kind="no labels",
            message="The data have no class folders: latency only, accuracy was not measured.",
        )


def title(run: BenchRun) -> str:
    """How messages name a run."""
    return f"{run.file} on {run.engine_name}, {run.threads} thread{'s' if run.threads > 1 else ''}"
