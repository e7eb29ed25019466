"""Bilinear Resize: XNNPACK rounds halves up, ONNX Runtime to even."""

import numpy as np
import onnx_ir as ir

from edgesmith.convert.onnx.quantized import (
    add_constant,
    constant,
    dequantized_activation,
    is_a,
    only_reader,
    quantization,
)

# Off by this much, a half lies on its upper side, and at 255 nothing moves by more than 1/512: less than the
# distance of two results when pictures grow or shrink by 2, 4 or 8 (weights are then sixteenths).
_NUDGE = 2.0**-17


def round_resizes(graph: ir.Graph) -> int:
    """Give Resize of mode linear a scale under which ONNX Runtime rounds as XNNPACK does.

    Exact for factors that are powers of two. For others a few values in a hundred still differ by one step,
    since XNNPACK rounds the weights to 11 bits. Requires uint8 codes with equal quantization in and out.
    """
    rewritten = 0
    for resize in list(graph):
        if not is_a(resize, "Resize") or resize.attributes.get_string("mode", "nearest") != "linear":
            continue
        dequantize, quantize = dequantized_activation(resize.inputs[0]), only_reader(resize.outputs[0])
        if dequantize is None or quantize is None or not is_a(quantize, "QuantizeLinear"):
            continue
        if quantization(dequantize) != quantization(quantize):
            continue
        name = resize.outputs[0].name
        zero = add_constant(graph, f"{name}:zero", np.uint8(0))
        one = add_constant(graph, f"{name}:one", np.float32(1))
        own = ir.node("DequantizeLinear", inputs=[dequantize.inputs[0], one, zero])
        own.outputs[0].name = f"{name}:codes"
        graph.insert_before(resize, own)
        resize.replace_input_with(0, own.outputs[0])
        quantize.replace_input_with(1, add_constant(graph, f"{name}:nudged", np.float32(1 - _NUDGE)))
        quantize.replace_input_with(2, zero)
        _enlarge_factors(graph, resize)
        rewritten += 1
    return rewritten


def _enlarge_factors(graph: ir.Graph, resize: ir.Node) -> None:
    """Factors that float32 rounds down give one row too few: 10 * 2.3 is 22.99999 and counts as 22."""
    factors = constant(resize.inputs[2])
    if factors is None or np.array_equal(factors * 8, np.rint(factors * 8)):
        return  # sizes instead of factors, or exact
    enlarged = np.where(factors == np.rint(factors), factors, np.nextafter(factors, np.float32(np.inf)))
    resize.replace_input_with(2, add_constant(graph, f"{resize.outputs[0].name}:factors", enlarged))
