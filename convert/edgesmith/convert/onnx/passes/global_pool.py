"""ReduceMean over height and width as GlobalAveragePool: ONNX Runtime has an integer kernel for that only."""

import onnx_ir as ir

from edgesmith.convert.onnx.quantized import (
    add_constant,
    dequantized_activation,
    is_a,
    only_reader,
    take_over,
)

_CHANNELS_FIRST, _CHANNELS_LAST = (0, 3, 1, 2), (0, 2, 3, 1)


def pool_means(graph: ir.Graph) -> int:
    """Replace each quantized ReduceMean over axes 1 and 2, of [n, h, w, c], between two Transposes.

    In float it is slow and rounds an image in sixty otherwise than LiteRT. ONNX Runtime removes the
    Transposes, since its convolutions read channels last.
    """
    rewritten = 0
    for mean in list(graph):
        if not is_a(mean, "ReduceMean") or tuple(mean.attributes.get_ints("axes") or ()) != (1, 2):
            continue
        dequantize, quantize = dequantized_activation(mean.inputs[0]), only_reader(mean.outputs[0])
        if dequantize is None or quantize is None or not is_a(quantize, "QuantizeLinear"):
            continue
        first = ir.node("Transpose", inputs=[dequantize.inputs[0]], attributes={"perm": _CHANNELS_FIRST})
        real = ir.node("DequantizeLinear", inputs=[first.outputs[0], *dequantize.inputs[1:]])
        pool = ir.node("GlobalAveragePool", inputs=[real.outputs[0]])
        codes = ir.node("QuantizeLinear", inputs=[pool.outputs[0], *quantize.inputs[1:]])
        last = ir.node("Transpose", inputs=[codes.outputs[0]], attributes={"perm": _CHANNELS_LAST})
        nodes = [first, real, pool, codes, last]
        if not mean.attributes.get_int("keepdims", 1):
            axes = add_constant(graph, f"{mean.outputs[0].name}:axes", [1, 2])
            nodes.append(ir.node("Squeeze", inputs=[last.outputs[0], axes]))
        for place, node in enumerate(nodes):
            node.outputs[0].name = f"{mean.outputs[0].name}:pool_{place}"
        graph.insert_before(mean, nodes)
        take_over(graph, nodes[-1].outputs[0], quantize.outputs[0])
        graph.remove([quantize, mean], safe=True)
        rewritten += 1
    return rewritten
