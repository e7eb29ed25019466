"""This machine, with workers of other environments for the tools that live there."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from edgesmith.benchmarks.devices.device import Worker
from edgesmith.benchmarks.devices.local import LocalDevice, measured_environment, start_worker
from edgesmith.benchmarks.devices.process import WorkerProcess
from edgesmith.benchmarks.progress import Progress
from edgesmith.benchmarks.worker.messages import Request

T = TypeVar("T")

_HERE = Path(__file__).parent
_PARTS = (_HERE.parents[1] / "runtime", _HERE.parent)  # where a worker finds edgesmith, whatever is installed


class PeerDevice:
    """`commands`: by name of the model file, how to start a worker that can open it; others are edgesmith's own."""

    def __init__(self, commands: Mapping[str, Sequence[str]]) -> None:
        self._commands = commands

    def place(self, files: Sequence[Path], progress: Progress) -> Mapping[Path, str]:
        """As `LocalDevice`."""
        return LocalDevice().place(files, progress)

    def start_worker(self, subject: str) -> "PeerWorker":
        """A worker that becomes the right one at the first model that it is asked about."""
        return PeerWorker(self, subject)

    def start_process(self, model: str | None, subject: str) -> Worker:
        """The process for a model file, which may be None where no model is asked about."""
        command = None if model is None else self._commands.get(model)
        if command is None:
            return start_worker(subject)
        path = os.pathsep.join(map(str, _PARTS))
        return WorkerProcess(
            subject, command=command, environment=measured_environment() | {"PYTHONPATH": path}
        )


class PeerWorker:
    """One worker for all: cold starts ask about one model after the other, and each needs its own program."""

    def __init__(self, device: PeerDevice, subject: str) -> None:
        self._device, self._subject = device, subject
        self._model: str | None = None
        self._processes: dict[str | None, Worker] = {}

    def ask(self, request: Request, answer: type[T]) -> T:
        """As `Worker.ask`, of the process for the model last named."""
        model = getattr(request, "model", None)
        if model is not None:
            self._model = Path(model).name
        if self._model not in self._processes:
            self._processes[self._model] = self._device.start_process(self._model, self._subject)
        return self._processes[self._model].ask(request, answer)

    def __enter__(self) -> "PeerWorker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes.values():
            process.__exit__(kind, error, trace)


def mediapipe_command(python: Path | None) -> tuple[str, ...]:
    """How to start MediaPipe's worker with that interpreter, or with this one."""
    return (str(python or sys.executable), "-P", str(_HERE / "mediapipe_worker.py"))
