"""From the folded graph to one TFLite flatbuffer for each precision."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edgesmith.convert.graph import Graph
from edgesmith.convert.images import load_pixels
from edgesmith.convert.plan import WritablePrecision
from edgesmith.convert.quantization.input_offset import OffsetCheck, integer_offset
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.tflite.write import write_float32, write_int8
from edgesmith.runtime.spec import InputSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Flatbuffers:
    """`by_precision` and `seconds` (spent on each) have the same keys; `input_offset`: None without int8."""

    by_precision: dict[WritablePrecision, bytes]
    seconds: dict[WritablePrecision, float]
    input_offset: OffsetCheck | None


def export(
    graph: Graph,
    precisions: tuple[WritablePrecision, ...],
    calibration: tuple[Path, ...],
    geometry: InputSpec,
    *,
    report: Callable[[str, float], None],
) -> Flatbuffers:
    """Export the graph in each precision, in the order given; int8 calibrates on the images of `calibration`."""
    made: dict[WritablePrecision, bytes] = {}
    seconds: dict[WritablePrecision, float] = {}
    check: OffsetCheck | None = None
    for precision in precisions:
        started = time.perf_counter()
        report(f"making {precision}", 0.0)
        if precision == "float32":
            made[precision] = write_float32(graph)
        else:
            made[precision], check = _quantize(graph, calibration, geometry, report)
        seconds[precision] = time.perf_counter() - started
    return Flatbuffers(by_precision=made, seconds=seconds, input_offset=check)


def _quantize(
    graph: Graph, calibration: tuple[Path, ...], geometry: InputSpec, report: Callable[[str, float], None]
) -> tuple[bytes, OffsetCheck | None]:
    images = load_pixels(calibration, geometry)
    graph, check = integer_offset(graph, images)
    quantized = quantize(
        graph, images, progress=lambda done, total: report("correcting biases", done / total)
    )
    return write_int8(quantized), check
