"""Each peer set against edgesmith: how much faster, how much slower, and whether it is as right."""

from collections.abc import Iterator

from edgesmith.benchmarks.classification import disagreement
from edgesmith.benchmarks.compare.comparison import PhaseChange
from edgesmith.benchmarks.compare.judge import LEAST_DIFFERENCE, RESOLUTION
from edgesmith.benchmarks.compare.phases import match, phase_change
from edgesmith.benchmarks.results import BenchResult, BenchRun
from edgesmith.benchmarks.statistics import CONFIDENCE
from peers.contenders import MEDIAPIPE
from peers.markdown import NOTHING, table

_TOLD = (0.01, 100)  # ratios whose interval is wider than this have none

# Whom each peer is set against: the same precision on the same engine. MediaPipe tells no invoke of its own.
_RIVALS = (
    (MEDIAPIPE, "edgesmith-int8.tflite", "end_to_end"),
    ("tfliteconverter-int8.tflite", "edgesmith-int8.tflite", "invoke"),
    ("quantize_static-int8.onnx", "edgesmith-int8.onnx", "invoke"),
    ("quantize_static-of-edgesmith-int8.onnx", "edgesmith-int8.onnx", "invoke"),
    ("tf2onnx-int8.onnx", "edgesmith-int8.onnx", "invoke"),
    ("keras-float32.tflite", "edgesmith-float32.tflite", "invoke"),
    ("keras-float32.onnx", "edgesmith-float32.onnx", "invoke"),
)


def run_of(result: BenchResult, file: str) -> BenchRun | None:
    """The run of a file; None where it was not measured."""
    return next((run for run in result.runs if run.file == file), None)


def ratios(result: BenchResult) -> Iterator[str]:
    """The section; nothing where no pair was measured."""
    there = [(rival, ours) for rival in _RIVALS if (ours := _ratio_row(result, *rival)) is not None]
    if not there:
        return
    yield "## How much faster, how much slower"
    yield ""
    headers = (
        "peer",
        "edgesmith",
        "of",
        "time of edgesmith / time of the peer",
        "edgesmith is",
        "its top-1, points",
    )
    yield from table(headers, [row for _, row in there], text_columns=3)
    yield ""
    yield (
        "Each is set against edgesmith's file of the same precision on the same engine, in blocks in which the machine was equally "
        "fast. One number a process; the interval is between processes, wide enough that all of them hold together with 95 %. Less than "
        f"{100 * LEAST_DIFFERENCE:g} % is never called; no difference means that {100 * RESOLUTION:g} % are ruled out. The "
        "rules are those of [compare](compare.md). Points of top-1 with McNemar's exact p: above 0.05 these images show no "
        "difference."
    )
    yield ""


def _ratio_row(result: BenchResult, peer: str, ours: str, phase: str) -> tuple[str, ...] | None:
    theirs_run, ours_run = run_of(result, peer), run_of(result, ours)
    if theirs_run is None or ours_run is None:
        return None
    confidence = 1 - (1 - CONFIDENCE) / len(_RIVALS)
    found = phase_change(match((theirs_run, ours_run), (result, result)), phase, confidence=confidence)
    of = "photo to label" if phase == "end_to_end" else phase
    return (
        f"`{peer}`",
        f"`{ours}`",
        of,
        _ratio_and_interval(found),
        found.verdict,
        _points(theirs_run, ours_run),
    )


def _ratio_and_interval(found: PhaseChange) -> str:
    """An interval that tells nothing is called so: two restless processes give one of fifty digits."""
    if found.ratio is None or found.interval is None:
        return "unknown"
    low, high = found.interval
    known = _TOLD[0] <= low and high <= _TOLD[1]
    return f"{found.ratio:.2f} ({f'{low:.2f}–{high:.2f}' if known else 'unknown'})"


def _points(theirs: BenchRun, ours: BenchRun) -> str:
    """By how much ours is better, with McNemar's p."""
    if theirs.evaluation is None or ours.evaluation is None:
        return NOTHING
    found = disagreement(theirs.evaluation, ours.evaluation)
    return f"{0.0 - found.drop:+.1f} (p {found.p_value:.2f})"
