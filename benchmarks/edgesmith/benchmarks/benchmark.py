"""`bench`: check, measure, write the report."""

from edgesmith.benchmarks.caveats import find_warnings
from edgesmith.benchmarks.devices.local import start_worker
from edgesmith.benchmarks.inputs import DataInput, ModelInput, check_and_hash, list_data, read_models
from edgesmith.benchmarks.measure import Bench, Variant, measure
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.progress import Progress, Silence
from edgesmith.benchmarks.report.render import write_report
from edgesmith.benchmarks.results import BENCH_FILE, BenchResult, DataFacts, PlanFacts
from edgesmith.benchmarks.schedule import image_order
from edgesmith.benchmarks.worker import messages
from edgesmith.runtime.atomic import require_free, staged_folder
from edgesmith.runtime.machine.environment import Environment


def bench(plan: BenchmarkPlan, *, progress: Progress | None = None) -> BenchResult:
    """Measure the plan's models and write `bench.json`, `report.md` and `report.html` to its output folder.

    Raises `EdgesmithError`: before anything is measured for models, data, classes, engines and the output
    folder; later when a worker dies. No output folder is left then.
    """
    progress = Silence() if progress is None else progress
    require_free(plan.output)
    models = read_models(plan.models)
    data = list_data(plan.data)
    variants = _variants(models, data, plan)
    with staged_folder(plan.output) as folder:
        environment = _look_around(models, plan)
        with progress.bar("check data", total=len(data.files)) as show:
            counter = iter(range(1, len(data.files) + 1))
            sha256 = check_and_hash(data, advance=lambda: show(next(counter)))
        images = tuple(str(file.resolve()) for file in image_order(data.files, seed=plan.seed))
        runs = measure(
            variants, Bench(plan=plan, images=images, start_worker=start_worker, progress=progress)
        )
        labelled = data.labelled is not None
        result = BenchResult(
            environment=environment,
            data=DataFacts(
                name=data.folder.resolve().name, sha256=sha256, images=len(data.files), labelled=labelled
            ),
            plan=_facts(plan),
            warnings=find_warnings(runs, environment=environment, labelled=labelled),
            runs=tuple(runs),
        )
        result.save(folder / BENCH_FILE)
        write_report(result, folder)
    return result


def _variants(models: list[ModelInput], data: DataInput, plan: BenchmarkPlan) -> list[Variant]:
    variants = []
    for model in models:
        classes = data.classes_for(model)
        labelled = None if classes is None else tuple(zip(data.files, classes, strict=True))
        variants += [Variant(model=model, threads=threads, labelled=labelled) for threads in plan.threads]
    return variants


def _look_around(models: list[ModelInput], plan: BenchmarkPlan) -> Environment:
    """Describe the machine, then load each model once, so that one that cannot run is refused now."""
    with start_worker("the environment") as worker:
        environment = worker.ask(messages.ReadEnvironment(), Environment)
    for model in models:
        with start_worker(model.file) as worker:
            request = messages.Load(
                model=str(model.path.resolve()), threads=plan.threads[0], engine=plan.engine
            )
            worker.ask(request, messages.Loaded)
    return environment


def _facts(plan: BenchmarkPlan) -> PlanFacts:
    return PlanFacts(
        device=plan.device,
        threads=plan.threads,
        engine=plan.engine,
        samples=plan.samples,
        seconds=plan.seconds,
        warmup_inferences=plan.warmup_inferences,
        warmup_seconds=plan.warmup_seconds,
        cold_starts=plan.cold_starts,
        seed=plan.seed,
    )
