"""The protocol: cold starts; then, for each fresh process, warm-up and blocks of samples by turns; memory; accuracy."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

from edgesmith.benchmarks.devices.device import Worker
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.progress import Progress
from edgesmith.benchmarks.results import Block
from edgesmith.benchmarks.schedule import block_size, rounds, turns
from edgesmith.benchmarks.statistics import median
from edgesmith.benchmarks.variant import Variant
from edgesmith.benchmarks.worker import messages
from edgesmith.benchmarks.worker.messages import Samples
from edgesmith.runtime.machine.state import State

StartWorker = Callable[[str], Worker]

SETTLE = 2  # untimed inferences at the head of a block, after other variants had the processor
REFERENCE_REPEATS = 9  # readings of the reference kernel before a block; 10 ms on an x86 core
PROFILED_INFERENCES = 20


def _absolute(file: Path) -> str:
    return str(file.resolve())


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What all variants share: the plan, the order of images, how to start a worker, whom to tell.

    `where`: what a file of this machine is called on the device. `clock`: seconds, on from any moment.
    """

    plan: BenchmarkPlan
    images: tuple[str, ...]
    start_worker: StartWorker
    progress: Progress
    where: Callable[[Path], str] = _absolute
    clock: Callable[[], float] = perf_counter


@dataclass(slots=True, kw_only=True)
class Station:
    """A variant's process in one pass, and what it has measured in it."""

    number: int
    variant: Variant
    worker: Worker
    plan: BenchmarkPlan
    images: Iterator[str]
    loaded: messages.Loaded
    warmup: tuple[float, ...] = ()
    size: int = 1
    taken: Samples | None = None

    def is_done(self) -> bool:
        """Whether it has its process's share of both samples and seconds, or has failed."""
        return self.variant.failure is not None or self.share() >= 1

    def share(self) -> float:
        """How much of this process's share is done, 0..1."""
        if self.taken is None:
            return 0.0
        by_count = len(self.taken) * self.plan.processes / self.plan.samples
        spent = sum(self.taken.end_to_end) * self.plan.processes
        by_time = spent / (1000 * self.plan.seconds) if self.plan.seconds else 1.0
        return min(1.0, by_count, by_time)


def measure(variants: Sequence[Variant], bench: Bench) -> list[Block]:
    """Measure all variants that have not failed; what is found is kept in them. Returns who had his turn when.

    Nothing runs in parallel: the other variants' processes wait, loaded, while one has its turn. A variant
    whose worker refuses or dies is left out from there on, with its `failure` set.
    """
    _cold_starts(variants, bench)
    blocks: list[Block] = []
    orders = rounds(range(len(variants)), seed=bench.plan.seed)
    for process in range(bench.plan.processes):
        with ExitStack() as stack:
            watch = stack.enter_context(bench.start_worker("the reference kernel"))
            stations = _open(variants, bench, stack)
            _warm_up(stations, watch, bench)
            blocks += _take_turns(stations, watch, bench, _Pass(process=process, orders=orders))
            _finish(stations, watch)
            if process == bench.plan.processes - 1:
                _look_closer(stations, bench)
    first = blocks[0].begin_s if blocks else 0.0
    return [replace(block, begin_s=round(block.begin_s - first, 3)) for block in blocks]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pass:
    """One fresh process of every variant: its number, and the orders of turns to come."""

    process: int
    orders: Iterator[list[int]]


def _cold_starts(variants: Sequence[Variant], bench: Bench) -> None:
    orders = rounds(variants, seed=bench.plan.seed)
    turns_ = [variant for order in islice(orders, bench.plan.cold_starts) for variant in order]
    with bench.start_worker("the cold starts") as starter:
        for variant in bench.progress.track(turns_, "cold starts"):
            if variant.failure is not None:
                continue
            with variant.attempt():
                cold = starter.ask(_cold_start_request(variant, bench), messages.ColdStarted)
                variant.cold_starts.append(cold.milliseconds)
                variant.loads.append(cold.loaded.load_ms)
                variant.engine = cold.loaded.engine


def _cold_start_request(variant: Variant, bench: Bench) -> messages.ColdStart:
    return messages.ColdStart(
        model=bench.where(variant.model.path),
        threads=variant.threads,
        engine=variant.asked,
        image=bench.images[0],
    )


def load_request(variant: Variant, where: Callable[[Path], str]) -> messages.Load:
    """What a worker is asked first. `where`: as in `Bench`."""
    return messages.Load(model=where(variant.model.path), threads=variant.threads, engine=variant.asked)


def _open(variants: Sequence[Variant], bench: Bench, stack: ExitStack) -> list[Station]:
    stations = []
    for number, variant in enumerate(variants):
        if variant.failure is not None:
            continue
        with variant.attempt():
            worker = stack.enter_context(bench.start_worker(variant.model.file))
            loaded = worker.ask(load_request(variant, bench.where), messages.Loaded)
            # Every variant sees the same pictures in the same order.
            images = cycle(bench.images)
            stations.append(
                Station(
                    number=number,
                    variant=variant,
                    worker=worker,
                    plan=bench.plan,
                    images=images,
                    loaded=loaded,
                )
            )
    return stations


def _warm_up(stations: Sequence[Station], watch: Worker, bench: Bench) -> None:
    plan = bench.plan
    request = messages.WarmUp(
        images=bench.images, inferences=plan.warmup_inferences, seconds=plan.warmup_seconds
    )
    for station in bench.progress.track(stations, "warm-up"):
        variant = station.variant
        if variant.before is None:
            variant.before = watch.ask(messages.ReadState(), State)
        with variant.attempt():
            station.warmup = station.worker.ask(request, messages.WarmedUp).milliseconds
            station.size = block_size(plan, expected_ms=median(station.warmup))


def _take_turns(stations: Sequence[Station], watch: Worker, bench: Bench, now: _Pass) -> list[Block]:
    """The blocks of one pass; their `begin_s` by the bench's clock."""
    blocks: list[Block] = []
    with bench.progress.bar("samples", len(stations)) as show:
        for station in turns(stations, scenario=bench.plan.scenario, orders=now.orders):
            reference = watch.ask(
                messages.TimeReference(repeats=REFERENCE_REPEATS), messages.ReferenceTimes
            ).milliseconds
            begin = bench.clock()
            count = _sample(station, settle=SETTLE if bench.plan.scenario == "interleaved" else 0)
            if count:
                blocks.append(
                    Block(
                        process=now.process,
                        run=station.number,
                        samples=count,
                        begin_s=begin,
                        reference_ms=reference,
                        state=watch.ask(messages.ReadState(), State),
                    )
                )
            show(sum(station.share() for station in stations))
    return blocks


def _sample(station: Station, *, settle: int) -> int:
    """One block; the number of its samples, 0 when the worker failed."""
    with station.variant.attempt():
        images = tuple(islice(station.images, station.size))
        samples = station.worker.ask(messages.Measure(images=images, settle=settle), Samples)
        station.taken = samples if station.taken is None else station.taken + samples
        return len(samples)
    return 0


def _finish(stations: Sequence[Station], watch: Worker) -> None:
    """Read the memory of all, before the first accuracy pass of any."""
    for station in stations:
        variant = station.variant
        if variant.failure is None and station.taken is not None:
            with variant.attempt():
                memory = station.worker.ask(messages.ReadMemory(), messages.Memory)
                variant.remember_process(station.taken, station.warmup, station.loaded, memory)
                variant.after = watch.ask(messages.ReadState(), State)


def _look_closer(stations: Sequence[Station], bench: Bench) -> None:
    """Accuracy, and the time by operator."""
    for station in bench.progress.track(stations, "accuracy"):
        variant = station.variant
        if variant.failure is not None:
            continue
        with variant.attempt():
            if variant.labelled is not None:
                files, classes = zip(*variant.labelled, strict=True)
                request = messages.Evaluate(images=tuple(map(bench.where, files)), classes=classes)
                variant.evaluated = station.worker.ask(request, messages.Evaluated)
            if bench.plan.profile:
                variant.profile = station.worker.ask(
                    _profile_request(variant, bench), messages.Profiled
                ).operators


def _profile_request(variant: Variant, bench: Bench) -> messages.ProfileOperators:
    return messages.ProfileOperators(
        model=bench.where(variant.model.path),
        threads=variant.threads,
        image=bench.images[0],
        inferences=PROFILED_INFERENCES,
    )
