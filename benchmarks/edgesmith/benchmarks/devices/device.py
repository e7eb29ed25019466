"""What the benchmark knows of a device."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, TypeVar

from edgesmith.benchmarks.progress import Progress
from edgesmith.benchmarks.worker.messages import Request
from edgesmith.runtime.engines import EngineName
from edgesmith.runtime.engines.choose import extras_of
from edgesmith.runtime.spec import ModelFormat

T = TypeVar("T")


class Worker(Protocol):
    """A process that measures. Leaving the `with` block ends it, whatever it is doing."""

    def ask(self, request: Request, answer: type[T]) -> T:
        """Send a request and wait for its answer.

        Raises the worker's own `EdgesmithError`, `EngineError` when the process dies, and `DeviceError` when
        the device goes.
        """

    def __enter__(self) -> "Worker": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Device(Protocol):
    """Where workers run."""

    def place(self, files: Sequence[Path], progress: Progress, /) -> Mapping[Path, str]:
        """Make the files readable there; what each is called there. Raises `DeviceError`."""

    def start_worker(self, subject: str) -> Worker:
        """Start a fresh worker process; `subject` names the model file in messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a device must have: an engine for every one of `formats`, of `engines` where they are named.

    `install`: put what is missing into a virtual environment there. `remote_python`: the Python to run,
    `python3` unless given.
    """

    formats: tuple[ModelFormat, ...]
    engines: tuple[EngineName, ...] = ()
    install: bool = False
    remote_python: str | None = None

    def engines_for(self, model_format: ModelFormat) -> dict[EngineName, str]:
        """Those that may run a format, the preferred one first, each with the extra that installs it."""
        known = extras_of(model_format)
        return {name: known[name] for name in known if not self.engines or name in self.engines}
