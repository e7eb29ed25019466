"""Which run of one result is the counterpart of which run of another."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from edgesmith.benchmarks.devices.emulated.counts import CountedRun
from edgesmith.benchmarks.results import BenchRun
from edgesmith.runtime.errors import DataError

Key = tuple[str, str, str, str, int]
R = TypeVar("R", BenchRun, CountedRun)


def pair_runs(old: Sequence[R], new: Sequence[R]) -> tuple[list[tuple[R, R]], list[R], list[R]]:
    """Runs with their counterparts, in the order of `old`, then those of either side that have none.

    Raises `DataError` when no run has one, and when two runs of one side cannot be told apart.
    """
    before, after = _by_key(old, "OLD"), _by_key(new, "NEW")
    shared = [key for key in before if key in after]
    if not shared:
        raise DataError(
            f"no run has a counterpart: OLD has {', '.join(map(title_of, old))}; NEW has {', '.join(map(title_of, new))}",
            tip="runs are paired by file name, precision, engine and threads",
        )
    return (
        [(before[key], after[key]) for key in shared],
        [run for key, run in before.items() if key not in after],
        [run for key, run in after.items() if key not in before],
    )


def title_of(run: BenchRun | CountedRun) -> str:
    """How a run is called in messages."""
    return f"{run.file} on {run.engine_name} ×{run.threads}"


def _by_key(runs: Sequence[R], word: str) -> dict[Key, R]:
    keyed: dict[Key, R] = {}
    for run in runs:
        # Without the engine's version: a new engine is something to compare.
        key = (Path(run.file).stem, run.precision, run.format, run.engine_name, run.threads)
        if key in keyed:
            raise DataError(
                f"{word} has {title_of(keyed[key])} and {title_of(run)}, which pair with the same run",
                tip="measure files of one name in results of their own",
            )
        keyed[key] = run
    return keyed
