"""Engines and their threads, behind a queue with an end."""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.web.problems import RefusedError

T = TypeVar("T")

_LOOKS = 0.02  # seconds between two looks at whether all accepted work is done
_TIP = "try again after the seconds of Retry-After"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Job:
    work: Callable[[Classifier], Any]
    result: "asyncio.Future[Any]"


class Workers:
    """One thread for each classifier; whoever comes finds the next free one, or waits, or is refused.

    `waiting`: how many may wait; `seconds`: how long one may take in all. All methods but `close` belong to the event
    loop. Not `ThreadPoolExecutor`, whose futures of two kinds cost 0.06 ms of processor time for each job more.
    """

    def __init__(self, classifiers: Sequence[Classifier], *, waiting: int, seconds: float) -> None:
        self.count = len(classifiers)
        self.stopping = False
        self.accepted = 0  # requests that wait or are worked on
        self._capacity, self._seconds = self.count + waiting, seconds
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._serve, args=(classifier,), name="inference", daemon=True)
            for classifier in classifiers
        ]
        for thread in self._threads:
            thread.start()

    async def run(self, work: Callable[[Classifier], T]) -> T:
        """The result of `work` in a worker's thread; what it raises is raised here.

        Raises `RefusedError`: 429 when too many wait, 503 when the server stops or the time is over. Work that has
        begun is finished by its thread all the same, and counts until then.
        """
        self._require_room()
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()
        self.accepted += 1
        self._jobs.put(_Job(work=work, result=result))
        deadline = loop.call_later(self._seconds, self._expire, result)
        try:
            return await result
        finally:
            deadline.cancel()

    async def drain(self) -> None:
        """Accept nothing more, and wait until all that was accepted is done."""
        self.stopping = True
        while self.accepted:
            await asyncio.sleep(_LOOKS)

    def close(self) -> None:
        """End the threads, each after the work it has; what waits is dropped."""
        with suppress(queue.Empty):
            while True:
                self._jobs.get_nowait()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _require_room(self) -> None:
        if self.stopping:
            headers = {"retry-after": "5", "connection": "close"}
            raise RefusedError(503, "the server is stopping", tip=_TIP, headers=headers)
        if self.accepted >= self._capacity:
            message = f"{self._capacity} requests are waiting or worked on already"
            raise RefusedError(429, message, tip=_TIP, headers={"retry-after": "1"})

    def _expire(self, result: "asyncio.Future[Any]") -> None:
        if not result.done():
            message = f"no answer within {self._seconds:g} seconds"
            result.set_exception(RefusedError(503, message, tip=_TIP, headers={"retry-after": "5"}))

    def _serve(self, classifier: Classifier) -> None:
        while (job := self._jobs.get()) is not None:
            value = error = None
            if not job.result.done():  # else nobody waits for it any more
                try:
                    value = job.work(classifier)
                except Exception as raised:  # noqa: BLE001 - raised again where it is awaited
                    error = raised
            with suppress(RuntimeError):  # the loop was ended by force: nobody waits
                job.result.get_loop().call_soon_threadsafe(self._finish, job.result, value, error)

    def _finish(self, result: "asyncio.Future[Any]", value: Any, error: Exception | None) -> None:
        self.accepted -= 1
        if result.done():
            return
        if error is None:
            result.set_result(value)
        else:
            result.set_exception(error)
