"""A variant while it is measured: one model on one engine with one number of threads, and what is known of it so far."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from edgesmith.benchmarks.classification import Evaluation, quality
from edgesmith.benchmarks.inputs import ModelInput
from edgesmith.benchmarks.plan import Scenario
from edgesmith.benchmarks.results import BenchRun, FailedRun, MemoryUse, ProcessRun, StateBeforeAfter
from edgesmith.benchmarks.singlestream import single_stream
from edgesmith.benchmarks.statistics import median, summarize
from edgesmith.benchmarks.worker.messages import Evaluated, Loaded, Memory, OperatorTime, Samples
from edgesmith.runtime.engines import EngineName
from edgesmith.runtime.errors import DeviceError, EdgesmithError, OutputError
from edgesmith.runtime.machine.state import State


@dataclass(slots=True, kw_only=True)
class Variant:
    """Lists grow while it is measured. `labelled`: file and class index of every labelled image; None without labels.

    `asked`: the engine that was asked for, None for the preferred one. `engine`: what it was measured on. `failure`: why it cannot be measured; the others go on without it.
    """

    model: ModelInput
    threads: int
    labelled: tuple[tuple[Path, int], ...] | None
    asked: EngineName | None = None
    engine: str = ""
    cold_starts: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)
    processes: list[ProcessRun] = field(default_factory=list)
    samples: Samples | None = None
    before: State | None = None
    after: State | None = None
    peak_rss_bytes: int = 0
    memory: MemoryUse | None = None
    evaluated: Evaluated | None = None
    profile: tuple[OperatorTime, ...] | None = None
    failure: EdgesmithError | None = None

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Keep an `EdgesmithError` of the block as this variant's failure.

        A device that goes is everybody's, and so is a journal that cannot be written.
        """
        try:
            yield
        except (DeviceError, OutputError):
            raise
        except EdgesmithError as error:
            self.failure = error

    def remember_process(
        self, taken: Samples, warmup: tuple[float, ...], loaded: Loaded, memory: Memory
    ) -> None:
        """Add what one fresh process has measured."""
        self.samples = taken if self.samples is None else self.samples + taken
        self.processes.append(ProcessRun(samples=len(taken), warmup_ms=warmup))
        self.peak_rss_bytes = max(self.peak_rss_bytes, memory.peak_rss_bytes)
        if self.memory is None:
            self.memory = _memory_use(loaded, memory)

    def failed_run(self) -> FailedRun:
        """The row that says why there is no other."""
        if self.failure is None:
            raise RuntimeError(f"{self.model.file} did not fail")
        return FailedRun(
            file=self.model.file,
            precision=self.model.spec.precision,
            engine=self.engine or self.asked,
            threads=self.threads,
            reason=str(self.failure),
            tip=self.failure.tip,
        )

    def run(self, scenario: Scenario) -> BenchRun:
        """The finished run, with what is derived from its raw numbers."""
        if self.samples is None or self.before is None or self.after is None:
            raise RuntimeError(f"{self.model.file} was not measured")
        evaluation = self._evaluation()
        return BenchRun(
            file=self.model.file,
            name=self.model.spec.name,
            sha256=self.model.sha256,
            bytes=self.model.bytes,
            precision=self.model.spec.precision,
            engine=self.engine,
            threads=self.threads,
            cold_start_ms=median(self.cold_starts),
            load_ms=median(self.loads),
            peak_rss_bytes=self.peak_rss_bytes,
            accuracy=None if self.evaluated is None else self.evaluated.accuracy,
            summary=summarize(self.samples),
            state=StateBeforeAfter(before=self.before, after=self.after),
            cold_starts_ms=tuple(self.cold_starts),
            loads_ms=tuple(self.loads),
            warmup_ms=tuple(value for process in self.processes for value in process.warmup_ms),
            samples_ms=self.samples,
            processes=tuple(self.processes),
            memory=self.memory,
            evaluation=evaluation,
            quality=None if evaluation is None else quality(evaluation),
            single_stream=single_stream(self.samples.end_to_end) if scenario == "single-stream" else None,
            int8_macs_share=self.model.int8_macs_share,
            doubt=self.model.doubt,
            profile=self.profile,
        )

    def _evaluation(self) -> Evaluation | None:
        if self.evaluated is None or self.labelled is None:
            return None
        return Evaluation(
            labels=self.model.spec.labels,
            truth=tuple(index for _, index in self.labelled),
            predicted=self.evaluated.predicted,
            confidence=self.evaluated.confidence,
        )


def _memory_use(loaded: Loaded, memory: Memory) -> MemoryUse | None:
    if loaded.rss_before_bytes is None or loaded.rss_after_bytes is None or memory.rss_bytes is None:
        return None
    return MemoryUse(
        before_load_bytes=loaded.rss_before_bytes,
        after_load_bytes=loaded.rss_after_bytes,
        after_inference_bytes=memory.rss_bytes,
    )
