"""By what the runs of a report can be chosen: models, precisions, engines, threads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edgesmith.benchmarks.report.wording import threads
from edgesmith.benchmarks.results import BenchRun

_ASPECTS: tuple[tuple[str, Callable[[BenchRun], str]], ...] = (
    ("Model", lambda run: run.name),
    ("Precision", lambda run: run.precision),
    ("Engine", lambda run: run.engine_name),
    ("Threads", lambda run: threads(run.threads)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """`choices`: each with the indices of the runs that it stands for."""

    title: str
    choices: tuple[tuple[str, tuple[int, ...]], ...]


def facets(runs: Sequence[BenchRun]) -> list[Facet]:
    """Those in which the runs differ."""
    found = []
    for title, aspect in _ASPECTS:
        choices: dict[str, list[int]] = {}
        for index, run in enumerate(runs):
            choices.setdefault(aspect(run), []).append(index)
        if len(choices) > 1:
            found.append(
                Facet(title=title, choices=tuple((name, tuple(indices)) for name, indices in choices.items()))
            )
    return found
