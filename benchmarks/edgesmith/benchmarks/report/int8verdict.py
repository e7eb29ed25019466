"""Whether int8 pays on this machine, and what it costs in accuracy: the sentences that come first."""

from collections.abc import Iterator, Sequence

from edgesmith.benchmarks.quantization import QuantizedPair, likely_reason, quantized_pairs
from edgesmith.benchmarks.report.wording import joined, milliseconds, name_of, p_value, threads
from edgesmith.benchmarks.results import BenchResult, QuantizedAccuracy
from edgesmith.benchmarks.statistics import CONFIDENCE

_SINGLY = 3  # more files that behave alike share one sentence

_Pairs = list[QuantizedPair]  # of one file and engine, by number of threads


def doubts(result: BenchResult) -> Iterator[str]:
    """Files that are called int8 and are not: nothing said about them holds for int8."""
    for file, doubt in {run.file: run.doubt for run in result.runs}.items():
        if doubt is not None:
            yield f"{file} is NOT the int8 that it is called: {doubt}."


def int8_speed(result: BenchResult) -> Iterator[str]:
    """Is int8 faster than float32? First where it is not, with the likely reason."""
    pairs = _by_file(quantized_pairs(result.runs))
    slow = [one for one in pairs if not one[0].faster]
    fast = [one for one in pairs if one[0].faster]
    for one in slow:
        yield f"{_subject(one, pairs)} is NOT faster than float32 {_where(one)}. Likely reason: {likely_reason(one[0], result.environment)}."
    if len(fast) <= _SINGLY:
        for one in fast:
            yield f"{_subject(one, pairs)} is {one[0].speedup:.1f} times as fast as float32 {_where(one)}."
        return
    factors = [pair.speedup for one in fast for pair in one if pair.faster]
    exceptions = [
        f"{name_of(pair.int8, result.runs)} with {threads(pair.int8.threads)}"
        for one in fast
        for pair in one[1:]
        if not pair.faster
    ]
    but = f"; but NOT {joined(exceptions)}" if exceptions else ""
    yield (
        f"int8 is {min(factors):.1f} to {max(factors):.1f} times as fast as float32 {_place(fast[0][0])} for "
        f"{'all' if len(fast) == len(pairs) else f'{len(fast)} of'} {len(pairs)} int8 files{but}."
    )


def _by_file(pairs: Sequence[QuantizedPair]) -> list[_Pairs]:
    found: dict[tuple[str, str], _Pairs] = {}
    for pair in sorted(pairs, key=lambda pair: pair.int8.threads):
        found.setdefault((pair.int8.file, pair.int8.engine), []).append(pair)
    return list(found.values())


def _subject(one: _Pairs, pairs: Sequence[_Pairs]) -> str:
    """The model where there are several; the file where one model has several on this engine."""
    first, others = one[0].int8, [other[0].int8 for other in pairs if other is not one]
    if any((other.name, other.engine) == (first.name, first.engine) for other in others):
        return first.file
    return f"{first.name}: int8" if any(other.name != first.name for other in others) else "int8"


def _where(one: _Pairs) -> str:
    """The fewest threads in full, then those for which the answer is another."""
    first = one[0]
    told = (
        f"{_place(first)} with {first.int8.engine_name}, {threads(first.int8.threads)}: inference takes "
        f"{_against(first)}"
    )
    for pair in one[1:]:
        if pair.faster != first.faster:
            answer = f"{pair.speedup:.1f} times as fast" if pair.faster else "NOT faster"
            told += f"; with {threads(pair.int8.threads)} it is {answer} ({_against(pair)})"
    return told


def _place(pair: QuantizedPair) -> str:
    return "in this browser" if pair.int8.browser else "on this machine"


def _against(pair: QuantizedPair) -> str:
    int8, float32 = (run.summary.phases.invoke.p50 for run in (pair.int8, pair.float32))
    close = ", which is within noise" if float32 > int8 and not pair.faster else ""
    return f"{milliseconds(int8)} against {milliseconds(float32)} ms{close}"


def int8_accuracy(result: BenchResult) -> Iterator[str]:
    """Is int8 really worse? By McNemar's test, on the same images."""
    pairs: dict[str, QuantizedAccuracy] = {}
    for pair in result.int8_accuracy:  # one a file and engine: the number of threads is no matter of accuracy
        pairs.setdefault(name_of(result.runs[pair.int8], result.runs), pair)
    alike = {}
    for file, pair in pairs.items():
        test = pair.test
        if not test.significant:
            alike[file] = pair
            continue
        low, high = sorted(abs(bound) for bound in test.drop_interval)
        yield (
            f"{file} is {'LESS' if test.drop > 0 else 'more'} accurate than its float32 file by {abs(test.drop):.1f} "
            f"points ({CONFIDENCE:.0%} interval {low:.1f}–{high:.1f}), more than chance explains (McNemar's test, "
            f"{p_value(test.p_value)}, {test.images} images)."
        )
    if not alike:
        return
    agreements = sorted(pair.test.agreement for pair in alike.values())
    span = " to ".join(dict.fromkeys(f"{100 * share:.1f}" for share in (agreements[0], agreements[-1])))
    images = next(iter(alike.values())).test.images
    lowest = min(pair.test.p_value for pair in alike.values())
    yield (
        f"These {images} images show no difference in accuracy between {joined(list(alike))} and float32: the same "
        f"answer on {span} % of them (McNemar's test, {'lowest ' if len(alike) > 1 else ''}{p_value(lowest)})."
    )
