"""Pair the runs of two results and judge each pair."""

from collections.abc import Sequence

from edgesmith.benchmarks.classification import Disagreement, Evaluation, disagreement
from edgesmith.benchmarks.compare.comparison import AccuracyChange, Comparison, Gate, PairChange
from edgesmith.benchmarks.compare.gate import broken
from edgesmith.benchmarks.compare.judge import LEAST_PROCESSES
from edgesmith.benchmarks.compare.machine import differences, software_changes
from edgesmith.benchmarks.compare.pairing import pair_runs, title_of
from edgesmith.benchmarks.compare.phases import Matched, match, phase_change
from edgesmith.benchmarks.quietness import passes, quietness
from edgesmith.benchmarks.results import BenchResult, BenchRun
from edgesmith.benchmarks.statistics import CONFIDENCE
from edgesmith.benchmarks.worker.messages import PHASES
from edgesmith.runtime.errors import DataError

_NO_GATE = Gate()

# Of a phase that takes less than this share of the whole, the clock and the cache decide; a change in it that
# matters shows in the whole.
_LEAST_SHARE = 0.05


def compare(old: BenchResult, new: BenchResult, *, gate: Gate = _NO_GATE, force: bool = False) -> Comparison:
    """Compare two results.

    Raises `DataError` for results of different machines, images or scenarios unless `force`, for runs of fewer
    than five processes, and when no run has a counterpart. Also, whatever `force` says, for results of a browser.
    """
    _require_no_browser(old, new)
    _require_comparable(old, new, force=force)
    pairs, only_old, only_new = pair_runs(old.runs, new.runs)
    for result, word in ((old, "OLD"), (new, "NEW")):
        _require_processes(result, word)
    phases = [_judged_phases(first) for first, _ in pairs]
    # Bonferroni: all intervals hold together with 95 %, so that more runs do not mean more false alarms.
    confidence = 1 - (1 - CONFIDENCE) / sum(map(len, phases))
    changes = tuple(
        _pair_change(match(pair, (old, new)), names, confidence)
        for pair, names in zip(pairs, phases, strict=True)
    )
    return Comparison(
        quietness=quietness(passes(old.blocks), passes(new.blocks)),
        confidence=confidence,
        pairs=changes,
        only_old=tuple(map(title_of, only_old)),
        only_new=tuple(map(title_of, only_new)),
        notes=(*software_changes(old.environment, new.environment), *differences(old, new)),
        gate=gate,
        broken=broken(gate, changes, only_old=tuple(map(title_of, only_old))),
    )


def _require_no_browser(*results: BenchResult) -> None:
    if any(result.browser is not None for result in results):
        raise DataError(
            "a result of a browser (WASM); its times are never compared, with native ones or with another visit's",
            tip="the report shows them; compare results of `edgesmith bench --device local`, ssh or adb",
        )


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


def _pair_change(matched: Matched, phases: Sequence[str], confidence: float) -> PairChange:
    old, new = matched.pair
    return PairChange(
        file=new.file,
        engine=new.engine,
        threads=new.threads,
        same_file=old.sha256 == new.sha256,
        equal_speed=round(matched.equal.share, 4),
        phases=tuple(phase_change(matched, phase, confidence=confidence) for phase in phases),
        accuracy=_accuracy_change(old, new),
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
