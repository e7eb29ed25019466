"""Clip and Relu in front of QuantizeLinear: ONNX Runtime fuses the convolution only without them."""

import numpy as np
import onnx_ir as ir

from edgesmith.convert.onnx.quantized import (
    add_constant,
    constant,
    is_a,
    only_reader,
    quantization,
    replace_reads,
)


def fold_clips(graph: ir.Graph) -> int:
    """Drop a Clip or Relu whose bounds the codes' range implies; move any other behind, onto the codes.

    Dropping one whose bounds lie inside the range (relu6 feeding a concat of wider scale) would change
    values without any error; as an integer Clip it is exact.
    """
    rewritten = 0
    for node in list(graph):
        quantize = only_reader(node.outputs[0]) if is_a(node, "Clip", "Relu") else None
        if not is_a(quantize, "QuantizeLinear") or quantize is None:
            continue
        if any(value is not None and constant(value) is None for value in node.inputs[1:]):
            continue  # bounds that are computed
        low, high = _bounds(node)
        target = quantization(quantize)
        limits = np.iinfo(target.zero_point.dtype)
        code_low, code_high = target.code(low), target.code(high)
        quantize.replace_input_with(0, node.inputs[0])
        if (code_low, code_high) != (limits.min, limits.max):
            _clip_codes(graph, quantize, (code_low, code_high))
        graph.remove(node, safe=True)
        rewritten += 1
    return rewritten


def _bounds(node: ir.Node) -> tuple[float, float]:
    if node.op_type == "Relu":
        return 0.0, np.inf
    bounds = [constant(value) for value in (*node.inputs[1:], None, None)[:2]]
    low = -np.inf if bounds[0] is None else float(bounds[0])
    high = np.inf if bounds[1] is None else float(bounds[1])
    return low, high


def _clip_codes(graph: ir.Graph, quantize: ir.Node, codes: tuple[int, int]) -> None:
    dtype = quantization(quantize).zero_point.dtype
    codes_value = quantize.outputs[0]
    bounds = [
        add_constant(graph, f"{codes_value.name}:{side}", np.asarray(code, dtype))
        for side, code in zip(("low", "high"), codes, strict=True)
    ]
    clip = ir.node("Clip", inputs=[codes_value, *bounds])
    clip.outputs[0].name = f"{codes_value.name}:clipped"
    replace_reads(codes_value, clip.outputs[0])
    clip.replace_input_with(0, codes_value)
    graph.insert_after(quantize, clip)
