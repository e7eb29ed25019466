"""Telling the user what goes on and how long it will take, on a stream that is not stdout."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

# Called with the number of steps done since the last call.
Advance = Callable[[int], None]

_SECONDS_BETWEEN_LINES = 30.0


class Progress:
    """Stages with a bar each on a terminal, with lines elsewhere, and with silence for None.

    `seconds` has the wall time of each finished stage.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.seconds: dict[str, float] = {}
        self._stream = stream
        self._bars: Bars | None = None

    def say(self, text: str) -> None:
        """Write one line."""
        if self._bars is not None:
            self._bars.console.print(text, markup=False, highlight=False, soft_wrap=True)
        elif self._stream is not None:
            self._stream.write(f"{text}\n")
            self._stream.flush()

    @contextmanager
    def stage(self, name: str, *, total: int) -> Iterator[Advance]:
        """Time the block; it calls what it is given with the number of steps it has done since."""
        start = time.perf_counter()
        if self._stream is not None and self._stream.isatty():
            with _bars(self._stream) as bars:
                task = bars.add_task(name, total=total)
                self._bars = bars
                try:
                    yield lambda steps: bars.advance(task, steps)
                finally:
                    self._bars = None
        else:
            yield _Lines(name, total, self.say)
        self.seconds[name] = time.perf_counter() - start
        self.say(f"{name}: {self.seconds[name]:.1f} s")


def _bars(stream: TextIO) -> Bars:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Bars(*columns, console=Console(file=stream), transient=True)


class _Lines:
    """What a bar shows, as a line every half minute: a log must tell a long stage from a stuck one."""

    def __init__(self, name: str, total: int, say: Callable[[str], None]) -> None:
        self._name, self._total, self._say = name, total, say
        self._done = 0
        self._begin = self._last = time.perf_counter()

    def __call__(self, steps: int) -> None:
        self._done += steps
        now = time.perf_counter()
        if now - self._last < _SECONDS_BETWEEN_LINES or self._done >= self._total:
            return
        self._last = now
        left = (now - self._begin) / self._done * (self._total - self._done)
        self._say(f"{self._name}: {self._done:,} of {self._total:,}, about {_duration(left)} left")


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{max(minutes, 1)} min"
