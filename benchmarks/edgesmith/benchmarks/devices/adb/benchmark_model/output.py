"""What `benchmark_model` prints.

Its source: tensorflow/lite/tools/benchmark/benchmark_model.cc, `BenchmarkLoggingListener::OnBenchmarkEnd`, and
tensorflow/core/util/stats_calculator.h, `Stat::OutputToStream`. Newer builds put `INFO: ` before each line and
percentiles behind `std=`.
"""

import re
from dataclasses import dataclass

from edgesmith.runtime.errors import EngineError

_NUMBER = r"([\d.]+(?:e[+-]?\d+)?)"
_TIMINGS = re.compile(
    rf"Inference timings in us: Init: {_NUMBER}, First inference: {_NUMBER}, "
    rf"Warmup \(avg\): {_NUMBER}, Inference \(avg\): {_NUMBER}"
)
# Of equal times it prints `count=50 curr=9(all same)`, with nothing of the rest.
_COUNTS = re.compile(r"count=(\d+)(.*)")
_FIELD = re.compile(rf"\b(min|max|std|p5|median|p95)={_NUMBER}")
_MEMORY = re.compile(rf"emory footprint[^:\n]*\(MB\): init={_NUMBER} overall={_NUMBER}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolTimes:
    """Times in milliseconds, as the tool has summed them up; it gives no single ones.

    `init_ms`: opening the file and planning memory. `count`: inferences after the warm-up. `median_ms`, `p5_ms`,
    `p95_ms`: only of newer builds. `memory_mb`: by how much the tool's process grew, 2**20 bytes, approximate by its
    own words.
    """

    init_ms: float
    first_ms: float
    warmup_mean_ms: float
    mean_ms: float
    count: int
    min_ms: float
    max_ms: float
    stdev_ms: float
    p5_ms: float | None = None
    median_ms: float | None = None
    p95_ms: float | None = None
    memory_mb: float | None = None


def read_output(text: str) -> ToolTimes:
    """Read the tool's stdout and stderr. Raises `EngineError` when the times are not there."""
    timings, counts = _TIMINGS.search(text), _COUNTS.findall(text)
    if timings is None or not counts:
        raise EngineError("benchmark_model printed no times", tip="run it by hand: adb shell")
    init, first, warmup, mean = (_milliseconds(value) for value in timings.groups())
    count, rest = counts[-1]  # the one before is of the warm-up
    fields = {name: _milliseconds(value) for name, value in _FIELD.findall(rest)}
    memory = _MEMORY.search(text)
    return ToolTimes(
        init_ms=init,
        first_ms=first,
        warmup_mean_ms=warmup,
        mean_ms=mean,
        count=int(count),
        min_ms=fields.get("min", mean),
        max_ms=fields.get("max", mean),
        stdev_ms=fields.get("std", 0.0),
        p5_ms=fields.get("p5"),
        median_ms=fields.get("median"),
        p95_ms=fields.get("p95"),
        memory_mb=float(memory[2]) if memory else None,
    )


def _milliseconds(microseconds: str) -> float:
    return float(microseconds) / 1000
