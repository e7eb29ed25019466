"""The protocol: cold starts, warm-up, interleaved blocks of samples, memory, accuracy."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter_ns

from edgesmith.benchmarks.devices.process import WorkerProcess
from edgesmith.benchmarks.inputs import ModelInput
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.progress import Progress
from edgesmith.benchmarks.results import BenchRun, StateBeforeAfter
from edgesmith.benchmarks.schedule import block_size, rounds
from edgesmith.benchmarks.statistics import median, summarize
from edgesmith.benchmarks.worker import messages
from edgesmith.benchmarks.worker.messages import Samples
from edgesmith.benchmarks.worker.timing import milliseconds
from edgesmith.runtime.accuracy import Accuracy
from edgesmith.runtime.machine.state import State

StartWorker = Callable[[str], WorkerProcess]

SETTLE = 2  # untimed inferences at the head of a block, after other variants had the processor


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What all variants share: the plan, the order of images, how to start a worker, whom to tell."""

    plan: BenchmarkPlan
    images: tuple[str, ...]
    start_worker: StartWorker
    progress: Progress


@dataclass(slots=True, kw_only=True)
class Variant:
    """One model with one number of threads, and what has been measured of it.

    `classes`: file and class index of every labelled image; None without labels.
    """

    model: ModelInput
    threads: int
    labelled: tuple[tuple[Path, int], ...] | None
    engine: str = ""
    cold_starts: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)
    warmup: tuple[float, ...] = ()
    before: State | None = None
    samples: Samples | None = None

    def is_done(self, plan: BenchmarkPlan) -> bool:
        """Whether it has both the samples and the seconds."""
        if self.samples is None:
            return False
        return len(self.samples) >= plan.samples and sum(self.samples.end_to_end) >= 1000 * plan.seconds


def measure(variants: Sequence[Variant], bench: Bench) -> list[BenchRun]:
    """Measure all variants; the runs come in the order given.

    Nothing runs in parallel: the other variants' processes wait, loaded, while one has its turn. Raises
    `EdgesmithError` naming the file when a worker refuses it or dies.
    """
    _cold_starts(variants, bench)
    with ExitStack() as stack:
        workers = [_open(variant, bench, stack) for variant in variants]
        for variant, worker in bench.progress.track(list(zip(variants, workers, strict=True)), "warm-up"):
            _warm_up(variant, worker, bench.plan, bench.images)
        _blocks(variants, workers, bench)
        # A list: the memory of all is read before the first accuracy pass.
        finished = [_finish(worker) for worker in workers]
        pairs = list(zip(finished, variants, workers, strict=True))
        return [
            _run(variant, worker, *rest) for rest, variant, worker in bench.progress.track(pairs, "accuracy")
        ]


def _cold_starts(variants: Sequence[Variant], bench: Bench) -> None:
    orders = rounds(variants, seed=bench.plan.seed)
    turns = [variant for order in islice(orders, bench.plan.cold_starts) for variant in order]
    for variant in bench.progress.track(turns, "cold starts"):
        start = perf_counter_ns()
        with bench.start_worker(variant.model.file) as worker:
            loaded = worker.ask(_load_request(variant, bench.plan), messages.Loaded)
            worker.ask(messages.Classify(image=bench.images[0]), messages.Classified)
            variant.cold_starts.append(milliseconds(perf_counter_ns() - start))
        variant.loads.append(loaded.load_ms)
        variant.engine = loaded.engine


def _load_request(variant: Variant, plan: BenchmarkPlan) -> messages.Load:
    return messages.Load(model=str(variant.model.path.resolve()), threads=variant.threads, engine=plan.engine)


def _open(variant: Variant, bench: Bench, stack: ExitStack) -> WorkerProcess:
    worker = stack.enter_context(bench.start_worker(variant.model.file))
    worker.ask(_load_request(variant, bench.plan), messages.Loaded)
    return worker


def _warm_up(variant: Variant, worker: WorkerProcess, plan: BenchmarkPlan, images: tuple[str, ...]) -> None:
    variant.before = worker.ask(messages.ReadState(), State)
    request = messages.WarmUp(images=images, inferences=plan.warmup_inferences, seconds=plan.warmup_seconds)
    variant.warmup = worker.ask(request, messages.WarmedUp).milliseconds


def _blocks(variants: Sequence[Variant], workers: Sequence[WorkerProcess], bench: Bench) -> None:
    plan = bench.plan
    images = [cycle(bench.images) for _ in variants]  # every variant sees the same pictures in the same order
    sizes = [
        block_size(samples=plan.samples, seconds=plan.seconds, expected_ms=median(variant.warmup))
        for variant in variants
    ]
    with bench.progress.bar("samples", total=len(variants)) as show:
        for order in rounds(range(len(variants)), seed=plan.seed):
            waiting = [number for number in order if not variants[number].is_done(plan)]
            if not waiting:
                return
            for number in waiting:
                block = tuple(islice(images[number], sizes[number]))
                request = messages.Measure(images=block, settle=SETTLE)
                samples = workers[number].ask(request, Samples)
                earlier = variants[number].samples
                variants[number].samples = samples if earlier is None else earlier + samples
                show(sum(_share_done(variant, plan) for variant in variants))


def _share_done(variant: Variant, plan: BenchmarkPlan) -> float:
    if variant.samples is None:
        return 0.0
    by_count = len(variant.samples) / plan.samples
    by_time = sum(variant.samples.end_to_end) / (1000 * plan.seconds) if plan.seconds else 1.0
    return min(1.0, by_count, by_time)


def _finish(worker: WorkerProcess) -> tuple[State, int]:
    memory = worker.ask(messages.ReadMemory(), messages.Memory)
    return worker.ask(messages.ReadState(), State), memory.peak_rss_bytes


def _accuracy(variant: Variant, worker: WorkerProcess) -> Accuracy | None:
    if variant.labelled is None:
        return None
    files, classes = zip(*variant.labelled, strict=True)
    request = messages.Evaluate(images=tuple(str(file.resolve()) for file in files), classes=classes)
    return worker.ask(request, Accuracy)


def _run(variant: Variant, worker: WorkerProcess, after: State, peak_rss_bytes: int) -> BenchRun:
    if variant.samples is None or variant.before is None:
        raise RuntimeError(f"{variant.model.file} was not measured")
    return BenchRun(
        file=variant.model.file,
        name=variant.model.spec.name,
        sha256=variant.model.sha256,
        bytes=variant.model.bytes,
        precision=variant.model.spec.precision,
        engine=variant.engine,
        threads=variant.threads,
        cold_start_ms=median(variant.cold_starts),
        load_ms=median(variant.loads),
        peak_rss_bytes=peak_rss_bytes,
        accuracy=_accuracy(variant, worker),
        summary=summarize(variant.samples),
        state=StateBeforeAfter(before=variant.before, after=after),
        cold_starts_ms=tuple(variant.cold_starts),
        loads_ms=tuple(variant.loads),
        warmup_ms=variant.warmup,
        samples_ms=variant.samples,
    )
