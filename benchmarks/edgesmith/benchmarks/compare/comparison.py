"""What a comparison says: `compare --json`, version `edgesmith.compare/1`."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from edgesmith.benchmarks.classification import Disagreement
from edgesmith.benchmarks.compare.judge import Verdict
from edgesmith.benchmarks.quietness import Quietness

COMPARE_SCHEMA: Literal["edgesmith.compare/1"] = "edgesmith.compare/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseChange:
    """One phase of one pair. Times in milliseconds, at the machine's usual speed, geometric means of the processes.

    `ratio`: new over old. `interval`: of the ratio, at the comparison's `confidence`. All None where fewer than five
    processes of either were measured at equal speed of the machine.
    """

    phase: str
    old_ms: float | None
    new_ms: float | None
    ratio: float | None
    interval: tuple[float, float] | None
    verdict: Verdict

    @property
    def slowdown(self) -> float | None:
        """By how many percent it is slower; negative for faster."""
        return None if self.ratio is None else 100 * (self.ratio - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccuracyChange:
    """Top-1 as shares 0..1. `drop`: points lost. `test`: paired, where both results have each image's answer."""

    old: float
    new: float
    drop: float
    test: Disagreement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairChange:
    """A run of the old result and the same variant in the new one.

    `same_file`: the bytes are equal. `equal_speed`: the share 0..1 of its blocks in which the machine was as fast as in
    blocks of the other; only those are compared.
    """

    file: str
    engine: str
    threads: int
    same_file: bool
    equal_speed: float
    phases: tuple[PhaseChange, ...]
    accuracy: AccuracyChange | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Allowed at most: `max_slowdown` in percent, `max_drop` in points of top-1; None is not asked for."""

    max_slowdown: float | None = None
    max_drop: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`confidence`: of each interval, so that all of them hold together with 95 %. `notes`: what else changed.

    `only_old`, `only_new`: runs without a counterpart. `broken`: what the gate does not allow, in sentences.
    """

    quietness: Quietness
    confidence: float
    pairs: tuple[PairChange, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    notes: tuple[str, ...]
    gate: Gate
    broken: tuple[str, ...]

    @property
    def verdicts(self) -> frozenset[Verdict]:
        """The different verdicts in it."""
        return frozenset(change.verdict for pair in self.pairs for change in pair.phases)

    def to_json(self) -> dict[str, Any]:
        """The document of `compare --json`."""
        document = {"schema": COMPARE_SCHEMA, **dataclasses.asdict(self)}
        document["quietness"]["quiet"] = self.quietness.quiet
        document["verdicts"] = sorted(self.verdicts)
        return document
