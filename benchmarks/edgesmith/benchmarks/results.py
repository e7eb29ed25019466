"""What a benchmark found: `bench.json`, version `edgesmith.bench/1`. Raw samples, and what follows from them."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from edgesmith.benchmarks.document import to_text
from edgesmith.benchmarks.plan import Device
from edgesmith.benchmarks.statistics import Summary, median, summarize
from edgesmith.benchmarks.worker.messages import Samples
from edgesmith.runtime.accuracy import Accuracy
from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.errors import DataError, ModelFileError
from edgesmith.runtime.machine.environment import Environment
from edgesmith.runtime.machine.state import State
from edgesmith.runtime.spec import Precision
from edgesmith.runtime.strict import from_json

BENCH_SCHEMA: Literal["edgesmith.bench/1"] = "edgesmith.bench/1"
BENCH_FILE = "bench.json"

WarningKind = Literal["int8 not faster", "noisy", "busy", "governor", "throttled", "threads", "no labels"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchWarning:
    """Something that a reader must know before trusting a number."""

    kind: WarningKind
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFacts:
    """The images: the folder's name, their number, SHA-256 over relative paths and contents."""

    name: str
    sha256: str
    images: int
    labelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """How it was measured; the fields of `BenchmarkPlan` that travel."""

    device: Device
    threads: tuple[int, ...]
    engine: str | None
    samples: int
    seconds: float
    warmup_inferences: int
    warmup_seconds: float
    cold_starts: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StateBeforeAfter:
    """The machine before the warm-up and after the last sample of a run."""

    before: State
    after: State


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchRun:
    """One variant: a model file on an engine with a number of threads.

    Times in milliseconds. `cold_start_ms`: median of `cold_starts_ms`, from starting a fresh process to its
    first answer to a photo; `load_ms`: median of `loads_ms`, opening the file inside those processes.
    `warmup_ms`: every warm-up sample, end to end. `accuracy`: None without labels.
    """

    file: str
    name: str
    sha256: str
    bytes: int
    precision: Precision
    engine: str
    threads: int
    cold_start_ms: float
    load_ms: float
    peak_rss_bytes: int
    accuracy: Accuracy | None
    summary: Summary
    state: StateBeforeAfter
    cold_starts_ms: tuple[float, ...]
    loads_ms: tuple[float, ...]
    warmup_ms: tuple[float, ...]
    samples_ms: Samples

    def __post_init__(self) -> None:
        """Raise `ValueError` when a derived number does not follow from the raw ones."""
        if self.summary != summarize(self.samples_ms):
            raise ValueError(f"the summary of {self.file} does not follow from its samples")
        if self.cold_start_ms != median(self.cold_starts_ms) or self.load_ms != median(self.loads_ms):
            raise ValueError(f"cold_start_ms or load_ms of {self.file} is not the median of its raw values")

    @property
    def format(self) -> str:
        """`tflite` or `onnx`."""
        return self.file.rpartition(".")[2].lower()

    @property
    def engine_name(self) -> str:
        """The engine's package, without its version."""
        return self.engine.partition(" ")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchResult:
    """A whole benchmark, in the order of the command line."""

    environment: Environment
    data: DataFacts
    plan: PlanFacts
    warnings: tuple[BenchWarning, ...]
    runs: tuple[BenchRun, ...]
    schema: Literal["edgesmith.bench/1"] = BENCH_SCHEMA

    def __post_init__(self) -> None:
        if not self.runs:
            raise ValueError("no runs")

    def to_json(self) -> str:
        """The text of `bench.json`, `schema` first."""
        fields: dict[str, Any] = dataclasses.asdict(self)
        return to_text({"schema": fields.pop("schema"), **fields}) + "\n"

    def save(self, file: Path) -> None:
        """Write `bench.json` atomically."""
        write_bytes(file, self.to_json().encode())

    @classmethod
    def load(cls, file: Path) -> "BenchResult":
        """Read a `bench.json` and derive its statistics anew.

        Raises `DataError` for a file that is missing, of another version, or whose statistics do not follow
        from its samples.
        """
        try:
            document = json.loads(file.read_bytes())
        except OSError as error:
            raise DataError(f"{str(file)!r} cannot be read: {error.strerror or error}") from error
        except (ValueError, RecursionError) as error:
            raise DataError(f"{str(file)!r} is not JSON: {error}") from error
        schema = document.get("schema") if isinstance(document, dict) else None
        if schema != BENCH_SCHEMA:
            raise DataError(
                f"{str(file)!r} has schema {schema!r}; this version reads {BENCH_SCHEMA!r}",
                tip="run `edgesmith bench` again, or install the edgesmith that wrote it",
            )
        try:
            return from_json(cls, document, where=file.name)
        except ModelFileError as error:
            raise DataError(str(error), tip="it was edited or cut; run `edgesmith bench` again") from error
