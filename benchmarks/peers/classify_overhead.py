"""What `classify(frame)` costs over the bare `interpreter.invoke()` inside it, on frames of the input's size.

    python benchmarks/peers/classify_overhead.py DEPLOY/model-int8.tflite

Two interpreters of one file, one thread each, called in turn: `classify` with a new random frame each time,
and `invoke` alone, whose tensor was filled once. The order alternates, so that drift and caches hit both
alike. Wall time, and the processor time of this thread, which other programs disturb less. Prints one JSON
document: medians in microseconds, and the median of the paired differences with its quartiles; then what a frame leaves in Python's memory, and how the resident set grew over as many frames.
"""

import argparse
import gc
import json
import sys
import tracemalloc
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter_ns, thread_time_ns

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgesmith.runtime import Classifier

_WARM_UP = 50
_FRAMES = 16  # different ones, in turn


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tflite", type=Path, help="a .tflite that edgesmith wrote")
    parser.add_argument("--pairs", type=int, default=2000, help="timed pairs (2000)")
    parser.add_argument("--frames", type=int, default=10_000, help="frames of the memory test (10000)")
    arguments = parser.parse_args()
    bare = Interpreter(model_path=str(arguments.tflite), num_threads=1)
    bare.allocate_tensors()
    with Classifier(arguments.tflite, threads=1, engine="ai-edge-litert") as classify:
        frames = np.random.default_rng(0).integers(
            0, 256, (_FRAMES, *classify.spec.input.shape[1:]), dtype=np.uint8
        )
        result = {"engine": classify.engine.name, "file": arguments.tflite.name}
        result |= overhead(classify, bare, frames, arguments.pairs)
        result |= steady_state(classify, frames, arguments.frames)
    print(json.dumps(result, indent=2))
    return 0


def overhead(
    classify: Classifier, bare: Interpreter, frames: NDArray[np.uint8], pairs: int
) -> dict[str, object]:
    """Time `pairs` calls of each, in turn."""
    clocks = {"wall": perf_counter_ns, "processor": thread_time_ns}
    ours: dict[str, list[float]] = {name: [] for name in clocks}
    theirs: dict[str, list[float]] = {name: [] for name in clocks}
    for number in range(-_WARM_UP, pairs):
        frame = frames[number % len(frames)]
        calls = [(ours, lambda frame=frame: classify(frame)), (theirs, bare.invoke)]
        for samples, call in calls if number % 2 else reversed(calls):
            started = {name: clock() for name, clock in clocks.items()}
            call()
            took = {name: (clock() - started[name]) / 1000 for name, clock in clocks.items()}
            if number >= 0:
                for name, microseconds in took.items():
                    samples[name].append(microseconds)
    return {"pairs": pairs} | {f"{name}_us": _summary(ours[name], theirs[name]) for name in clocks}


def _summary(ours: list[float], theirs: list[float]) -> dict[str, object]:
    differences = [a - b for a, b in zip(ours, theirs, strict=True)]
    quartiles = dict(zip(("p25", "p50", "p75"), quantiles(differences, n=4), strict=True))
    return {"classify": median(ours), "invoke": median(theirs), "paired_difference": quartiles}


def steady_state(classify: Classifier, frames: NDArray[np.uint8], count: int) -> dict[str, object]:
    """Classify `count` frames, watching the resident set; then `_FRAMES` more under tracemalloc."""
    for frame in frames:
        classify(frame)
    gc.collect()
    before = resident_bytes()
    for number in range(count):
        classify(frames[number % len(frames)])
    grown = resident_bytes() - before
    tracemalloc.start()
    classify(frames[0])
    tracemalloc.reset_peak()
    kept = tracemalloc.get_traced_memory()[0]
    for frame in frames:
        classify(frame)
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {
        "frames": count,
        "resident_growth_bytes": grown,
        "python_bytes_kept_per_frame": (now - kept) / len(frames),
        "python_peak_bytes_in_a_frame": peak - kept,
        "frame_bytes": frames[0].nbytes,
    }


def resident_bytes() -> int:
    """The resident set of this process (proc(5): VmRSS)."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return 1024 * int(fields["VmRSS"].split()[0])


if __name__ == "__main__":
    sys.exit(main())
