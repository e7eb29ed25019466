"""Telling how far a benchmark is."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from time import monotonic
from typing import Protocol, TypeVar

T = TypeVar("T")

_REDRAW_SECONDS = 0.1


class Progress(Protocol):
    """Someone who is told how far it is."""

    def bar(self, stage: str, total: float, /) -> AbstractContextManager[Callable[[float], None]]:
        """Begin a stage; the function given takes what is done of `total`."""

    def track(self, items: Sequence[T], stage: str, /) -> Iterator[T]:
        """Hand out `items` and count them."""


class Silence:
    """Tells nobody."""

    @contextmanager
    def bar(self, _stage: str, _total: float, /) -> Iterator[Callable[[float], None]]:
        """Do nothing."""
        yield lambda done: None

    def track(self, items: Sequence[T], _stage: str, /) -> Iterator[T]:
        """Hand out `items`."""
        return iter(items)


class LineProgress:
    """One line on stderr a stage, after a label: for several benchmarks that run at the same time."""

    def __init__(self, label: str) -> None:
        self._label = label

    @contextmanager
    def bar(self, stage: str, _total: float, /) -> Iterator[Callable[[float], None]]:
        """Say that a stage begins."""
        sys.stderr.write(f"{self._label}: {stage}\n")
        yield lambda done: None

    def track(self, items: Sequence[T], stage: str, /) -> Iterator[T]:
        """Say that a stage begins, and hand out `items`."""
        with self.bar(stage, len(items)):
            yield from items


class TerminalProgress:
    """Bars on stderr, drawn between measurements and never during one: no thread redraws them."""

    @contextmanager
    def bar(self, stage: str, total: float, /) -> Iterator[Callable[[float], None]]:
        """Show a bar while the block runs."""
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        columns = (
            TextColumn("{task.description:>11}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
        )
        with Bars(*columns, console=Console(stderr=True), auto_refresh=False) as bars:
            # A stage of no items is done.
            task = bars.add_task(stage, total=max(total, 1e-9))
            drawn = 0.0

            def show(done: float) -> None:
                nonlocal drawn
                due = monotonic() - drawn > _REDRAW_SECONDS or done >= total
                bars.update(task, completed=done, refresh=due)
                drawn = monotonic() if due else drawn

            yield show

    def track(self, items: Sequence[T], stage: str, /) -> Iterator[T]:
        """Hand out `items` behind a bar."""
        with self.bar(stage, len(items)) as show:
            for number, item in enumerate(items):
                show(number)
                yield item
            show(len(items))
