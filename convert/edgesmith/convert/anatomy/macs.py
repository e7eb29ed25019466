"""Multiply-accumulates of an operator, from the shapes of what it reads and writes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from edgesmith.runtime.anatomy import Operand


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """Every element of `per` costs the product of some axes of the input number `factor`.

    `per`: the output, or the number of an input.
    """

    axes: slice
    per: Literal["output"] | int = "output"
    factor: int = 1


_LAST = slice(-1, None)
_BUT_FIRST = slice(1, None)

# Layouts of the weights: TFLite's builtin operators (schema.fbs and their kernels), ONNX's Operators.md, and
# ContribOperators.md of ONNX Runtime for the domain com.microsoft.
_RULES: Mapping[str, _Rule] = {
    "CONV_2D": _Rule(axes=_BUT_FIRST),  # [out, rows, columns, in / groups]
    "DEPTHWISE_CONV_2D": _Rule(axes=slice(1, 3)),  # [1, rows, columns, channels * multiplier]
    "FULLY_CONNECTED": _Rule(axes=_LAST),  # [out, in]
    "TRANSPOSE_CONV": _Rule(per=2, axes=slice(0, 3)),  # [out, rows, columns, in]; the image is input 2
    "CONV_3D": _Rule(axes=slice(0, 4)),  # [depth, rows, columns, in, out]
    "BATCH_MATMUL": _Rule(factor=0, axes=_LAST),
    "Conv": _Rule(axes=_BUT_FIRST),  # [out, in / groups, spatial …]
    "ConvInteger": _Rule(axes=_BUT_FIRST),
    "QLinearConv": _Rule(factor=3, axes=_BUT_FIRST),
    "com.microsoft.FusedConv": _Rule(axes=_BUT_FIRST),
    "ConvTranspose": _Rule(per=0, axes=_BUT_FIRST),  # [in, out / groups, spatial …]
    "MatMul": _Rule(factor=0, axes=_LAST),
    "MatMulInteger": _Rule(factor=0, axes=_LAST),
    "QLinearMatMul": _Rule(factor=0, axes=_LAST),
    "Gemm": _Rule(factor=0, axes=_LAST),
    "com.microsoft.QGemm": _Rule(factor=0, axes=_LAST),
    "com.microsoft.FusedMatMul": _Rule(factor=0, axes=_LAST),
    "com.microsoft.MatMulIntegerToFloat": _Rule(factor=0, axes=_LAST),
    "com.microsoft.DynamicQuantizeMatMul": _Rule(factor=0, axes=_LAST),
}


def macs_of(
    kind: str, inputs: Sequence[Operand], outputs: Sequence[Operand], *, first_transposed: bool = False
) -> int | None:
    """Multiply-accumulates for one input; 0 for operators without any, None where shapes are open or missing.

    `first_transposed`: the matrix on the left is stored with its last two axes swapped. An open first axis is
    the batch and counts as 1. Biases, additions and activations are not counted, as in the papers.
    """
    rule = _RULES.get(kind)
    if rule is None:
        return 0
    if not outputs or max(rule.factor, 0 if rule.per == "output" else rule.per) >= len(inputs):
        return None
    axes = slice(-2, -1) if first_transposed and rule.factor == 0 else rule.axes
    counted = outputs[0] if rule.per == "output" else inputs[rule.per]
    sizes = [*_closed(counted), *_closed(inputs[rule.factor])[axes]]
    return None if None in sizes or not sizes else math.prod(size or 0 for size in sizes)


def _closed(operand: Operand) -> list[int | None]:
    """The shape with a batch of one; one None for a tensor of unknown rank."""
    if operand.shape is None:
        return [None]
    return [1 if place == 0 and size is None else size for place, size in enumerate(operand.shape)]
