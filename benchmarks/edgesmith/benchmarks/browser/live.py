"""Who measures, and how far: told in the terminal while phones work. Nothing is measured on this machine meanwhile."""

import sys
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from edgesmith.benchmarks.browser.events import AnyEvent, Failed, Golden, Hello, Loaded, Mark, Turn
from edgesmith.benchmarks.browser.phone import Phone
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.report.wording import threads
from edgesmith.cli.terminal import one_line

_REDRAWS = 4  # a second


class Listener(Protocol):
    """Someone who is told of phones: `with` it, `hear` as `bench_app` calls it."""

    def hear(self, phone: Phone, events: Sequence[AnyEvent]) -> None:
        """A phone registered, with no events, or posted these."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def share_done(phone: Phone, plan: BenchmarkPlan, *, models: int) -> float:
    """How much of the plan's samples are there, 0..1; what failed needs none."""
    counts: Counter[tuple[int, int]] = Counter()
    settled = set()
    for event in phone.in_order():
        if isinstance(event, Turn) and not event.hidden:
            counts[event.model, event.threads] += len(event.samples_ms)
        elif isinstance(event, Failed) or (isinstance(event, Loaded) and event.threads < event.threads_asked):
            settled.add((event.model, event.threads_asked))
    whole = sum(min(1.0, count / plan.samples) for key, count in counts.items() if key not in settled)
    return 1.0 if phone.done else min(1.0, (whole + len(settled)) / max(1, models * len(plan.threads)))


_MARKS = {
    "hidden": "is hidden: its samples do not count; bring the page to the front",
    "visible": "is back",
    "done": "is done",
    "left": "left; opening the page again goes on",
}


def told(event: AnyEvent, models: Sequence[str]) -> str | None:
    """What a person should know of an event; None for what is only counted. Not escaped."""
    if isinstance(event, Mark):
        return _MARKS.get(event.type)
    match event:
        case Hello():
            text = "opened the page"
        case Loaded():
            text = f"measures {_name(models, event.model)}, {threads(event.threads)}"
        case Failed():
            text = f"cannot run {_name(models, event.model)}: {event.message}"
        case Golden(verdict="different"):
            text = f"gets DIFFERENT answers from {_name(models, event.model)}"
        case _:
            return None
    return text


def _name(models: Sequence[str], index: int) -> str:
    return models[index] if index < len(models) else "a model that there is none of"


class PhoneLines:
    """A line on stderr for each thing that a person should know."""

    def __init__(self, models: Sequence[str]) -> None:
        self._models = models

    def hear(self, phone: Phone, events: Sequence[AnyEvent]) -> None:
        """Say it."""
        words = [told(event, self._models) for event in events] if events else ["registered"]
        for word in dict.fromkeys(filter(None, words)):
            sys.stderr.write(f"{one_line(f'{phone.head.name}: {word}')}\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class PhoneBars:
    """A bar a phone, and what it does."""

    def __init__(self, models: Sequence[str], plan: BenchmarkPlan) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

        # What stands in the columns comes from phones: it is no markup.
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TaskProgressColumn(),
            TextColumn("{task.fields[state]}", markup=False),
        )
        self._models, self._plan = models, plan
        self._bars = Progress(*columns, console=Console(stderr=True), refresh_per_second=_REDRAWS)
        self._tasks: dict[str, TaskID] = {}

    def hear(self, phone: Phone, events: Sequence[AnyEvent]) -> None:
        """Move its bar."""
        device = phone.head.device
        if device not in self._tasks:
            self._bars.start()  # by the first, so that the address above it is printed
            self._tasks[device] = self._bars.add_task(
                one_line(phone.head.name), total=1.0, state="registered"
            )
        words = list(filter(None, (told(event, self._models) for event in events)))
        done = share_done(phone, self._plan, models=len(self._models))
        self._bars.update(self._tasks[device], completed=done)
        if words:
            self._bars.update(self._tasks[device], state=one_line(words[-1]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
