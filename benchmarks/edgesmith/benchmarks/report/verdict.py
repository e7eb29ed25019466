"""The first lines of a report: what the numbers say, in sentences, what matters most first."""

from collections.abc import Iterator

import numpy as np

from edgesmith.benchmarks.caveats import FEW_IMAGES, UNFIT
from edgesmith.benchmarks.report.browserverdict import browser_caveats, browser_fastest
from edgesmith.benchmarks.report.int8verdict import doubts, int8_accuracy, int8_speed
from edgesmith.benchmarks.report.wording import accuracy, joined, milliseconds, name_of, size, threads
from edgesmith.benchmarks.results import BenchResult, BenchRun, WarningKind

STATED: frozenset[WarningKind] = frozenset({"int8 not faster", "not int8", "failed"})
"""Warnings that the verdict or the table of runs has told already."""

_STEADY = 0.05  # a change of speed under load that is worth no alarm


def verdict(result: BenchResult) -> list[str]:
    """Whether int8 is what it promises; then the fastest, smallest and most accurate file."""
    return [
        *(browser_caveats(result.browser, result) if result.browser else ()),
        *doubts(result),
        *_unfit(result),
        *int8_speed(result),
        *_failed(result),
        *_sustained(result),
        _fastest(result),
        *_single_stream(result),
        *_smallest(result),
        *_most_accurate(result),
        *int8_accuracy(result),
    ]


def _unfit(result: BenchResult) -> Iterator[str]:
    if any(warning.kind in UNFIT for warning in result.warnings):
        yield "The machine was NOT fit to be measured on, as is said below: trust no verdict on speed before measuring again."


def _failed(result: BenchResult) -> Iterator[str]:
    if result.failed:
        whole = len(result.runs) + len(result.failed)
        yield f"{len(result.failed)} of {whole} runs could not be measured; the table says why."


def _fastest(result: BenchResult) -> str:
    if result.browser is not None:
        return browser_fastest(result)
    run = min(result.runs, key=lambda run: run.summary.p50)
    return (
        f"{'Fastest' if len(result.runs) > 1 else 'Measured'}: {run.file} on {run.engine_name}, "
        f"{threads(run.threads)}: {milliseconds(run.summary.p50)} ms from photo to answer "
        f"(p50; p99 {milliseconds(run.summary.p99)} ms)."
    )


def _sustained(result: BenchResult) -> Iterator[str]:
    """By how much heat slowed the machine down: the last tenth of the samples against the first."""
    if result.plan.scenario != "sustained":
        return
    slowdowns = [_slowdown(run) for run in result.runs]
    worst = int(np.argmax(slowdowns))
    run, slowdown = result.runs[worst], slowdowns[worst]
    temperatures = [
        block.state.temperature_c for block in result.blocks if block.state.temperature_c is not None
    ]
    heat = f", at up to {max(temperatures):.0f} °C" if temperatures else ""
    minutes = f"{result.plan.seconds / 60:g} minutes under load"
    if slowdown <= _STEADY:
        yield f"Steady: over {minutes} no run became slower by more than {100 * _STEADY:.0f} %{heat}."
    else:
        yield f"NOT steady: over {minutes} {name_of(run, result.runs)}, {threads(run.threads)}, became {100 * slowdown:.0f} % slower{heat}."


def _slowdown(run: BenchRun) -> float:
    values = run.samples_ms.end_to_end
    tenth = max(1, len(values) // 10)
    return float(np.median(values[-tenth:]) / np.median(values[:tenth])) - 1


def _single_stream(result: BenchResult) -> Iterator[str]:
    found = [(run, run.single_stream) for run in result.runs if run.single_stream is not None]
    if not found:
        return
    run, best = min(found, key=lambda one: one[1].p90)
    if best.estimate is None:
        yield (
            f"{best.queries} queries are too few for MLPerf's SingleStream estimate, which needs 64; give it more "
            "`--minutes`."
        )
        return
    yield (
        f"MLPerf's SingleStream statistic is lowest for {name_of(run, result.runs)}, {threads(run.threads)}: 90 % of queries take at "
        f"most {milliseconds(best.estimate)} ms, with 99 % confidence ({best.queries} queries)."
    )


def _smallest(result: BenchResult) -> Iterator[str]:
    by_file = {run.file: run for run in result.runs}
    if len(by_file) < 2:
        return
    ranked = sorted(by_file.values(), key=lambda run: run.bytes)
    yield f"Smallest: {ranked[0].file}, {size(ranked[0].bytes)} (the largest has {size(ranked[-1].bytes)})."


def _most_accurate(result: BenchResult) -> Iterator[str]:
    by_file: dict[tuple[str, str], BenchRun] = {}
    for run in result.runs:  # the number of threads is no matter of accuracy; the engine is
        if run.accuracy is not None:
            by_file.setdefault((run.file, run.engine), run)
    if not by_file:
        return
    best = max(by_file.values(), key=_top1)
    images = best.accuracy.images if best.accuracy else 0
    score = f"top-1 {accuracy(best.accuracy)} on {images} images"
    if images < FEW_IMAGES:
        score += ", which prove little: see the interval"
    equals = [run for run in by_file.values() if _top1(run) == _top1(best)]
    if len(by_file) == 1:
        yield f"Accuracy: {score}."
    elif len(equals) == len(by_file):
        what = "files" if len({run.file for run in equals}) == len(equals) else "pairs of file and engine"
        yield f"All {len(equals)} {what} are equally accurate: {score}."
    else:
        names = joined([name_of(run, result.runs) for run in equals])
        yield f"Most accurate: {names}, {score}{_overlap(best, list(by_file.values()))}."


def _overlap(best: BenchRun, runs: list[BenchRun]) -> str:
    lowest = best.accuracy.interval[0] if best.accuracy else 0.0
    rivals = [run for run in runs if run is not best and run.accuracy and run.accuracy.interval[1] >= lowest]
    if len(rivals) == len(runs) - 1:
        return "; all 95 % intervals overlap, so these images show no file to be better"
    return ""


def _top1(run: BenchRun) -> float:
    return run.accuracy.top1 if run.accuracy else 0.0
