"""What a gate does not let through."""

from collections.abc import Iterator, Sequence

from edgesmith.benchmarks.compare.comparison import Gate, PairChange


def broken(gate: Gate, pairs: Sequence[PairChange], *, only_old: Sequence[str] = ()) -> tuple[str, ...]:
    """What the gate does not allow, in sentences; () when it is met.

    Slower: proven to be slower, by more than allowed as far as is known. Worse: more points lost than allowed;
    on the same images that is a count, not an estimate. A run that is gone fails any gate: nothing shows that it
    would have met it.
    """
    asked = gate.max_slowdown is not None or gate.max_drop is not None
    gone = [f"{title} has no counterpart in NEW" for title in only_old] if asked else []
    return (*_slower(gate, pairs), *_worse(gate, pairs), *gone)


def _slower(gate: Gate, pairs: Sequence[PairChange]) -> Iterator[str]:
    if gate.max_slowdown is None:
        return
    for pair in pairs:
        for found in pair.phases:
            slowdown = found.slowdown
            if found.verdict == "slower" and slowdown is not None and slowdown > gate.max_slowdown:
                yield (
                    f"{pair.file} ×{pair.threads}, {found.phase}: {slowdown:.1f} % slower, "
                    f"{gate.max_slowdown:g} % are allowed"
                )


def _worse(gate: Gate, pairs: Sequence[PairChange]) -> Iterator[str]:
    if gate.max_drop is None:
        return
    for pair in pairs:
        if pair.accuracy is None:
            yield f"{pair.file} ×{pair.threads}: accuracy was not measured in both"
        elif pair.accuracy.drop > gate.max_drop + 1e-9:  # 0.5 points as a difference of two shares
            yield (
                f"{pair.file} ×{pair.threads}: top-1 fell by {pair.accuracy.drop:.2f} points, "
                f"{gate.max_drop:g} are allowed"
            )
