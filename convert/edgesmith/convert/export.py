"""From the folded graph to one TFLite flatbuffer for each precision; what they share is worked out once."""

import fnmatch
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph
from edgesmith.convert.guard.climb import Climb, HeldOut, climb
from edgesmith.convert.guard.images import GuardImages
from edgesmith.convert.plan import ConversionPlan
from edgesmith.convert.quantization.errors import QuantizationErrors, quantization_errors
from edgesmith.convert.quantization.input_offset import OffsetCheck, integer_offset
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scheme import Scheme
from edgesmith.convert.tflite.int16x8 import write_int16x8
from edgesmith.convert.tflite.run import flatbuffer_scores
from edgesmith.convert.tflite.write import (
    rounded_weights,
    write_dynamic,
    write_float16,
    write_float32,
    write_int8,
)
from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.spec import Precision

Report = Callable[[str, float], None]

_EVERY = 10  # of 100 images, in folder order: 10 tell operator errors well enough


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Raw pixels uint8 [n, height, width, channels]: `calibration`, and those that the guard judges on, None
    without a goal. `guard_images`: their files, and their classes where they are known. `classes`: number of
    labels.
    """

    classes: int
    calibration: NDArray[np.uint8]
    guard: NDArray[np.uint8] | None = None
    guard_images: GuardImages | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """`precision`: what the flatbuffer turned out to have. `onnx_from`: the flatbuffer to lower to ONNX, float32
    in the case of float16, whose own tf2onnx reads as float32. `seconds`: spent on it.
    """

    precision: Precision
    flatbuffer: bytes
    onnx_from: bytes
    seconds: float


class Exporter:
    """Makes one flatbuffer after another and keeps what they share: quantized graph, ranges, float scores.

    After int8: `quantized` and, with a goal, `climb`. `offset_check`: None where the input offset was an
    integer from the start, or nothing is quantized.
    """

    def __init__(self, graph: Graph, plan: ConversionPlan, material: Material) -> None:
        self.graph, self.plan, self.material = graph, plan, material
        self.quantized: QuantizedGraph | None = None
        self.climb: Climb | None = None
        self.offset_check: OffsetCheck | None = None
        self.integer_graph = graph
        self._float32: bytes | None = None
        if plan.needs_calibration:
            self.integer_graph, self.offset_check = integer_offset(graph, material.calibration)

    def make(self, precision: Precision, *, report: Report) -> Made:
        """The graph in one precision; `report` hears of this alone, from 0 to 1.

        When the guard ends on a rung with float operators, int8 turns out to be `mixed`.
        """
        started = time.perf_counter()
        report(f"making {precision}", 0.0)
        made, flatbuffer = self._made(precision, report)
        return Made(
            precision=made,
            flatbuffer=flatbuffer,
            onnx_from=self._write_float32() if made == "float16" else flatbuffer,
            seconds=time.perf_counter() - started,
        )

    def errors(self) -> QuantizationErrors | None:
        """What int8 did to each operator; None without int8."""
        if self.quantized is None:
            return None
        return quantization_errors(self.quantized, self.material.calibration[::_EVERY])

    def _made(self, precision: Precision, report: Report) -> tuple[Precision, bytes]:
        match precision:
            case "float32":
                return precision, self._write_float32()
            case "float16":
                return precision, write_float16(self.graph)
            case "dynamic":
                calibrated = self.plan.needs_calibration
                graph = rounded_weights(self._quantized(report)) if calibrated else self.graph
                return precision, write_dynamic(graph)
            case "int16x8":
                return precision, write_int16x8(replace(self._quantized(report), keep_float=frozenset()))
            case "mixed":
                return precision, write_int8(self._quantize(self._mixed(), report), io=self.plan.io)
            case "int8":
                return self._int8(report)

    def _write_float32(self) -> bytes:
        if self._float32 is None:
            self._float32 = write_float32(self.graph)
        return self._float32

    def _int8(self, report: Report) -> tuple[Precision, bytes]:
        quantized = self._quantized(report)
        made: Precision = "mixed" if quantized.keep_float else "int8"
        return made, write_int8(quantized, io=self.plan.io)

    def _quantized(self, report: Report) -> QuantizedGraph:
        """By the plan's scheme, or by the one that the guard chose."""
        if self.quantized is None:
            if self.plan.goal is None:
                self.quantized = self._quantize(self.plan.scheme, report)
            else:
                self.climb = climb(
                    self.integer_graph,
                    self.material.calibration,
                    self._held_out(),
                    self.plan.goal,
                    self.plan.scheme,
                    report=report,
                )
                self.quantized = self.climb.chosen.quantized
        return self.quantized

    def _mixed(self) -> Scheme:
        names = [operator.output for operator in self.integer_graph.operators]
        kept = [name for pattern in self.plan.keep_float for name in fnmatch.filter(names, pattern)]
        if not kept:
            raise OptionError(
                f"--keep-float {' '.join(self.plan.keep_float)} names no operator",
                tip=f"operators are called, for instance, {names[0]!r}; '*' stands for any part of a name",
            )
        return replace(self.plan.scheme, keep_float=frozenset(kept))

    def _quantize(self, scheme: Scheme, report: Report) -> QuantizedGraph:
        return quantize(
            self.integer_graph,
            self.material.calibration,
            scheme,
            progress=lambda done, total: report("quantizing", done / total),
        )

    def _held_out(self) -> HeldOut:
        pixels, images = self.material.guard, self.material.guard_images
        if pixels is None or images is None:
            raise ValueError("a goal, and no images to judge on")
        return HeldOut(
            pixels=pixels,
            reference=flatbuffer_scores(self._write_float32(), pixels, classes=self.material.classes),
            classes=images.classes,
            kind=images.kind,
        )
