"""What controller and worker say to each other: one JSON object a line, `command` beside the fields.

A request is answered by the JSON of the type named in its docstring, or by `{"error": Failure}`, whose type is
in `edgesmith.runtime.failure`.
"""

import dataclasses
import json
import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

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
    """Classify all images and compare with their class indices. Answer: `edgesmith.runtime.accuracy.Accuracy`."""

    images: tuple[str, ...]
    classes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMemory:
    """Answer: `Memory`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadState:
    """Answer: `edgesmith.runtime.machine.state.State`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEnvironment:
    """Answer: `edgesmith.runtime.machine.environment.Environment`."""


Request = Load | Classify | WarmUp | Measure | Evaluate | ReadMemory | ReadState | ReadEnvironment
_REQUESTS: dict[str, type[Request]] = {kind.__name__: kind for kind in get_args(Request)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """`engine`: package and version. `load_ms`: importing the engine and opening the file, milliseconds."""

    engine: str
    load_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """The best class."""

    label: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmedUp:
    """End-to-end times of the warm-up, milliseconds, in order."""

    milliseconds: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Largest resident set of the worker process until now, bytes."""

    peak_rss_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Raw times in milliseconds, one entry a sample in every list; `end_to_end` spans the four phases."""

    decode: tuple[float, ...]
    preprocess: tuple[float, ...]
    invoke: tuple[float, ...]
    postprocess: tuple[float, ...]
    end_to_end: tuple[float, ...]

    def __post_init__(self) -> None:
        lengths = {field.name: len(getattr(self, field.name)) for field in dataclasses.fields(self)}
        if len(set(lengths.values())) != 1 or not self.end_to_end:
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
