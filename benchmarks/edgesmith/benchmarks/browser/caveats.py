"""What makes the numbers of a browser less trustworthy, beside what does anywhere."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

import numpy as np

from edgesmith.benchmarks.browser.facts import BrowserVisit
from edgesmith.benchmarks.browser.rows import Row
from edgesmith.benchmarks.browser.throttling import RISE, rise
from edgesmith.benchmarks.browser.visit import PlacedTurn
from edgesmith.benchmarks.caveats import find_warnings, title
from edgesmith.benchmarks.quietness import spread
from edgesmith.benchmarks.report.wording import joined
from edgesmith.benchmarks.results import BenchRun, BenchWarning, DataFacts, FailedRun, WarningKind
from edgesmith.runtime.machine.environment import Environment

# Of the warnings about any machine those that a browser gives reason for, too; the others speak of governors and labels.
_SHARED: frozenset[WarningKind] = frozenset({"failed", "not int8", "int8 not faster", "noisy", "threads"})


def find_browser_warnings(
    rows: Sequence[Row],
    *,
    visit: BrowserVisit,
    environment: Environment,
    data: DataFacts,
    failed: Sequence[FailedRun],
) -> tuple[BenchWarning, ...]:
    """All warnings, the gravest first."""
    runs = [row.run for row in rows]
    shared = find_warnings(runs, environment=environment, data=data, failed=failed)
    return (
        *_different(runs),
        *(BenchWarning(kind="missing", message=text) for text in visit.missing),
        *_slowed(rows),
        *(one for one in shared if one.kind in _SHARED and (one.kind != "threads" or environment.cores)),
        *_hidden(runs, visit),
    )


def _different(runs: Sequence[BenchRun]) -> Iterator[BenchWarning]:
    for run in runs:
        golden = run.browser.golden if run.browser else None
        if golden is not None and golden.state == "different":
            how = (
                "are no numbers"
                if golden.max_abs_difference is None
                else f"are off by up to {golden.max_abs_difference:.2g}; {golden.allowed:.2g} are allowed"
            )
            yield _warning(
                "different answers",
                f"{title(run)}: its answers to the golden inputs {how}. Its times are of something else.",
            )
        elif golden is not None and golden.state == "not checked":
            yield _warning(
                "different answers", f"{title(run)}: its answers to the golden inputs were not checked."
            )


def _slowed(rows: Sequence[Row]) -> Iterator[BenchWarning]:
    """By the reference kernel; by a run's own blocks where the kernel was steady and did not feel it."""
    factor = max(_rises(_reference_time, rows), default=0.0)
    moved = max((spread(list(map(_reference_time, turns))) for turns in _by_load(rows)), default=0.0)
    slower = [title(row.run) for row in rows if max(_rises(_block_time, [row]), default=0.0) > RISE]
    if factor > RISE:
        yield _throttled(
            f"The reference kernel, whose work never changes, took {1 + factor:.1f} times as long as at first"
        )
    elif moved > RISE:
        yield _warning(
            "not quiet",
            f"The reference kernel, whose work never changes, moved by {100 * moved:.0f} % between blocks: something else "
            "used the phone. Close other apps and tabs; then measure again.",
        )
    elif slower:
        yield _throttled(f"{joined(slower)} became slower by more than {100 * RISE:.0f} %")


def _throttled(what: str) -> BenchWarning:
    return _warning(
        "throttled",
        f"{what}: the phone slowed down, by heat, a battery saver or other apps. Let it cool, plug it in, close other apps "
        "and tabs, and measure again.",
    )


def _rises(time: Callable[[PlacedTurn], float], rows: Sequence[Row]) -> Iterator[float]:
    for turns in _by_load(rows):
        found = rise(list(map(time, turns)))
        if found is not None:
            yield found


def _by_load(rows: Sequence[Row]) -> Iterator[list[PlacedTurn]]:
    """The blocks of each load of the page, in order: the kernel's work is sized anew in each."""
    turns = sorted(
        (placed for row in rows for placed in row.turns), key=lambda placed: (placed.load, placed.turn.seq)
    )
    for _, of_load in groupby(turns, key=lambda placed: placed.load):
        yield list(of_load)


def _reference_time(placed: PlacedTurn) -> float:
    return float(np.median([*placed.turn.reference_ms, *placed.turn.reference_after_ms]))


def _block_time(placed: PlacedTurn) -> float:
    return float(np.median(placed.turn.samples_ms))


def _hidden(runs: Sequence[BenchRun], visit: BrowserVisit) -> Iterator[BenchWarning]:
    dropped = sum(run.browser.hidden_samples for run in runs if run.browser)
    if dropped:
        yield _warning(
            "hidden",
            f"{dropped} samples were taken while the page was hidden, which it was {visit.hidden} times, and were dropped: "
            "browsers slow such pages down.",
        )


def _warning(kind: WarningKind, message: str) -> BenchWarning:
    return BenchWarning(kind=kind, message=message)
