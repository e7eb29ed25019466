"""What a benchmark found: `bench.json`, version `edgesmith.bench/1`. Raw samples, and what follows from them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edgesmith.benchmarks.browser.facts import BrowserRun, BrowserVisit
from edgesmith.benchmarks.classification import Disagreement, Evaluation, Quality
from edgesmith.benchmarks.document import document_text, load_document
from edgesmith.benchmarks.plan import Device, Scenario
from edgesmith.benchmarks.singlestream import SingleStream
from edgesmith.benchmarks.statistics import Summary, median
from edgesmith.benchmarks.worker.messages import OperatorTime, Samples
from edgesmith.runtime.accuracy import Accuracy
from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.machine.environment import Environment
from edgesmith.runtime.machine.state import State
from edgesmith.runtime.spec import Precision

BENCH_SCHEMA: Literal["edgesmith.bench/1"] = "edgesmith.bench/1"
BENCH_FILE = "bench.json"

WarningKind = Literal[
    "int8 not faster",
    "not int8",
    "failed",
    "noisy",
    "not quiet",
    "busy",
    "governor",
    "throttled",
    "threads",
    "no labels",
    "few images",
    "different answers",
    "missing",
    "hidden",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchWarning:
    """Something that a reader must know before trusting a number."""

    kind: WarningKind
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFacts:
    """The images: the name of the RUN or folder given, their number, SHA-256 over relative paths and contents."""

    name: str
    sha256: str
    images: int
    labelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """How it was measured; the fields of `BenchmarkPlan` that travel. `engine`: with commas where there are several."""

    device: Device
    threads: tuple[int, ...]
    engine: str | None
    samples: int
    seconds: float
    warmup_inferences: int
    warmup_seconds: float
    cold_starts: int
    seed: int
    scenario: Scenario = "interleaved"
    processes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StateBeforeAfter:
    """The machine before a run's first warm-up, and when all runs had their last sample. `Block` has what was between."""

    before: State
    after: State


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryUse:
    """Resident sets of the first process, bytes: before the engine was imported, with the file open, after the samples."""

    before_load_bytes: int
    after_load_bytes: int
    after_inference_bytes: int

    @property
    def load_growth_bytes(self) -> int:
        """By how much loading made the process grow: the engine and the model."""
        return self.after_load_bytes - self.before_load_bytes

    @property
    def inference_growth_bytes(self) -> int:
        """By how much it grew from then to the end of the samples."""
        return self.after_inference_bytes - self.after_load_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRun:
    """One fresh process of a run: the next `samples` of its `samples_ms` are from it. `warmup_ms`: as there."""

    samples: int
    warmup_ms: tuple[float, ...]

    def __post_init__(self) -> None:
        if self.samples < 1:
            raise ValueError(f"a process with {self.samples} samples")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One turn of a run, in the order of time; the next `samples` of the run's `samples_ms` are from it.

    `process`, `run`: from 0. `begin_s`: seconds since the first block began. `reference_ms`: the reference
    kernel, timed right before. `state`: the machine right after.
    """

    process: int
    run: int
    samples: int
    begin_s: float
    reference_ms: tuple[float, ...]
    state: State

    def __post_init__(self) -> None:
        if self.samples < 1 or min(self.reference_ms, default=0.0) <= 0:
            raise ValueError(f"a block with {self.samples} samples and reference times {self.reference_ms}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRun:
    """A variant that could not be measured: what the engine or the worker said, and what to do."""

    file: str
    precision: Precision
    engine: str | None
    threads: int
    reason: str
    tip: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantizedAccuracy:
    """Is int8 really worse? `int8` and `float32`: indices of runs; `second` of `test` is the int8 file."""

    int8: int
    float32: int
    test: Disagreement


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRun:
    """A model file on an engine. `name`: the model's own. `engine`: package and version."""

    file: str
    name: str
    sha256: str
    bytes: int
    precision: Precision
    engine: str

    @property
    def format(self) -> str:
        """`tflite` or `onnx`."""
        return self.file.rpartition(".")[2].lower()

    @property
    def engine_name(self) -> str:
        """The engine's package, without its version."""
        return self.engine.partition(" ")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchRun(FileRun):
    """One variant: a model file on an engine with a number of threads.

    Times in milliseconds. `cold_start_ms`: median of `cold_starts_ms`, from starting a fresh process to its
    first answer to a photo; `load_ms`: median of `loads_ms`, opening the file inside those processes.
    `warmup_ms`: every warm-up sample, end to end. `accuracy`: None without labels, as are `evaluation` and
    `quality`. `processes`: in the order of the samples; () in older files. `doubt`: why the file is not the int8
    that it is called. `profile`: by operator, where it was asked for and the engine tells it. `browser`: of a run in
    a browser, which has no process: `cold_start_ms` and `peak_rss_bytes` are None and `cold_starts_ms` () there, and
    a load of the page counts as one of `processes`.
    """

    threads: int
    cold_start_ms: float | None
    load_ms: float
    peak_rss_bytes: int | None
    accuracy: Accuracy | None
    summary: Summary
    state: StateBeforeAfter
    cold_starts_ms: tuple[float, ...]
    loads_ms: tuple[float, ...]
    warmup_ms: tuple[float, ...]
    samples_ms: Samples
    processes: tuple[ProcessRun, ...] = ()
    memory: MemoryUse | None = None
    evaluation: Evaluation | None = None
    quality: Quality | None = None
    single_stream: SingleStream | None = None
    int8_macs_share: float | None = None
    doubt: str | None = None
    profile: tuple[OperatorTime, ...] | None = None
    browser: BrowserRun | None = None

    def __post_init__(self) -> None:
        """Raise `ValueError` when a derived number does not follow from the raw ones."""
        if not self.summary.follows_from(self.samples_ms):
            raise ValueError(f"the summary of {self.file} does not follow from its samples")
        cold_start_ms = None if self.browser and not self.cold_starts_ms else median(self.cold_starts_ms)
        if self.cold_start_ms != cold_start_ms or self.load_ms != median(self.loads_ms):
            raise ValueError(f"cold_start_ms or load_ms of {self.file} is not the median of its raw values")
        if self.processes and sum(process.samples for process in self.processes) != len(self.samples_ms):
            raise ValueError(f"the processes of {self.file} do not add up to its samples")

    @property
    def first_ms(self) -> float | None:
        """The first photo of a fresh process, from file to answer, the model loaded: the median over its processes.

        In a browser the first inference; None where the page left before it told any.
        """
        warmups = [process.warmup_ms for process in self.processes] or [self.warmup_ms]
        begins = [warmup[0] for warmup in warmups if warmup]
        return median(begins) if begins else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchResult:
    """A whole benchmark, in the order of the command line.

    `blocks`: who had his turn when; () in older files. `failed`: what could not be measured, and why.
    `int8_accuracy`: for each int8 run with its float32 run, both evaluated. `browser`: of runs in a browser, which
    all have their own `browser` then; `environment` holds what a browser tells of the machine.
    """

    environment: Environment
    data: DataFacts
    plan: PlanFacts
    warnings: tuple[BenchWarning, ...]
    runs: tuple[BenchRun, ...]
    failed: tuple[FailedRun, ...] = ()
    int8_accuracy: tuple[QuantizedAccuracy, ...] = ()
    blocks: tuple[Block, ...] = ()
    browser: BrowserVisit | None = None
    schema: Literal["edgesmith.bench/1"] = BENCH_SCHEMA

    def __post_init__(self) -> None:
        if not self.runs:
            raise ValueError("no runs")
        if any((run.browser is None) != (self.browser is None) for run in self.runs):
            raise ValueError("runs in a browser beside others")
        if any(not 0 <= block.run < len(self.runs) for block in self.blocks):
            raise ValueError("a block of a run that is not there")

    def to_json(self) -> str:
        """The text of `bench.json`, `schema` first."""
        return document_text(self)

    def save(self, file: Path) -> None:
        """Write `bench.json` atomically."""
        write_bytes(file, self.to_json().encode())

    @classmethod
    def load(cls, file: Path) -> "BenchResult":
        """Read a `bench.json` and derive its statistics anew.

        Raises `DataError` for a file that is missing, of another version, or whose statistics do not follow
        from its samples.
        """
        return load_document(cls, file, schema=BENCH_SCHEMA)
