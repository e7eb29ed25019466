"""Compare the instruction counts of two results: exact, so there is no noise to judge."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from edgesmith.benchmarks.compare.machine import package_changes
from edgesmith.benchmarks.compare.pairing import pair_runs, title_of
from edgesmith.benchmarks.devices.emulated.counts import (
    CLASSES,
    REPEATABLE,
    CountedRun,
    CountsResult,
    Instructions,
)
from edgesmith.benchmarks.devices.emulated.table import millions
from edgesmith.cli.terminal import one_line
from edgesmith.runtime.errors import DataError

COMPARE_COUNTS_SCHEMA: Literal["edgesmith.compare-counts/1"] = "edgesmith.compare-counts/1"

CountVerdict = Literal["more", "fewer", "same"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountChange:
    """A run of the old result and the same variant in the new one. `increase`: of the total, percent of the old."""

    file: str
    engine: str
    same_file: bool
    old: Instructions
    new: Instructions
    increase: float
    verdict: CountVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class CountComparison:
    """`max_more`: percent that the gate allows, None without one. `broken`: what it does not allow, in sentences.

    `only_old`, `only_new`: runs without a counterpart. `notes`: what else changed.
    """

    pairs: tuple[CountChange, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    notes: tuple[str, ...]
    max_more: float | None
    broken: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The document of `compare --json` for counts."""
        return {"schema": COMPARE_COUNTS_SCHEMA, **dataclasses.asdict(self)}


def compare_counts(
    old: CountsResult, new: CountsResult, *, max_more: float | None = None, force: bool = False
) -> CountComparison:
    """Compare two results.

    `max_more`: the gate, in percent. Raises `DataError` for results of different boards or images unless `force`,
    and when no run has a counterpart.
    """
    different = list(_differences(old, new))
    if different and not force:
        raise DataError(
            f"the two results are not of the same board and images: {'; '.join(different)}",
            tip="count both on one board with the same images, or compare all the same with --force",
        )
    pairs, only_old, only_new = pair_runs(old.runs, new.runs)
    changes = tuple(_change(before, after) for before, after in pairs)
    gone = tuple(map(title_of, only_old))
    return CountComparison(
        pairs=changes,
        only_old=gone,
        only_new=tuple(map(title_of, only_new)),
        notes=(*_software(old, new, pairs), *different),
        max_more=max_more,
        broken=() if max_more is None else tuple(_broken(changes, gone, max_more)),
    )


def text_of_counts(found: CountComparison) -> str:
    """The answer first, then a line a run, its classes where they differ, then what else changed."""
    verdicts = [pair.verdict for pair in found.pairs]
    words: tuple[CountVerdict, ...] = ("more", "fewer")
    said = [f"{word} in {verdicts.count(word)}" for word in words if word in verdicts]
    lines = [
        f"{', '.join(said)} of {len(verdicts)} runs" if said else "the same number of instructions",
        f"(millions of instructions per inference, not a time; up to {100 * REPEATABLE:g} % is the same)",
        "",
    ]
    for pair in found.pairs:
        lines += _pair_lines(pair)
    for title, words_of in (
        ("also changed", found.notes),
        ("only in OLD", found.only_old),
        ("only in NEW", found.only_new),
    ):
        if words_of:
            lines.append(f"{title}: {'; '.join(words_of)}")
    return "\n".join(map(one_line, lines))


def _pair_lines(pair: CountChange) -> Iterator[str]:
    yield f"{pair.file} on {pair.engine}{', the same file' if pair.same_file else ''}"
    rows = [("total", pair.old.total, pair.new.total)]
    if pair.verdict != "same":
        rows += [(name, getattr(pair.old, name), getattr(pair.new, name)) for name in CLASSES]
    for name, before, after in rows:
        if before or after:
            change = f"{100 * (after - before) / before:+8.2f} %" if before else f"{'new':>10}"
            verdict = f"  {pair.verdict}" if name == "total" else ""
            yield f"  {name.replace('_', ' '):<12} {millions(before):>10} → {millions(after):>10}  {change}{verdict}"


def _change(old: CountedRun, new: CountedRun) -> CountChange:
    before, after = old.instructions.total, new.instructions.total
    increase = 100 * (after - before) / before
    verdict: CountVerdict = "same"
    if abs(increase) > 100 * REPEATABLE:
        verdict = "more" if after > before else "fewer"
    return CountChange(
        file=new.file,
        engine=new.engine,
        same_file=old.sha256 == new.sha256,
        old=old.instructions,
        new=new.instructions,
        increase=increase,
        verdict=verdict,
    )


def _differences(old: CountsResult, new: CountsResult) -> Iterator[str]:
    if old.board != new.board:
        yield f"board {old.board.name} and {new.board.name}"
    if old.data.sha256 != new.data.sha256 or old.images != new.images:
        yield f"images {old.data.name!r} and {new.data.name!r}, which are not the same files"


def _software(
    old: CountsResult, new: CountsResult, pairs: Sequence[tuple[CountedRun, CountedRun]]
) -> Iterator[str]:
    for name, before, after in (
        ("QEMU", old.emulator.version, new.emulator.version),
        ("os", old.system.os, new.system.os),
        ("python", old.system.python, new.system.python),
    ):
        if before != after:
            yield f"{name} {before} → {after}"
    changes = (package_changes(before.packages, after.packages) for before, after in pairs)
    yield from dict.fromkeys(change for some in changes for change in some)


def _broken(changes: Sequence[CountChange], gone: Sequence[str], allowed: float) -> Iterator[str]:
    for pair in changes:
        if pair.increase > allowed:
            yield f"{pair.file}: {pair.increase:.2f} % more instructions, {allowed:g} % are allowed"
    for title in gone:
        yield f"{title} has no counterpart in NEW"
