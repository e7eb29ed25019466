"""One zero-point initializer for each weight: `session.x64quantprecision=1` fails on shared ones."""

import onnx_ir as ir

from edgesmith.convert.onnx.quantized import add_constant, constant, is_a


def unshare_weight_zero_points(graph: ir.Graph) -> int:
    """Give every dequantized constant its own copy of its zero point.

    ONNX Runtime rewrites weights and zero points together on x86 without VNNI and answers a shared one
    with "Attempt to replace the existing tensor".
    """
    rewritten = 0
    for node in list(graph):
        if not is_a(node, "DequantizeLinear") or constant(node.inputs[0]) is None:
            continue
        zero_point, codes = constant(node.inputs[2]), node.inputs[0]
        if zero_point is not None and codes is not None:
            name = f"{codes.name}:zero_point"
            node.replace_input_with(2, add_constant(graph, name, zero_point))
            rewritten += 1
    return rewritten
