"""`bench`: check, measure, write the report."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from edgesmith.benchmarks.caveats import require_fit
from edgesmith.benchmarks.devices.address import parse_address
from edgesmith.benchmarks.devices.device import Device, Needs
from edgesmith.benchmarks.devices.opening import open_device
from edgesmith.benchmarks.gather import gather, require_one
from edgesmith.benchmarks.inputs import DataInput, ModelInput, check_data, list_data, read_models
from edgesmith.benchmarks.journal import Journal, alone
from edgesmith.benchmarks.measure import Bench, load_request, measure
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.progress import Progress, Silence
from edgesmith.benchmarks.report.render import write_report
from edgesmith.benchmarks.results import BENCH_FILE, BenchResult, Block
from edgesmith.benchmarks.resumed import JournaledWorkers
from edgesmith.benchmarks.schedule import image_order
from edgesmith.benchmarks.unfinished import (
    explained,
    finished,
    open_journal,
    require_no_journal,
    require_same_machine,
)
from edgesmith.benchmarks.variant import Variant
from edgesmith.benchmarks.worker import messages
from edgesmith.runtime.atomic import require_free, staged_folder
from edgesmith.runtime.engines import EngineName
from edgesmith.runtime.engines.choose import extras_of
from edgesmith.runtime.machine.environment import Environment
from edgesmith.runtime.machine.state import State
from edgesmith.runtime.modelfile import format_of


def bench(
    plan: BenchmarkPlan, *, progress: Progress | None = None, device: Device | None = None
) -> BenchResult:
    """Measure the plan's models and write `bench.json`, `report.md` and `report.html` to its output folder.

    `device`: measured on instead of the one that the plan names. A model that cannot run there becomes a row that
    says why. Raises `EdgesmithError`: before anything is measured for models, data, classes and the output folder,
    and `GateError` for an unfit machine where the plan is strict; later when nothing could be measured, and
    `DeviceError` when the device goes. No output folder is left then; what was measured lies in a journal beside it,
    and `resume` goes on from there.
    """
    progress = Silence() if progress is None else progress
    parse_address(plan.device)  # refused before any file is read
    models = read_models(plan.models)
    data = list_data(plan.data)
    if plan.resume and (plan.output / BENCH_FILE).is_file():
        return finished(plan, models, check_data(data, progress).sha256)
    require_free(plan.output)
    variants = _variants(models, data, plan)
    with alone(plan.output):
        require_no_journal(plan)
        with staged_folder(plan.output) as folder:
            facts = check_data(data, progress)
            journal = open_journal(plan, models, facts.sha256)
            environment, blocks = _measure_on_device(variants, data, plan, journal, progress, device)
            result = gather(variants, blocks, plan=plan, environment=environment, data=facts)
            result.save(folder / BENCH_FILE)
            write_report(result, folder)
        journal.remove()
    return result


def _measure_on_device(
    variants: list[Variant],
    data: DataInput,
    plan: BenchmarkPlan,
    journal: Journal,
    progress: Progress,
    given: Device | None,
) -> tuple[Environment, list[Block]]:
    models = list(dict.fromkeys(variant.model.path for variant in variants))
    opened = (
        open_device(parse_address(plan.device), _needs(plan, models)) if given is None else nullcontext(given)
    )
    with opened as device:
        workers = JournaledWorkers(journal, device.start_worker)
        with explained(journal, workers, variants, plan) as known:
            places = known.places = device.place([*models, *data.files], progress)
            if journal.begun:
                require_same_machine(journal, device)
            setup = Bench(
                plan=plan,
                images=tuple(places[file] for file in image_order(data.files, seed=plan.seed)),
                start_worker=workers.start,
                progress=progress,
                where=lambda file: places[file],
                clock=journal.clock,
            )
            return _look_around(variants, setup), measure(variants, setup)


def _needs(plan: BenchmarkPlan, models: list[Path]) -> Needs:
    return Needs(
        formats=tuple(sorted({format_of(model) for model in models})),
        engines=plan.engines,
        install=plan.install,
        remote_python=plan.remote_python,
    )


def _variants(models: list[ModelInput], data: DataInput, plan: BenchmarkPlan) -> list[Variant]:
    variants = []
    for model in models:
        classes = data.classes_for(model)
        labelled = None if classes is None else tuple(zip(data.files, classes, strict=True))
        variants += [
            Variant(model=model, threads=threads, labelled=labelled, asked=engine)
            for engine in _engines_for(model, plan)
            for threads in plan.threads
        ]
    return variants


def _engines_for(model: ModelInput, plan: BenchmarkPlan) -> Sequence[EngineName | None]:
    if not plan.engines:
        return (None,)
    known = extras_of(format_of(model.path))
    return [engine for engine in plan.engines if engine in known] or plan.engines[:1]  # which says why not


def _look_around(variants: list[Variant], setup: Bench) -> Environment:
    """Describe the machine, then load each model once on each engine, so that one that cannot run is known now."""
    plan = setup.plan
    with setup.start_worker("the environment") as worker:
        environment = worker.ask(messages.ReadEnvironment(), Environment)
        state = worker.ask(messages.ReadState(), State)
    if plan.strict:
        require_fit(environment, state)
    for variant in variants:
        if variant.threads == plan.threads[0]:
            with variant.attempt(), setup.start_worker(variant.model.file) as worker:
                worker.ask(load_request(variant, setup.where), messages.Loaded)
            for other in variants:
                if (other.model, other.asked) == (variant.model, variant.asked):
                    other.failure = variant.failure
    require_one(variants)
    return environment
