"""int8 weights to uint8: exact on x86 without VNNI as well, whatever options the session has.

There, ONNX Runtime multiplies uint8 activations by int8 weights with VPMADDUBSW, which saturates at 16 bits
(onnxruntime docs, "Quantize ONNX models", U8S8 on x86-64). For uint8 weights it takes another product, which
cannot; on all other machines that is the slower one.
"""

import numpy as np
import onnx_ir as ir

from edgesmith.convert.onnx.quantized import add_constant, constant, is_a

_OFFSET = 128


def make_weights_unsigned(graph: ir.Graph) -> int:
    """Add 128 to the codes and zero points of all int8 constants; their real values stay.

    Requires each to have a DequantizeLinear of its own, as `unshare_weight_zero_points` leaves them.
    """
    rewritten = 0
    for node in graph:
        if not is_a(node, "DequantizeLinear"):
            continue
        codes, zero_point = constant(node.inputs[0]), constant(node.inputs[2])
        if codes is None or zero_point is None or codes.dtype != np.int8:
            continue
        name = node.outputs[0].name
        for place, what, array in ((0, "codes", codes), (2, "zero_point", zero_point)):
            unsigned = (array.astype(np.int16) + _OFFSET).astype(np.uint8)
            node.replace_input_with(place, add_constant(graph, f"{name}:unsigned_{what}", unsigned))
        rewritten += 1
    return rewritten
