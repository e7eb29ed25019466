"""int8 activations to uint8: the one combination, with int8 weights, that ONNX Runtime fuses on x86."""

import numpy as np
import onnx_ir as ir

from edgesmith.convert.onnx.quantized import add_constant, constant, is_a

_WEIGHT_READERS = ("Conv", "Gemm", "MatMul", "ConvTranspose")


def make_activations_unsigned(graph: ir.Graph) -> int:
    """Add 128 to the codes and zero points of all int8 activations and of constants that meet them.

    Integer operators between QuantizeLinear and DequantizeLinear (MaxPool, Reshape, Transpose, Concat)
    follow their input's type. Weights of convolutions and matrix products stay int8.
    """
    rewritten = 0
    shifted: dict[str, ir.Value] = {}
    for node in list(graph):
        if is_a(node, "QuantizeLinear", "DequantizeLinear"):
            places = (2,) if constant(node.inputs[0]) is None else (0, 2)
            if len(places) == 2 and _is_weight(node):
                continue
        elif is_a(node, "Clip") and _is_int8(node.inputs[1]):
            places = (1, 2)
        else:
            continue
        for place in places:
            value = node.inputs[place]
            if value is not None and _is_int8(value):
                node.replace_input_with(place, _shift(graph, value, shifted))
                rewritten += 1
    _retype(graph)
    return rewritten


def _is_weight(node: ir.Node) -> bool:
    return any(is_a(use.node, *_WEIGHT_READERS) for use in node.outputs[0].uses())


def _is_int8(value: ir.Value | None) -> bool:
    array = constant(value)
    return array is not None and array.dtype == np.int8


def _shift(graph: ir.Graph, value: ir.Value, shifted: dict[str, ir.Value]) -> ir.Value:
    name = f"{value.name}:unsigned"
    array = constant(value)
    if name not in shifted and array is not None:
        shifted[name] = add_constant(graph, name, (array.astype(np.int16) + 128).astype(np.uint8))
    return shifted[name]


def _retype(graph: ir.Graph) -> None:
    for value in (*graph.inputs, *graph.outputs):
        if value.dtype == ir.DataType.INT8:
            value.dtype = ir.DataType.UINT8
    for node in graph:
        for output in node.outputs:
            if not output.is_graph_output():
                # Stated types would contradict the new codes; whoever loads the file infers them.
                output.type = None
