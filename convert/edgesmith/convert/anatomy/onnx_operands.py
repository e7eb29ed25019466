"""Tensors of an ONNX graph as operands: type, shape, and the quantization that their readers and makers state."""

import math
from collections.abc import Iterator, Mapping

import numpy as np
import onnx_ir as ir

from edgesmith.convert.onnx.quantized import constant
from edgesmith.runtime.anatomy import Operand, Quantization

_Triple = tuple[int, int, int]  # places of a tensor, its scale and its zero point among a node's inputs
_IMAGE, _WEIGHTS = (0, 1, 2), (3, 4, 5)

# Operators on codes: the tensors they read, and the places of their output's scale and zero point
# (Operators.md of ONNX, ContribOperators.md of ONNX Runtime). The last number is the axis of the weights'
# channels.
_ON_CODES: Mapping[str, tuple[tuple[_Triple, ...], tuple[int, int], int]] = {
    "QLinearConv": ((_IMAGE, _WEIGHTS), (6, 7), 0),
    "QLinearMatMul": ((_IMAGE, _WEIGHTS), (6, 7), -1),
    "com.microsoft.QGemm": ((_IMAGE, _WEIGHTS), (7, 8), -1),
    "com.microsoft.QLinearAdd": ((_IMAGE, _WEIGHTS), (6, 7), 0),
    "com.microsoft.QLinearMul": ((_IMAGE, _WEIGHTS), (6, 7), 0),
    "com.microsoft.QLinearAveragePool": ((_IMAGE,), (3, 4), 0),
    "com.microsoft.QLinearGlobalAveragePool": ((_IMAGE,), (3, 4), 0),
    "com.microsoft.QLinearLeakyRelu": ((_IMAGE,), (3, 4), 0),
    "com.microsoft.QLinearSigmoid": ((_IMAGE,), (3, 4), 0),
    "com.microsoft.QLinearSoftmax": ((_IMAGE,), (3, 4), 0),
}
_BIASES = {"QLinearConv": 8, "com.microsoft.QGemm": 6}


def kind_of(node: ir.Node) -> str:
    """The operator's type, behind its domain unless that is the standard one."""
    return node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}"


def is_constant(value: ir.Value) -> bool:
    """Whether the value is stored in the file."""
    maker = value.producer()
    return value.is_initializer() or (maker is not None and maker.op_type == "Constant")


def dtype_of(value: ir.Value) -> str:
    """NumPy's name of the type, `unknown` where the file does not say it and nothing derives it."""
    if value.dtype is None:
        return "unknown"
    names = {"FLOAT": "float32", "DOUBLE": "float64"}
    return names.get(value.dtype.name, value.dtype.name.lower())


def operand(value: ir.Value, quantizations: Mapping[str, Quantization]) -> Operand:
    """Describe a tensor."""
    name = value.name or ""
    sizes = None if value.shape is None else tuple(n if isinstance(n, int) else None for n in value.shape)
    return Operand(
        name=name,
        dtype=dtype_of(value),
        shape=sizes,
        constant=is_constant(value),
        quantization=quantizations.get(name),
    )


def quantizations_of(graph: ir.Graph) -> dict[str, Quantization]:
    """By tensor name: what the codes in it mean, as far as the scales are constants."""
    return {
        value.name or "": found
        for node in graph
        for value, scale, zero_point, axis in _statements(node)
        if (found := _quantization(scale, zero_point, axis)) is not None
    }


def _statements(node: ir.Node) -> Iterator[tuple[ir.Value, ir.Value | None, ir.Value | None, int]]:
    inputs = [*node.inputs, None, None]  # the zero point may be left out
    if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
        codes = node.outputs[0] if node.op_type == "QuantizeLinear" else inputs[0]
        if codes is not None:
            axis = node.attributes.get_int("axis", 1)
            yield codes, inputs[1], inputs[2], axis
        return
    tensors, (scale, zero_point), weight_axis = _ON_CODES.get(kind_of(node), ((), (0, 0), 0))
    for place, (tensor, *stated) in enumerate(tensors):
        value = inputs[tensor]
        if value is not None:
            yield value, inputs[stated[0]], inputs[stated[1]], weight_axis if place else 0
    if tensors and zero_point < len(node.inputs):
        yield node.outputs[0], inputs[scale], inputs[zero_point], 0


def _quantization(scale: ir.Value | None, zero_point: ir.Value | None, axis: int) -> Quantization | None:
    scales, zero_points = constant(scale), constant(zero_point)
    if scales is None:
        return None
    if zero_points is None:
        zero_points = np.zeros(scales.shape, np.int64)
    return Quantization(
        scale=tuple(float(entry) for entry in scales.ravel()),
        zero_point=tuple(int(entry) for entry in zero_points.ravel()),
        axis=axis if scales.size > 1 else None,
    )


def stored_values(node: ir.Node) -> Iterator[tuple[str, int]]:
    """Name and number of values of the constants that a node computes with, also behind a DequantizeLinear.

    Single numbers, shapes, scales and zero points are none, and neither are the tables of operators that the
    file defines itself.
    """
    kind = kind_of(node)
    if node.op_type in ("QuantizeLinear", "DequantizeLinear") or node.domain not in (
        "",
        "ai.onnx",
        "com.microsoft",
    ):
        return
    if kind in _ON_CODES:
        places = [tensor for tensor, *_ in _ON_CODES[kind][0]] + [_BIASES.get(kind, len(node.inputs))]
        values = [node.inputs[place] for place in places if place < len(node.inputs)]
    else:
        values = list(node.inputs)
    for value in values:
        maker = None if value is None else value.producer()
        dequantized = maker is not None and maker.op_type == "DequantizeLinear"
        source = maker.inputs[0] if dequantized and maker is not None else value
        array = constant(source)
        if array is None or source is None or array.ndim == 0:
            continue
        if dequantized or kind in _ON_CODES or array.dtype.kind == "f" or array.dtype.itemsize == 1:
            yield source.name or "", math.prod(array.shape)
