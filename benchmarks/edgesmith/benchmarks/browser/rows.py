"""The rows of one phone: finished runs, and what could not be measured."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edgesmith.benchmarks.browser.answers import check_golden
from edgesmith.benchmarks.browser.events import EngineKey, Hello
from edgesmith.benchmarks.browser.facts import BrowserRun, GoldenCheck
from edgesmith.benchmarks.browser.visit import Key, PlacedTurn, Visit, VisitedVariant
from edgesmith.benchmarks.inputs import ModelInput
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.results import BenchRun, FailedRun, ProcessRun, StateBeforeAfter
from edgesmith.benchmarks.schedule import BLOCKS
from edgesmith.benchmarks.statistics import median, summarize
from edgesmith.benchmarks.worker.messages import Samples
from edgesmith.runtime.machine.state import State

UNTOLD = State(temperature_c=None, frequency_mhz=None, throttled_flags=None, load_average=None)
"""No browser tells any of it."""

ENGINES: dict[EngineKey, str] = {"litert": "LiteRT.js", "onnxruntime-web": "onnxruntime-web"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A run and the blocks that its samples are from, in order."""

    run: BenchRun
    turns: tuple[PlacedTurn, ...]


def finished_rows(visit: Visit, models: Sequence[ModelInput], plan: BenchmarkPlan) -> list[Row]:
    """Those with samples and answers that are right, in the order of the command line."""
    rows = []
    for (index, threads), variant in _known(visit, models):
        if variant.loads and variant.visible:
            golden = check_golden(variant.goldens, models[index].spec)
            if not _is_wrong(models[index], golden):
                rows.append(_row(models[index], threads, variant, golden, visit.hellos, plan))
    return rows


def failed_rows(visit: Visit, models: Sequence[ModelInput]) -> list[FailedRun]:
    """The wrong answers first, then what the page could not do, then threads that the browser did not give."""
    known = _known(visit, models)
    return [*_wrong(known, visit, models), *_failures(visit, models), *_fewer_threads(known, visit, models)]


def wrong_files(visit: Visit, models: Sequence[ModelInput]) -> tuple[str, ...]:
    """int8 files that gave other integers than they should, with any number of threads."""
    known = _known(visit, models)
    return tuple(dict.fromkeys(run.file for run in _wrong(known, visit, models)))


def _known(visit: Visit, models: Sequence[ModelInput]) -> list[tuple[Key, VisitedVariant]]:
    """The variants of models that were asked for, in the order of the command line."""
    keys = sorted(key for key in visit.variants if key[0] < len(models))
    return [(key, visit.variants[key]) for key in keys]


def _is_wrong(model: ModelInput, golden: GoldenCheck) -> bool:
    """An int8 file that gives other integers is not that file any more; a float that is off is warned of."""
    return model.spec.precision == "int8" and golden.state == "different"


def _row(
    model: ModelInput,
    threads: int,
    variant: VisitedVariant,
    golden: GoldenCheck,
    hellos: Sequence[Hello],
    plan: BenchmarkPlan,
) -> Row:
    turns = tuple(variant.visible)
    times = tuple(time for placed in turns for time in placed.turn.samples_ms)
    samples = Samples(decode=(), preprocess=(), invoke=times, postprocess=(), end_to_end=times)
    asked = min(loaded.threads_asked for _, loaded in variant.loads)
    loads = [loaded for _, loaded in variant.loads if loaded.threads_asked == asked]
    processes = tuple(_processes(variant, turns))
    run = BenchRun(
        file=model.file,
        name=model.spec.name,
        sha256=model.sha256,
        bytes=model.bytes,
        precision=model.spec.precision,
        engine=_engine(variant, hellos),
        threads=threads,
        cold_start_ms=None,
        load_ms=median([loaded.load_ms for loaded in loads]),
        peak_rss_bytes=None,
        accuracy=None,
        summary=summarize(samples),
        state=StateBeforeAfter(before=UNTOLD, after=UNTOLD),
        cold_starts_ms=(),
        loads_ms=tuple(loaded.load_ms for loaded in loads),
        warmup_ms=tuple(time for process in processes for time in process.warmup_ms),
        samples_ms=samples,
        processes=processes,
        int8_macs_share=model.int8_macs_share,
        doubt=model.doubt,
        browser=BrowserRun(
            build=loads[-1].build,
            threads_asked=asked,
            golden=golden,
            download_ms=median([loaded.download_ms for loaded in loads]),
            hidden_samples=variant.hidden_samples,
            missing_samples=_missing_samples(turns, plan),
        ),
    )
    return Row(run=run, turns=turns)


def _missing_samples(turns: Sequence[PlacedTurn], plan: BenchmarkPlan) -> int:
    """How many more the plan asks for: it wants its samples, and its seconds too, for which blocks are sized."""
    times = [time for placed in turns for time in placed.turn.samples_ms]
    missing_ms = 1000 * plan.seconds - sum(times)
    # The size follows from the warm-up: of ten whole blocks that turned out quicker than that, none is missing.
    by_time = missing_ms * len(times) / max(sum(times), 1e-3) if len(turns) < BLOCKS else 0.0
    return max(0, plan.samples - len(times), math.ceil(by_time))


def _processes(variant: VisitedVariant, turns: Sequence[PlacedTurn]) -> Iterator[ProcessRun]:
    """One a load of the page that gave samples."""
    for load in sorted({placed.load for placed in turns}):
        yield ProcessRun(
            samples=sum(len(placed.turn.samples_ms) for placed in turns if placed.load == load),
            warmup_ms=tuple(
                time for number, warmup in variant.warmups if number == load for time in warmup.samples_ms
            ),
        )


def _engine(variant: VisitedVariant, hellos: Sequence[Hello]) -> str:
    """`LiteRT.js 2.5.3`, by the load of the page that had the model last; without version where it was not told."""
    load, loaded = variant.loads[-1]
    facts = hellos[load].engine_facts(loaded.engine) if hellos else None
    return ENGINES[loaded.engine] + (f" {facts.version}" if facts else "")


def _wrong(
    known: Sequence[tuple[Key, VisitedVariant]], visit: Visit, models: Sequence[ModelInput]
) -> Iterator[FailedRun]:
    for (index, threads), variant in known:
        golden = check_golden(variant.goldens, models[index].spec)
        if _is_wrong(models[index], golden):
            difference = golden.max_abs_difference
            how = "they are no numbers" if difference is None else f"they are off by up to {difference:g}"
            yield FailedRun(
                file=models[index].file,
                precision=models[index].spec.precision,
                engine=_engine(variant, visit.hellos) if variant.loads else None,
                threads=threads,
                reason=f"its answers to the golden inputs are WRONG in this browser: {how}, and int8 must be equal; "
                "its times count for nothing",
                tip=None,
            )


def _failures(visit: Visit, models: Sequence[ModelInput]) -> Iterator[FailedRun]:
    told: set[Key] = set()
    for failed in visit.failures:
        key = (failed.model, failed.threads_asked)
        later = key in visit.variants and any(
            placed.turn.seq > failed.seq for placed in visit.variants[key].visible
        )  # it went on after a reload
        if failed.model < len(models) and key not in told and not later:
            told.add(key)
            model = models[failed.model]
            # Halves of surrogate pairs are no text, and cannot be written.
            message = failed.message.encode("utf-8", "replace").decode()
            yield FailedRun(
                file=model.file,
                precision=model.spec.precision,
                engine=None,
                threads=failed.threads_asked,
                reason=f"the page failed at {failed.stage!r}: {message}",
                tip=None,
            )


def _fewer_threads(
    known: Sequence[tuple[Key, VisitedVariant]], visit: Visit, models: Sequence[ModelInput]
) -> Iterator[FailedRun]:
    for (index, threads), variant in known:
        asked = {loaded.threads_asked: loaded for _, loaded in variant.loads}
        for more in sorted(asked)[1:]:  # the first is the one that was measured, whatever it got
            yield FailedRun(
                file=models[index].file,
                precision=models[index].spec.precision,
                engine=_engine(variant, visit.hellos),
                threads=more,
                reason=f"the browser gives {threads} of {more} threads to the {asked[more].build} build{_why(visit)}",
                tip=None,
            )


def _why(visit: Visit) -> str:
    if visit.hellos and not visit.hellos[-1].shared_array_buffer:
        return ": it has no shared memory for this page"
    return ""
