"""What the page posts: one event after the other, numbered from 1, so that one that comes twice counts once.

Everything here comes from outside. A field that is unknown, missing, mistyped or beyond its limit refuses the
event, and `EventError` names its number, so that the page can post a `void` in its place and go on.
"""

import typing
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from edgesmith.benchmarks.browser.limits import Between, Length, Limited, Matching, Plain
from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.strict import from_json

MAX_EVENTS = 500  # a POST
MAX_SEQ = 1_000_000
MAX_SAMPLES = 20_000  # an event: 20 s of a network that takes 1 ms
MAX_NAME = 60

EngineKey = Literal["litert", "onnxruntime-web"]
Build = Literal["threaded", "relaxed", "compat", "single"]
GoldenVerdict = Literal["identical", "within", "different"]

# Ten million milliseconds are nearly three hours; what takes longer is no inference.
Milliseconds = Annotated[float, Between(0, 1e7)]
SomeTimes = Annotated[
    tuple[float, ...], Length(0, MAX_SAMPLES), Between(1e-4, 1e7)
]  # 0.1 µs, as results are rounded
Readings = Annotated[tuple[float, ...], Length(0, 50), Between(1e-4, 1e7)]
Words = Annotated[str, Length(0, 100), Plain()]
Index = Annotated[int, Between(0, 999)]
Threads = Annotated[int, Between(1, 256)]


class EventError(ModelFileError):
    """An event that is refused. `seq`: its number, where it has one."""

    def __init__(self, message: str, *, seq: int | None) -> None:
        super().__init__(message, tip="reload the page: it may be of another version")
        self.seq = seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Limited):
    """`seq`: from 1, without gaps, on through reloads of the page. `at_ms`: since the page was loaded."""

    seq: Annotated[int, Between(1, MAX_SEQ)]
    at_ms: Annotated[float, Between(0, 1e10)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewport(Limited):
    """CSS pixels, and how many of the screen's are one of them."""

    width: Annotated[int, Between(0, 100_000)]
    height: Annotated[int, Between(0, 100_000)]
    pixel_ratio: Annotated[float, Between(0, 100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts(Limited):
    """An engine in the page: its version, and which of its WebAssembly builds this browser gets."""

    version: Annotated[str, Length(1, 40), Matching(r"[0-9A-Za-z.+-]*")]
    build: Build


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello(Event):
    """The page has been loaded. `time_origin_ms`: when, milliseconds since 1970 by the phone's clock.

    `timer_tick_ms`: the smallest step of its clock. `isolated`: the page is cross-origin isolated. `sequential`:
    models are loaded one after the other instead of all together.
    """

    type: Literal["hello"]
    time_origin_ms: Annotated[float, Between(0, 1e14)]
    user_agent: Annotated[str, Length(0, 500), Plain()]
    cores: Annotated[int, Between(0, 4096)]
    isolated: bool
    shared_array_buffer: bool
    timer_tick_ms: Annotated[float, Between(0, 1e4)]
    engine: dict[str, Any]
    wake_lock: bool
    viewport: Viewport
    page_version: Words
    platform: Words | None = None
    phone_model: Words | None = None
    sequential: bool = False

    def __post_init__(self) -> None:
        Event.__post_init__(self)
        strangers = sorted(set(self.engine) - set(typing.get_args(EngineKey)))
        if strangers:
            raise ValueError(f"engine: unknown {strangers[0][:40]!r}")
        for name in self.engine:
            self.engine_facts(name)

    def engine_facts(self, name: str) -> EngineFacts | None:
        """What is said of the engine; None where nothing is."""
        found = self.engine.get(name)
        return None if found is None else from_json(EngineFacts, found, where=f"engine.{name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded(Event):
    """A model is ready, with `threads` of the `threads_asked`. `load_ms` is without `download_ms`."""

    type: Literal["loaded"]
    model: Index
    threads_asked: Threads
    threads: Threads
    engine: EngineKey
    build: Build
    load_ms: Milliseconds
    download_ms: Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(Event):
    """A model cannot be measured; `message` is the browser's, any text."""

    type: Literal["failed"]
    model: Index
    threads_asked: Threads
    stage: Words
    message: Annotated[str, Length(0, 500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden(Event):
    """The answers to the golden inputs. `max_abs_difference`: None when they are no numbers."""

    type: Literal["golden"]
    model: Index
    threads: Threads
    verdict: GoldenVerdict
    max_abs_difference: Annotated[float, Between(0, 1e9)] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmup(Event):
    """Every inference of a warm-up, in order."""

    type: Literal["warmup"]
    model: Index
    threads: Threads
    samples_ms: SomeTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(Event):
    """A block of samples. `begin_ms`: since the page was loaded. `hidden`: the page was, for a part of it."""

    type: Literal["block"]
    model: Index
    threads: Threads
    number: Annotated[int, Between(0, 100_000)]
    begin_ms: Annotated[float, Between(0, 1e10)]
    reference_ms: Annotated[tuple[float, ...], Length(1, 50), Between(1e-4, 1e7)]
    reference_after_ms: Readings
    samples_ms: SomeTimes
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(Event):
    """`hidden`, `visible`: the page. `done`: nothing is left to do. `left`: it was closed. `void`: of a refused event."""

    type: Literal["hidden", "visible", "done", "left", "void"]


AnyEvent = Hello | Loaded | Failed | Golden | Warmup | Turn | Mark
_KINDS: dict[str, type[AnyEvent]] = {
    name: kind
    for kind in typing.get_args(AnyEvent)
    for name in typing.get_args(typing.get_type_hints(kind)["type"])
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(Limited):
    """What a phone says to become a device."""

    name: Annotated[str, Length(1, MAX_NAME), Plain()]


def read_registration(document: Any) -> Registration:
    """Read the body of `POST devices`. Raises `EventError`."""
    if isinstance(document, dict) and isinstance(document.get("name"), str):
        document = document | {"name": document["name"].strip()}
    try:
        return from_json(Registration, document, where="device")
    except ModelFileError as error:
        raise EventError(str(error), seq=None) from error


def read_events(document: Any) -> list[AnyEvent]:
    """Read the body of `POST events`, `{"events": […]}`. Raises `EventError` for the first that is refused."""
    if (
        not isinstance(document, dict)
        or set(document) != {"events"}
        or not isinstance(document["events"], list)
    ):
        raise EventError('the body is not {"events": [...]}', seq=None)
    if len(document["events"]) > MAX_EVENTS:
        raise EventError(f"{len(document['events'])} events; {MAX_EVENTS} are allowed", seq=None)
    return [read_event(one) for one in document["events"]]


def read_event(document: Any) -> AnyEvent:
    """One event from parsed JSON. Raises `EventError`."""
    if not isinstance(document, dict):
        raise EventError("an event is not an object", seq=None)
    seq, name = document.get("seq"), document.get("type")
    known = seq if type(seq) is int and 0 < seq <= MAX_SEQ else None
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise EventError(f"event: no such type; known are {', '.join(sorted(_KINDS))}", seq=known)
    try:
        return from_json(kind, document, where=str(name))
    except ModelFileError as error:
        raise EventError(str(error), seq=known) from error
