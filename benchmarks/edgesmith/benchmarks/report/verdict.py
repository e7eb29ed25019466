"""The first lines of a report: what the numbers say, in sentences."""

from collections.abc import Iterator

from edgesmith.benchmarks.quantization import QuantizedPair, likely_reason, quantized_pairs
from edgesmith.benchmarks.report.wording import accuracy, milliseconds, size, threads
from edgesmith.benchmarks.results import BenchResult, BenchRun


def verdict(result: BenchResult) -> list[str]:
    """Fastest, smallest and most accurate file, and whether int8 pays on this machine."""
    return [*_int8(result), _fastest(result), *_smallest(result), *_most_accurate(result)]


def _int8(result: BenchResult) -> Iterator[str]:
    # One sentence a model and engine: the fewest threads measured. The table has the rest.
    fewest: dict[tuple[str, str, str], QuantizedPair] = {}
    for pair in quantized_pairs(result.runs):
        key = (pair.int8.name, pair.int8.format, pair.int8.engine)
        if key not in fewest or pair.int8.threads < fewest[key].int8.threads:
            fewest[key] = pair
    models = {name for name, _, _ in fewest}
    for pair in fewest.values():
        subject = "int8" if len(models) == 1 else f"{pair.int8.name}: int8"
        yield f"{subject} {_speed(pair)}{_because(pair, result)}"


def _speed(pair: QuantizedPair) -> str:
    int8, float32 = (run.summary.phases.invoke.p50 for run in (pair.int8, pair.float32))
    where = (
        f"on this machine with {pair.int8.engine_name}, {threads(pair.int8.threads)}: "
        f"inference takes {milliseconds(int8)} against {milliseconds(float32)} ms"
    )
    if pair.faster:
        return f"is {pair.speedup:.1f} times as fast as float32 {where}"
    return f"is NOT faster than float32 {where}"


def _because(pair: QuantizedPair, result: BenchResult) -> str:
    return "." if pair.faster else f". Likely reason: {likely_reason(pair, result.environment)}."


def _fastest(result: BenchResult) -> str:
    run = min(result.runs, key=lambda run: run.summary.p50)
    return (
        f"{'Fastest' if len(result.runs) > 1 else 'Measured'}: {run.file} on {run.engine_name}, "
        f"{threads(run.threads)}: {milliseconds(run.summary.p50)} ms from photo to answer "
        f"(p50; p99 {milliseconds(run.summary.p99)} ms)."
    )


def _smallest(result: BenchResult) -> Iterator[str]:
    by_file = {run.file: run for run in result.runs}
    if len(by_file) < 2:
        return
    ranked = sorted(by_file.values(), key=lambda run: run.bytes)
    yield f"Smallest: {ranked[0].file}, {size(ranked[0].bytes)} (the largest has {size(ranked[-1].bytes)})."


def _most_accurate(result: BenchResult) -> Iterator[str]:
    by_file = {run.file: run for run in result.runs if run.accuracy is not None}
    if not by_file:
        return
    best = max(by_file.values(), key=_top1)
    images = best.accuracy.images if best.accuracy else 0
    score = f"top-1 {accuracy(best.accuracy)} on {images} images"
    equals = [run for run in by_file.values() if _top1(run) == _top1(best)]
    if len(by_file) == 1:
        yield f"Accuracy: {score}."
    elif len(equals) == len(by_file):
        yield f"All {len(by_file)} files are equally accurate: {score}."
    else:
        names = " and ".join(run.file for run in equals)
        yield f"Most accurate: {names}, {score}{_overlap(best, list(by_file.values()))}."


def _overlap(best: BenchRun, runs: list[BenchRun]) -> str:
    lowest = best.accuracy.interval[0] if best.accuracy else 0.0
    rivals = [run for run in runs if run is not best and run.accuracy and run.accuracy.interval[1] >= lowest]
    if len(rivals) == len(runs) - 1:
        return "; all 95 % intervals overlap, so these images show no file to be better"
    return ""


def _top1(run: BenchRun) -> float:
    return run.accuracy.top1 if run.accuracy else 0.0
