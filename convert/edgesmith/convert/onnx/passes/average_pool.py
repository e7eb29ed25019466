"""AveragePool rounding: TFLite rounds halves away from zero of the raw int8 code, ONNX Runtime to even."""

import numpy as np
import onnx_ir as ir

from edgesmith.convert.onnx.quantized import (
    add_constant,
    dequantized_activation,
    is_a,
    only_reader,
    quantization,
)

# Above, the nudge below would exceed the distance between two neighbouring averages (1 / area).
MAX_WINDOW = 121


def round_average_pools(graph: ir.Graph) -> int:
    """Give AveragePool scales under which ONNX Runtime rounds as TFLite does.

    The codes are averaged around the raw int8 zero (uint8 code 128) with scale 1, and the output scale is
    1 - max(1/(512 * area), 2^-15): halves then lie just outside the even-rounding tie, away from zero, and
    no other average crosses a boundary. Requires uint8 codes with equal quantization in and out.
    """
    rewritten = 0
    for pool in list(graph):
        if not is_a(pool, "AveragePool"):
            continue
        dequantize = dequantized_activation(pool.inputs[0])
        quantize = only_reader(pool.outputs[0])
        if dequantize is None or not is_a(quantize, "QuantizeLinear") or quantize is None:
            continue
        area = int(np.prod(pool.attributes["kernel_shape"].as_ints()))
        if quantization(dequantize) != quantization(quantize) or area > MAX_WINDOW:
            continue
        _rescale(graph, pool, dequantize, quantize, area)
        rewritten += 1
    return rewritten


def _rescale(graph: ir.Graph, pool: ir.Node, dequantize: ir.Node, quantize: ir.Node, area: int) -> None:
    name = pool.outputs[0].name
    one = add_constant(graph, f"{name}:one", np.float32(1))
    nudged = add_constant(graph, f"{name}:nudged", np.float32(1 - max(1 / (512 * area), 2**-15)))
    raw_zero = add_constant(graph, f"{name}:raw_zero", np.uint8(128))
    own = ir.node("DequantizeLinear", inputs=[dequantize.inputs[0], one, raw_zero])
    own.outputs[0].name = f"{name}:codes"
    graph.insert_before(pool, own)
    pool.replace_input_with(0, own.outputs[0])
    quantize.replace_input_with(1, nudged)
    quantize.replace_input_with(2, raw_zero)
