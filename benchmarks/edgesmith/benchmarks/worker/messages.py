"""What controller and worker say to each other: one JSON object a line, `command` beside the fields.

A request is answered by the JSON of the type named in its docstring, or by `{"error": Failure}`, whose type is
in `edgesmith.runtime.failure`.
"""

import dataclasses
import json
import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

from edgesmith.runtime.accuracy import Accuracy
from edgesmith.runtime.strict import from_json

Phase = Literal["decode", "preprocess", "invoke", "postprocess"]
PHASES: tuple[Phase, ...] = get_args(Phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Open a model file; comes first and once. `engine`: an `EngineName`, or None. Answer: `Loaded`."""

    model: str
    threads: int
    engine: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Classify:
    """Name what is on one image file. Answer: `Classified`."""

    image: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStart:
    """Start a fresh worker on the same device, let it load a model and classify one image. Answer: `ColdStarted`."""

    model: str
    threads: int
    engine: str | None
    image: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp:
    """Classify `images` in a circle, at least `inferences` times and `seconds` long. Answer: `WarmedUp`."""

    images: tuple[str, ...]
    inferences: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Time one sample for each image, after `settle` untimed ones (of the last images). Answer: `Samples`."""

    images: tuple[str, ...]
    settle: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluate:
    """Classify all images and compare with their class indices. Answer: `Evaluated`."""

    images: tuple[str, ...]
    classes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeReference:
    """Time the reference kernel, which is the same for every model. Needs no `Load`. Answer: `ReferenceTimes`."""

    repeats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileOperators:
    """Run `image` `inferences` times in a second session under the engine's own profiler. Answer: `Profiled`."""

    model: str
    threads: int
    image: str
    inferences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMemory:
    """Answer: `Memory`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadState:
    """Answer: `edgesmith.runtime.machine.state.State`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEnvironment:
    """Answer: `edgesmith.runtime.machine.environment.Environment`."""


Request = (
    Load
    | Classify
    | ColdStart
    | WarmUp
    | Measure
    | Evaluate
    | TimeReference
    | ProfileOperators
    | ReadMemory
    | ReadState
    | ReadEnvironment
)
_REQUESTS: dict[str, type[Request]] = {kind.__name__: kind for kind in get_args(Request)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """`engine`: package and version. `load_ms`: importing the engine and opening the file, milliseconds.

    `rss_before_bytes`, `rss_after_bytes`: the process's resident set around it; None where the system does not tell.
    """

    engine: str
    load_ms: float
    rss_before_bytes: int | None = None
    rss_after_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """The best class."""

    label: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStarted:
    """`milliseconds`: from starting the process to its first answer, by the device's own clock."""

    loaded: Loaded
    milliseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmedUp:
    """End-to-end times of the warm-up, milliseconds, in order."""

    milliseconds: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Largest resident set of the worker process until now, and the one of now, bytes.

    `rss_bytes`: None where the system does not tell.
    """

    peak_rss_bytes: int
    rss_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """Accuracy, and what it is counted from: for each image the best class's index and its probability 0..1."""

    accuracy: Accuracy
    predicted: tuple[int, ...]
    confidence: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceTimes:
    """One time a repeat, milliseconds."""

    milliseconds: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorTime:
    """One operator of the graph as the engine runs it: its kind and name, and its mean time an inference."""

    kind: str
    name: str
    milliseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiled:
    """The operators in the order of execution; None where the engine has no profiler that Python can reach."""

    operators: tuple[OperatorTime, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Raw times in milliseconds, one entry a sample in every list; `end_to_end` spans the four phases.

    A phase that was not timed is (): in a browser only `invoke` is, and `end_to_end` is the same there.
    """

    decode: tuple[float, ...]
    preprocess: tuple[float, ...]
    invoke: tuple[float, ...]
    postprocess: tuple[float, ...]
    end_to_end: tuple[float, ...]

    def __post_init__(self) -> None:
        lengths = {field.name: len(getattr(self, field.name)) for field in dataclasses.fields(self)}
        timed = {name: length for name, length in lengths.items() if length}
        if len(set(timed.values())) != 1 or not {"invoke", "end_to_end"} <= set(timed):
            raise ValueError(f"the phases have {lengths} samples; all need the same number, at least one")
        for field in dataclasses.fields(self):
            if not all(math.isfinite(value) and value >= 0 for value in getattr(self, field.name)):
                raise ValueError(f"a {field.name} time is negative or not finite")

    def __len__(self) -> int:
        return len(self.end_to_end)

    def __add__(self, other: "Samples") -> "Samples":
        return Samples(
            **{
                field.name: getattr(self, field.name) + getattr(other, field.name)
                for field in dataclasses.fields(self)
            }
        )


def encode_request(request: Request) -> str:
    """The request as one line."""
    return json.dumps({"command": type(request).__name__, **dataclasses.asdict(request)}) + "\n"


def decode_request(line: str) -> Request:
    """Read `encode_request`'s line. Raises `ModelFileError` for another version's requests."""
    fields: dict[str, Any] = json.loads(line)
    command = fields.pop("command", None)
    kind = _REQUESTS.get(command)
    if kind is None:
        raise ValueError(f"no command {command!r}; known are {sorted(_REQUESTS)}")
    return from_json(kind, fields, where=str(command))
