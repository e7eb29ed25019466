"""The command line that repeats a benchmark."""

import dataclasses
import shlex
from collections.abc import Iterator

from edgesmith.benchmarks.plan import (
    QUICK_SAMPLES,
    QUICK_SECONDS,
    SAMPLES,
    BenchmarkPlan,
    Device,
    usual_seconds,
)
from edgesmith.benchmarks.protocol import DEFAULT_MINUTES
from edgesmith.benchmarks.results import BenchResult, PlanFacts

# Fields of the plan that no option sets.
_UNSPEAKABLE = ("warmup_inferences", "warmup_seconds", "cold_starts")

_PLACES: dict[Device, str] = {
    "ssh": "ssh://USER@HOST",
    "adb": "adb:SERIAL",
    "emulated": "emulated:BOARD",
    "browser": "browser",
}


def command(result: BenchResult) -> str:
    """The command line, to be run where the files are. Of another device only the kind is known, not the host.

    Numbers that only Python can ask for follow as a comment.
    """
    plan = result.plan
    files = dict.fromkeys([run.file for run in result.runs] + [run.file for run in result.failed])
    words = ["edgesmith", "bench", *files, "--data", result.data.name]
    words += ["--threads", ",".join(map(str, plan.threads))]
    words += [word for name in (plan.engine or "").split(",") if name for word in ("--engine", name)]
    words += ["--device", _PLACES[plan.device]] if plan.device != "local" else []
    words += _protocol(plan)
    words += ["--profile"] if any(run.profile for run in result.runs) else []
    words += ["--seed", str(plan.seed)] if plan.seed else []
    odd = dict(_odd(plan))
    line = shlex.join(words)
    if not odd:
        return line
    return f"{line}  # in Python, with BenchmarkPlan({', '.join(f'{name}={value:g}' for name, value in odd.items())})"


def _protocol(plan: PlanFacts) -> Iterator[str]:
    if plan.samples == QUICK_SAMPLES:
        yield "--quick"
    if plan.scenario != "interleaved":
        yield from ("--scenario", plan.scenario)
        minutes = plan.seconds / 60
        if minutes != DEFAULT_MINUTES[plan.scenario]:
            yield from ("--minutes", f"{minutes:g}")
    if plan.processes != 1:
        yield from ("--processes", str(plan.processes))


def _odd(plan: PlanFacts) -> Iterator[tuple[str, float]]:
    if plan.samples not in (QUICK_SAMPLES, SAMPLES):
        yield "samples", plan.samples
    if plan.scenario == "interleaved":
        expected = QUICK_SECONDS if plan.samples == QUICK_SAMPLES else usual_seconds(plan.processes)
        if plan.seconds != expected:
            yield "seconds", plan.seconds
    defaults = {field.name: field.default for field in dataclasses.fields(BenchmarkPlan)}
    for name in _UNSPEAKABLE:
        if getattr(plan, name) != defaults[name]:
            yield name, getattr(plan, name)
