"""DequantizeLinear directly followed by QuantizeLinear with the same parameters: nothing but time."""

import onnx_ir as ir

from edgesmith.convert.onnx.quantized import dequantized_activation, is_a, quantization, take_over


def remove_identity_pairs(graph: ir.Graph) -> int:
    """Let the readers of the second read what the first one read."""
    rewritten = 0
    for quantize in list(graph):
        dequantize = dequantized_activation(quantize.inputs[0]) if is_a(quantize, "QuantizeLinear") else None
        if dequantize is None or quantization(dequantize) != quantization(quantize):
            continue
        codes, output = dequantize.inputs[0], quantize.outputs[0]
        if codes is None or (output.is_graph_output() and codes.producer() is None):
            continue
        take_over(graph, codes, output)
        graph.remove(quantize, safe=True)
        if not dequantize.outputs[0].uses():
            graph.remove(dequantize, safe=True)
        rewritten += 1
    return rewritten
