"""A benchmark that was broken off: what is kept of it, what is missing, and whether it may be gone on with."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from edgesmith.benchmarks.devices.device import Device
from edgesmith.benchmarks.gather import plan_facts
from edgesmith.benchmarks.inputs import ModelInput
from edgesmith.benchmarks.journal import Journal, journal_file
from edgesmith.benchmarks.measure import load_request
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.report.wording import threads as in_threads
from edgesmith.benchmarks.results import BENCH_FILE, BenchResult
from edgesmith.benchmarks.resumed import JournaledWorkers
from edgesmith.benchmarks.variant import Variant
from edgesmith.benchmarks.worker import messages
from edgesmith.runtime.errors import DataError, DeviceError, OutputError
from edgesmith.runtime.machine.environment import Environment
from edgesmith.runtime.strict import from_json

# Of an `Environment`: what must not change between two parts of one benchmark.
_SAME = ("cpu_model", "cores", "architecture", "board", "kernel", "os", "python", "packages")


def require_no_journal(plan: BenchmarkPlan) -> None:
    """Raise `OutputError` for a journal that would be lost: unless the plan resumes it."""
    file = journal_file(plan.output)
    if file.exists() and not plan.resume:
        raise OutputError(
            f"an earlier benchmark to {str(plan.output)!r} was broken off; what it measured is in {str(file)!r}",
            tip="--resume goes on with it; remove that file to begin anew",
        )


def measured(plan: BenchmarkPlan, models: Sequence[ModelInput], data_sha256: str) -> dict[str, Any]:
    """What is measured, as JSON: a benchmark goes on only with what was measured of the same."""
    return {
        "edgesmith": version("edgesmith"),
        "plan": dataclasses.asdict(plan_facts(plan)),
        "models": [[model.file, model.sha256] for model in models],
        "data": data_sha256,
    }


def open_journal(plan: BenchmarkPlan, models: Sequence[ModelInput], data_sha256: str) -> Journal:
    """The journal of this benchmark, with what an earlier run has written. Raises `DataError` for another's."""
    what = measured(plan, models, data_sha256)
    head = {**what, "device": plan.device, "plan": what["plan"] | {"profile": plan.profile}}
    journal = Journal(journal_file(plan.output), head)
    if plan.resume and journal.file.exists():
        journal.read()
    return journal


def finished(plan: BenchmarkPlan, models: Sequence[ModelInput], data_sha256: str) -> BenchResult:
    """The result that is there already; its journal, if still there, goes.

    Raises `OutputError` when it is another benchmark's.
    """
    result = BenchResult.load(plan.output / BENCH_FILE)
    hashes = {model.file: model.sha256 for model in models}
    same = result.plan == plan_facts(plan) and result.data.sha256 == data_sha256
    present = {run.file for run in result.runs} | {run.file for run in result.failed}
    same = same and set(hashes) == present
    if not same or any(hashes[run.file] != run.sha256 for run in result.runs):
        raise OutputError(
            f"the output folder {str(plan.output)!r} holds another benchmark", tip="name another folder"
        )
    journal_file(plan.output).unlink(missing_ok=True)
    return result


def require_same_machine(journal: Journal, device: Device) -> None:
    """Raise `DataError` when the device or its software is not that of the journal."""
    before = from_json(Environment, journal.recorded[0][0].answer, where=journal.file.name)
    with device.start_worker("the environment") as worker:
        now = worker.ask(messages.ReadEnvironment(), Environment)
    changed = [
        f"{name} was {getattr(before, name)!r} and is {getattr(now, name)!r}"
        for name in _SAME
        if getattr(before, name) != getattr(now, name)
    ]
    if changed:
        raise DataError(
            f"the device is not what it was when the benchmark was broken off: {'; '.join(changed)}",
            tip=f"remove {str(journal.file)!r} to begin anew",
        )


@dataclass(slots=True, kw_only=True)
class Known:
    """`places`: what files are called on the device, once they are there."""

    places: Mapping[Path, str] = field(default_factory=dict)


@contextmanager
def explained(
    journal: Journal, workers: JournaledWorkers, variants: Sequence[Variant], plan: BenchmarkPlan
) -> Iterator[Known]:
    """Add to a `DeviceError` of the block what is kept, what is missing, and how to go on."""
    known = Known()
    try:
        yield known
    except DeviceError as error:
        if not journal.begun:
            raise
        rows = [_row(variant, workers, known.places, plan) for variant in variants if variant.failure is None]
        raise DeviceError(
            f"{error}; not finished: {'; '.join(rows)}. All of it is kept in {str(journal.file)!r}",
            tip="; then ".join(filter(None, [error.tip, "the same command with --resume goes on"])),
        ) from error


def _row(variant: Variant, workers: JournaledWorkers, places: Mapping[Path, str], plan: BenchmarkPlan) -> str:
    have = workers.samples[load_request(variant, lambda file: places.get(file, ""))]
    engine = f" on {variant.asked}" if variant.asked else ""
    return (
        f"{variant.model.file}{engine}, {in_threads(variant.threads)}: {have} of {plan.samples} samples"
        + ("" if have < plan.samples else ", what follows them")
    )
