"""Workers that take their first answers from a journal."""

import dataclasses
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from edgesmith.benchmarks.devices.device import Worker
from edgesmith.benchmarks.journal import Entry, Journal, digest
from edgesmith.benchmarks.worker import messages
from edgesmith.benchmarks.worker.messages import Request
from edgesmith.runtime.errors import DataError, DeviceError, EdgesmithError
from edgesmith.runtime.failure import Failure
from edgesmith.runtime.strict import from_json

T = TypeVar("T")

# What brings a fresh process into the state of the one that is gone; its answers are not results.
_STATE: dict[type[Request], type] = {messages.Load: messages.Loaded, messages.WarmUp: messages.WarmedUp}


class JournaledWorkers:
    """Starts workers, numbers them, and writes down what they answer.

    `samples`: how many there are by now, of the journal and of now, by what was asked to be loaded.
    """

    def __init__(self, journal: Journal, start_worker: Callable[[str], Worker]) -> None:
        self._journal, self._start_worker = journal, start_worker
        self._started = 0
        self.samples: Counter[messages.Load] = Counter()

    def start(self, subject: str) -> "JournaledWorker":
        """The next worker; its process is started when there is something left to ask."""
        number, self._started = self._started, self._started + 1
        return JournaledWorker(
            self._journal, number, start=lambda: self._start_worker(subject), samples=self.samples
        )


class JournaledWorker:
    """One worker: the answers that the journal has of it, then those of a living process."""

    def __init__(
        self,
        journal: Journal,
        number: int,
        *,
        start: Callable[[], Worker],
        samples: Counter[messages.Load],
    ) -> None:
        self._journal, self._number, self._start, self._samples = journal, number, start, samples
        self._variant: messages.Load | None = None
        self._recorded = iter(journal.recorded[number])
        self._state: list[Request] = []
        self._living: Worker | None = None

    def ask(self, request: Request, answer: type[T]) -> T:
        """As `Worker.ask`. Raises `DataError` when the journal's next answer is to another question."""
        entry = next(self._recorded, None)
        found = self._ask_living(request, answer) if entry is None else self._replay(entry, request, answer)
        if isinstance(request, messages.Load):
            self._variant = request
        if isinstance(found, messages.Samples) and self._variant is not None:
            self._samples[self._variant] += len(found)
        return found

    def _replay(self, entry: Entry, request: Request, answer: type[T]) -> T:
        if entry.request != digest(request):
            raise DataError(
                f"{str(self._journal.file)!r}: answer of process {self._number} is not to {type(request).__name__}",
                tip="it was edited, or is of another version: remove it to begin anew",
            )
        self._journal.replay(entry)
        if entry.failure is not None:
            raise entry.failure.revive(entry.failure.message)
        if type(request) in _STATE:
            self._state.append(request)
        return from_json(answer, entry.answer, where=self._journal.file.name)

    def _ask_living(self, request: Request, answer: type[T]) -> T:
        entry = Entry(worker=self._number, request=digest(request), at=0.0)
        try:
            process = self._process()
            self._journal.go_on()
            found = process.ask(request, answer)
        except DeviceError:  # not an answer: it is asked again when the device is back
            raise
        except EdgesmithError as error:
            entry = dataclasses.replace(entry, at=self._now(), failure=Failure.of(error))
            self._journal.keep(entry, request)
            raise
        document = dataclasses.asdict(found)  # type: ignore[call-overload]  # every answer is a dataclass
        self._journal.keep(dataclasses.replace(entry, at=self._now(), answer=document), request)
        return found

    def _now(self) -> float:
        return round(self._journal.clock(), 3)

    def _process(self) -> Worker:
        if self._living is None:
            self._living = self._start()
            for request in self._state:
                self._living.ask(request, _STATE[type(request)])
        return self._living

    def __enter__(self) -> "JournaledWorker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._living is not None:
            self._living.__exit__(kind, error, trace)
