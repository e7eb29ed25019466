"""Add, made equal to LiteRT's on all 65,536 pairs of codes.

XNNPACK adds in fixed point, ONNX Runtime in float on x86 and in fixed point of another width on ARM; rounding
differs on a few pairs. A QLinearAdd with slightly different scales can agree everywhere; candidates are tried on
the whole grid: on ONNX Runtime's own kernel, which takes the scales as inputs, and on a model of its ARM kernel.
XNNPACK rounds halves up and that kernel away from zero, so where two opposite sums both lie on a half no scales
agree; such an Add becomes a table of all pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import onnx_ir as ir
from numpy.typing import NDArray

from edgesmith.convert.onnx.functions import DOMAIN, SUM
from edgesmith.convert.onnx.kernels import run_kernel
from edgesmith.convert.onnx.quantized import (
    add_constant,
    dequantized_activation,
    is_a,
    only_reader,
    quantization,
    take_over,
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
    """Rewrite each quantized Add which ONNX Runtime would round otherwise than LiteRT, on x86 or on ARM.

    It gets other scales if some agree everywhere, else it becomes the function `SumByTable`. Requires uint8
    codes.
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
        if scales == parameters.scales:
            continue
        if scales is None:
            _tabulate(graph, add, nodes, quantize, xnnpack_add(parameters))
        else:
            _rescale(graph, add, nodes, quantize, scales)
        rewritten += 1
    return rewritten


def exact_scales(parameters: AddParameters) -> Scales | None:
    """Scales under which QLinearAdd equals XNNPACK on every pair of codes; None when none was found.

    On this machine's kernel and on ARM's: x86 is left out where the conversion itself runs on ARM.
    """
    wanted = xnnpack_add(parameters)
    for scales in _candidates(parameters):
        sums = (kernel(scales, parameters.zero_points) for kernel in (_onnxruntime_add, onnxruntime_add_arm))
        if all(np.array_equal(found, wanted) for found in sums):
            return scales
    return None


def xnnpack_add(parameters: AddParameters) -> NDArray[np.uint8]:
    """The sum's code for every pair of codes, [256, 256], by XNNPACK's fixed-point formula.

    Source: XNNPACK, `xnn_init_qs8_add_minmax_scalar_params` and the scalar vadd kernel: multipliers of 21
    bits, sum rounded half up by an arithmetic shift.
    """
    multipliers, shift = _multipliers(parameters.scales, bits=21)
    products = _products(multipliers, parameters.zero_points)
    return _codes(((products + (1 << (shift - 1))) >> shift), parameters.zero_points)


def onnxruntime_add_arm(scales: Scales, zero_points: tuple[int, int, int]) -> NDArray[np.uint8]:
    """The sum's code for every pair of codes, [256, 256], by ONNX Runtime's QLinearAdd on ARM.

    Source: ONNX Runtime, `MlasCalcQLinearAddParameters` and `MlasQLinearAddKernelHelper` for NEON: multipliers
    of 22 bits, halves away from zero. Beyond 2^-14 and 256 times the sum's scale it would add in float.
    """
    multipliers, shift = _multipliers(scales, bits=22)
    products = _products(multipliers, zero_points)
    # A rounding shift takes halves up: a negative product less one is below its half.
    return _codes((products - (products < 0) + (1 << (shift - 1))) >> shift, zero_points)


def _multipliers(scales: Scales, *, bits: int) -> tuple[tuple[int, int], int]:
    """Of the operands, the larger one having `bits` bits, and the shift behind their sum."""
    ratios = [np.float32(scale) / np.float32(scales[2]) for scale in scales[:2]]
    exponent = int(np.float32(max(ratios)).view(np.uint32) >> 23) - 127
    shift = bits - 1 - exponent
    return (round(float(ratios[0]) * 2.0**shift), round(float(ratios[1]) * 2.0**shift)), shift


def _products(multipliers: tuple[int, int], zero_points: tuple[int, int, int]) -> NDArray[np.int64]:
    codes = np.arange(256, dtype=np.int64)
    left, right = codes - zero_points[0], codes - zero_points[1]
    sums: NDArray[np.int64] = multipliers[0] * left[:, None] + multipliers[1] * right[None, :]
    return sums


def _codes(steps: NDArray[np.int64], zero_points: tuple[int, int, int]) -> NDArray[np.uint8]:
    codes: NDArray[np.uint8] = np.clip(steps + zero_points[2], 0, 255).astype(np.uint8)
    return codes


def _candidates(parameters: AddParameters) -> Iterator[Scales]:
    yield parameters.scales
    multipliers, shift = _multipliers(parameters.scales, bits=21)
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


def _tabulate(
    graph: ir.Graph, add: ir.Node, operands: list[ir.Node], quantize: ir.Node, sums: NDArray[np.uint8]
) -> None:
    table = add_constant(graph, f"{add.outputs[0].name}:table", sums.reshape(-1))
    codes = [operand.inputs[0] for operand in operands]
    call = ir.node(SUM, inputs=[*codes, table], domain=DOMAIN, name=add.name)
    graph.insert_before(add, call)
    take_over(graph, call.outputs[0], quantize.outputs[0])
    graph.remove([quantize, add], safe=True)
