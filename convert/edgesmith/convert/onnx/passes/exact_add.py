"""Add, made equal to LiteRT's on all 65,536 pairs of codes.

XNNPACK adds in fixed point, ONNX Runtime in float; rounding differs on a few pairs. A QLinearAdd with
slightly different scales can agree everywhere; candidates are tried on the whole grid, on ONNX Runtime's
own kernel, which takes the scales as inputs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import onnx_ir as ir
from numpy.typing import NDArray

from edgesmith.convert.onnx.kernels import run_kernel
from edgesmith.convert.onnx.quantized import (
    add_constant,
    dequantized_activation,
    is_a,
    only_reader,
    quantization,
)

_TRIES = 3000
# Relative spread of the random candidates: a few units in the last place of a float32 (2^-24 = 6e-8).
_SPREAD = 4e-7

Scales = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddParameters:
    """Scales and uint8 zero points of the two operands and the sum."""

    scales: Scales
    zero_points: tuple[int, int, int]


def make_adds_exact(graph: ir.Graph) -> int:
    """Replace the scales of each quantized Add where ONNX Runtime's own would round differently.

    An Add for which no candidate agrees everywhere is left as it is; the identity check of the conversion
    shows whether that matters.
    """
    rewritten = 0
    for add in list(graph):
        if not is_a(add, "Add"):
            continue
        operands = [dequantized_activation(value) for value in add.inputs]
        quantize = only_reader(add.outputs[0])
        if None in operands or not is_a(quantize, "QuantizeLinear") or quantize is None:
            continue
        nodes = [node for node in operands if node is not None]
        parameters = _parameters(nodes, quantize)
        scales = exact_scales(parameters)
        if scales is not None and scales != parameters.scales:
            _rescale(graph, add, nodes, quantize, scales)
            rewritten += 1
    return rewritten


def exact_scales(parameters: AddParameters) -> Scales | None:
    """Scales under which QLinearAdd equals XNNPACK on every pair of codes; None when none was found."""
    wanted = xnnpack_add(parameters)
    for scales in _candidates(parameters):
        if np.array_equal(_onnxruntime_add(scales, parameters.zero_points), wanted):
            return scales
    return None


def xnnpack_add(parameters: AddParameters) -> NDArray[np.uint8]:
    """The sum's code for every pair of codes, [256, 256], by XNNPACK's fixed-point formula.

    Source: XNNPACK, `xnn_init_qs8_add_minmax_scalar_params` and the scalar vadd kernel: multipliers of 21
    bits, sum rounded half up by an arithmetic shift.
    """
    multipliers, shift = _xnnpack_multipliers(parameters.scales)
    zero_a, zero_b, zero_sum = parameters.zero_points
    codes = np.arange(256, dtype=np.int64)
    products = multipliers[0] * (codes[:, None] - zero_a) + multipliers[1] * (codes[None, :] - zero_b)
    total = ((products + (1 << (shift - 1))) >> shift) + zero_sum
    codes_of_sum: NDArray[np.uint8] = np.clip(total, 0, 255).astype(np.uint8)
    return codes_of_sum


def _xnnpack_multipliers(scales: Scales) -> tuple[tuple[int, int], int]:
    ratios = [np.float32(scale) / np.float32(scales[2]) for scale in scales[:2]]
    exponent = int(np.float32(max(ratios)).view(np.uint32) >> 23) - 127
    shift = 20 - exponent
    return (round(float(ratios[0]) * 2.0**shift), round(float(ratios[1]) * 2.0**shift)), shift


def _candidates(parameters: AddParameters) -> Iterator[Scales]:
    yield parameters.scales
    multipliers, shift = _xnnpack_multipliers(parameters.scales)
    a, b = multipliers[0] / 2.0**shift, multipliers[1] / 2.0**shift
    yield (a, b, 1.0)
    generator = np.random.default_rng(0)  # the same file every time
    for _ in range(_TRIES):
        nudge = generator.normal(0, _SPREAD, 2)
        yield (a * (1 + float(nudge[0])), b * (1 + float(nudge[1])), 1.0)


def _onnxruntime_add(scales: Scales, zero_points: tuple[int, int, int]) -> NDArray[np.uint8]:
    rows, columns = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8), indexing="ij")
    return run_kernel("QLinearAdd", (rows, columns), list(zip(scales, zero_points, strict=True)))


def _parameters(operands: list[ir.Node], quantize: ir.Node) -> AddParameters:
    first, second, total = (quantization(node) for node in (*operands, quantize))
    return AddParameters(
        scales=(float(first.scale), float(second.scale), float(total.scale)),
        zero_points=(int(first.zero_point), int(second.zero_point), int(total.zero_point)),
    )


def _rescale(
    graph: ir.Graph, add: ir.Node, operands: list[ir.Node], quantize: ir.Node, scales: Scales
) -> None:
    name = add.outputs[0].name
    for place, (operand, scale) in enumerate(zip(operands, scales, strict=False)):
        own_scale = add_constant(graph, f"{name}:scale_{place}", np.float32(scale))
        own = ir.node("DequantizeLinear", inputs=[operand.inputs[0], own_scale, operand.inputs[2]])
        own.outputs[0].name = f"{name}:operand_{place}"
        graph.insert_before(add, own)
        add.replace_input_with(place, own.outputs[0])
    quantize.replace_input_with(1, add_constant(graph, f"{name}:scale_sum", np.float32(scales[2])))
