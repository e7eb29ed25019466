"""A comparison as text for a terminal."""

from collections.abc import Iterator

from edgesmith.benchmarks.compare.comparison import AccuracyChange, Comparison, PhaseChange
from edgesmith.benchmarks.compare.judge import LEAST_DIFFERENCE, RESOLUTION, Verdict
from edgesmith.cli.terminal import one_line


def text_of(found: Comparison) -> str:
    """The answer first, then one line a phase, then what else changed."""
    return "\n".join(map(one_line, [*_answer(found), "", *_table(found), *_rest(found)]))


def _answer(found: Comparison) -> Iterator[str]:
    moved = f"the reference kernel moved by {100 * found.quietness.spread:.1f} %"
    changes = [change for pair in found.pairs for change in pair.phases]
    if all(change.interval is None for change in changes):
        yield f"machine not quiet: {moved}. These times prove nothing; measure both again with nothing else running."
        return
    verdicts = [change.verdict for change in changes]
    words: tuple[Verdict, ...] = ("slower", "faster", "machine not quiet")
    said = [f"{word} in {verdicts.count(word)}" for word in words if word in verdicts]
    yield f"{', '.join(said)} of {len(verdicts)} times" if said else "no difference"
    compared = "" if found.quietness.quiet else "; compared are only blocks in which it was the same to 5 %"
    yield f"({moved}{compared}; differences below {100 * LEAST_DIFFERENCE:g} % are never called)"
    if "machine not quiet" in verdicts:
        yield (
            f"Where it says machine not quiet, a difference of {100 * RESOLUTION:g} % would not have been seen: "
            "measure again with nothing else running, or with more --processes."
        )


def _table(found: Comparison) -> Iterator[str]:
    for pair in found.pairs:
        same = ", the same file" if pair.same_file else ""
        share = "" if pair.equal_speed == 1 else f", {100 * pair.equal_speed:.0f} % of blocks at equal speed"
        yield f"{pair.file} on {pair.engine}, ×{pair.threads}{same}{share}"
        yield from map(_phase, pair.phases)
        if pair.accuracy is not None:
            yield f"  {'top-1':<12} {_accuracy(pair.accuracy)}"


def _phase(change: PhaseChange) -> str:
    if change.interval is None or change.slowdown is None:
        return f"  {change.phase:<12} {change.verdict}"
    low, high = (100 * (bound - 1) for bound in change.interval)
    return (
        f"  {change.phase:<12} {change.old_ms:9.3f} → {change.new_ms:9.3f} ms  "
        f"{change.slowdown:+6.1f} % ({low:+.1f} to {high:+.1f})  {change.verdict}"
    )


def _accuracy(change: AccuracyChange) -> str:
    text = f"{100 * change.old:.2f} → {100 * change.new:.2f} %"
    if change.test is None:
        return f"{text}, not tested: other images or labels, or single answers were not kept"
    difference = "different" if change.test.significant else "no difference proven"
    return f"{text}, {difference} (McNemar p = {change.test.p_value:.2g} on {change.test.images} images)"


def _rest(found: Comparison) -> Iterator[str]:
    for title, words in (
        ("also changed", found.notes),
        ("only in OLD", found.only_old),
        ("only in NEW", found.only_new),
    ):
        if words:
            yield f"{title}: {'; '.join(words)}"
