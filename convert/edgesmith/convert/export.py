"""From the folded graph to one TFLite flatbuffer for each precision; what they share is worked out once."""

import difflib
import fnmatch
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph
from edgesmith.convert.guard.climb import Climb, HeldOut, climb
from edgesmith.convert.guard.images import GuardImages
from edgesmith.convert.plan import ConversionPlan
from edgesmith.convert.progress import Report
from edgesmith.convert.quantization.errors import QuantizationErrors, quantization_errors, telling
from edgesmith.convert.quantization.input_offset import OffsetCheck, integer_offset
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scheme import Scheme
from edgesmith.convert.tflite.int16x8 import write_int16x8
from edgesmith.convert.tflite.run import flatbuffer_scores
from edgesmith.convert.tflite.write import (
    has_int8_weights,
    rounded_weights,
    write_dynamic,
    write_float16,
    write_float32,
    write_int8,
)
from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.spec import Precision


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


def operators_named(graph: Graph, patterns: Sequence[str]) -> frozenset[str]:
    """Outputs of the operators that a pattern matches, case-insensitively; `*` stands for any part.

    Raises `OptionError` for a pattern that matches none.
    """
    names = {operator.output.lower(): operator.output for operator in graph.operators}
    found: set[str] = set()
    for pattern in patterns:
        matching = fnmatch.filter(names, pattern.lower())
        if not matching:
            near = difflib.get_close_matches(pattern.lower(), names, n=1, cutoff=0)
            raise OptionError(
                f"--keep-float {pattern} names no operator",
                tip=f"the closest is {names[near[0]]!r}; '*' stands for any part of a name",
            )
        found.update(names[name] for name in matching)
    return frozenset(found)


class Exporter:
    """Makes one flatbuffer after another and keeps what they share: quantized graph, ranges, float scores.

    After int8: `quantized` and, with a goal, `climb`. `offset_check`: None where the input offset was an
    integer from the start, or nothing is quantized. `warnings`: what the files are not, against their name.
    """

    def __init__(self, graph: Graph, plan: ConversionPlan, material: Material) -> None:
        self.graph, self.plan, self.material = graph, plan, material
        self.quantized: QuantizedGraph | None = None
        self.climb: Climb | None = None
        self.offset_check: OffsetCheck | None = None
        self.integer_graph = graph
        self.warnings: list[str] = []
        self._plain: QuantizedGraph | None = None
        self._float32: bytes | None = None
        if len(material.calibration):
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
        return quantization_errors(self.quantized, telling(self.material.calibration))

    def _made(self, precision: Precision, report: Report) -> tuple[Precision, bytes]:
        match precision:
            case "float32":
                return precision, self._write_float32()
            case "float16":
                return precision, write_float16(self.graph)
            case "dynamic":
                calibrated = len(self.material.calibration) > 0
                graph = rounded_weights(self._plainly(report)) if calibrated else self.graph
                return precision, self._dynamic(graph)
            case "int16x8":
                return precision, write_int16x8(self._plainly(report))
            case "mixed":
                return precision, write_int8(self._quantize(self._mixed(), report), io=self.plan.io)
            case "int8":
                return self._int8(report)

    def _write_float32(self) -> bytes:
        if self._float32 is None:
            self._float32 = write_float32(self.graph)
        return self._float32

    def _dynamic(self, graph: Graph) -> bytes:
        flatbuffer = write_dynamic(graph)
        if has_int8_weights(flatbuffer):
            return flatbuffer
        self.warnings.append(
            "the dynamic files hold no int8 weights: every layer of the network is too small for the converter to bother"
        )
        return write_dynamic(self.graph)  # rounded weights would only be worse

    def _int8(self, report: Report) -> tuple[Precision, bytes]:
        quantized = self._quantized(report)
        made: Precision = "mixed" if quantized.keep_float else "int8"
        if made == "mixed" and "onnx" in self.plan.formats:
            self.warnings.append("int8 became mixed precision, which has no .onnx")
        return made, write_int8(quantized, io=self.plan.io)

    def _quantized(self, report: Report) -> QuantizedGraph:
        """By the plan's scheme, or by the one that the guard chose."""
        if self.quantized is None:
            if self.plan.goal is None:
                self.quantized = self._plainly(report)
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

    def _plainly(self, report: Report) -> QuantizedGraph:
        """By the plan's scheme, whatever the guard chooses for int8: no file depends on what is asked for beside it."""
        if self._plain is None:
            self._plain = self._quantize(self.plan.scheme, report)
        return self._plain

    def _mixed(self) -> Scheme:
        return replace(self.plan.scheme, keep_float=operators_named(self.integer_graph, self.plan.keep_float))

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
