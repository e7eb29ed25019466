"""Pair the runs of two results and judge each pair."""

from collections.abc import Sequence

import numpy as np

from edgesmith.benchmarks.classification import Disagreement, Evaluation, disagreement
from edgesmith.benchmarks.compare.comparison import (
    AccuracyChange,
    Comparison,
    Gate,
    PairChange,
    PhaseChange,
)
from edgesmith.benchmarks.compare.gate import broken
from edgesmith.benchmarks.compare.judge import LEAST_PROCESSES, change, judge
from edgesmith.benchmarks.compare.machine import differences, software_changes
from edgesmith.benchmarks.compare.pairing import pair_runs, title_of
from edgesmith.benchmarks.quietness import Quietness, passes, quietness
from edgesmith.benchmarks.results import BenchResult, BenchRun
from edgesmith.benchmarks.statistics import CONFIDENCE
from edgesmith.benchmarks.worker.messages import PHASES
from edgesmith.runtime.errors import DataError

_NO_GATE = Gate()

# Of a phase that takes less than this share of the whole, the clock and the cache decide; a change in it that
# matters shows in the whole.
_LEAST_SHARE = 0.05

Pair = tuple[BenchRun, BenchRun]


def compare(old: BenchResult, new: BenchResult, *, gate: Gate = _NO_GATE, force: bool = False) -> Comparison:
    """Compare two results.

    Raises `DataError` for results of different machines, images or scenarios unless `force`, for runs of fewer
    than five processes, and when no run has a counterpart.
    """
    _require_comparable(old, new, force=force)
    pairs, only_old, only_new = pair_runs(old.runs, new.runs)
    for result, word in ((old, "OLD"), (new, "NEW")):
        _require_processes(result, word)
    quiet = quietness(passes(old.blocks), passes(new.blocks))
    phases = [_judged_phases(first) for first, _ in pairs]
    # Bonferroni: all intervals hold together with 95 %, so that more runs do not mean more false alarms.
    confidence = 1 - (1 - CONFIDENCE) / sum(map(len, phases))
    changes = tuple(
        _pair_change(pair, names, quiet, confidence) for pair, names in zip(pairs, phases, strict=True)
    )
    return Comparison(
        quietness=quiet,
        confidence=confidence,
        pairs=changes,
        only_old=tuple(map(title_of, only_old)),
        only_new=tuple(map(title_of, only_new)),
        notes=(*software_changes(old.environment, new.environment), *differences(old, new)),
        gate=gate,
        broken=broken(gate, changes, only_old=tuple(map(title_of, only_old))),
    )


def process_medians(run: BenchRun, phase: str) -> list[float]:
    """The median of each process's samples of a phase or `end_to_end`, milliseconds."""
    samples = np.asarray(getattr(run.samples_ms, phase))
    ends = np.cumsum([process.samples for process in run.processes])[:-1]
    return [float(np.median(part)) for part in np.split(samples, ends)]


def _require_comparable(old: BenchResult, new: BenchResult, *, force: bool) -> None:
    found = differences(old, new)
    if found and not force:
        raise DataError(
            f"the two results are not of the same machine and work: {'; '.join(found)}",
            tip="measure both on one machine with the same images, or compare all the same with --force",
        )


def _require_processes(result: BenchResult, word: str) -> None:
    fewest = min(len(run.processes) for run in result.runs)
    if fewest < LEAST_PROCESSES or not result.blocks:
        raise DataError(
            f"{word} was measured with {fewest or 1} process{'' if fewest < 2 else 'es'} a run; "
            f"at least {LEAST_PROCESSES} are needed to tell a difference from noise",
            tip=f"edgesmith bench --processes {LEAST_PROCESSES}",
        )


def _judged_phases(run: BenchRun) -> list[str]:
    shares = {phase: getattr(run.summary.phases, phase).p50 / max(run.summary.p50, 1e-4) for phase in PHASES}
    return ["end_to_end", *(phase for phase, share in shares.items() if share >= _LEAST_SHARE)]


def _pair_change(pair: Pair, phases: Sequence[str], quiet: Quietness, confidence: float) -> PairChange:
    old, new = pair
    return PairChange(
        file=new.file,
        engine=new.engine,
        threads=new.threads,
        same_file=old.sha256 == new.sha256,
        phases=tuple(_phase_change(pair, phase, quiet, confidence) for phase in phases),
        accuracy=_accuracy_change(old, new),
    )


def _phase_change(pair: Pair, phase: str, quiet: Quietness, confidence: float) -> PhaseChange:
    before, after = (process_medians(run, phase) for run in pair)
    found = change(before, after, confidence=confidence)
    old_ms, new_ms = (float(np.exp(np.log(values).mean())) for values in (before, after))
    return PhaseChange(
        phase=phase,
        old_ms=round(old_ms, 4),
        new_ms=round(new_ms, 4),
        ratio=found.ratio,
        interval=found.interval,
        verdict=judge(found, quiet),
    )


def _accuracy_change(old: BenchRun, new: BenchRun) -> AccuracyChange | None:
    if old.accuracy is None or new.accuracy is None:
        return None
    return AccuracyChange(
        old=old.accuracy.top1,
        new=new.accuracy.top1,
        drop=100 * (old.accuracy.top1 - new.accuracy.top1),
        test=_paired_test(old.evaluation, new.evaluation),
    )


def _paired_test(old: Evaluation | None, new: Evaluation | None) -> Disagreement | None:
    if old is None or new is None or (old.labels, old.truth) != (new.labels, new.truth):
        return None
    return disagreement(old, new)
