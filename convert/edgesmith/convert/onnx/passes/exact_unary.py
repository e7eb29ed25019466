"""LeakyRelu and HardSwish, made equal to LiteRT's on all 256 codes.

LiteRT computes both in fixed point: LEAKY_RELU in XNNPACK, HARD_SWISH in TFLite's own kernel. A leaky
ReLU's slopes can be given to ONNX Runtime as XNNPACK rounds them; a hard-swish becomes a table of codes.
"""

import numpy as np
import onnx_ir as ir
from numpy.typing import NDArray

from edgesmith.convert.onnx.functions import DOMAIN, TABLE
from edgesmith.convert.onnx.kernels import run_kernel
from edgesmith.convert.onnx.litert_unary import UnaryKind, litert_table
from edgesmith.convert.onnx.quantized import (
    Quantization,
    add_constant,
    dequantized_activation,
    is_a,
    only_reader,
    quantization,
    take_over,
)

_KINDS: dict[str, UnaryKind] = {"LeakyRelu": "LEAKY_RELU", "HardSwish": "HARD_SWISH"}
# XNNPACK, `xnn_init_qs8_lrelu_*_params`: slopes are multiples of 1/256.
_SLOPE_UNIT = 256
# XNNPACK rounds halves up, ONNX Runtime to even: a slope this much off puts a half on its side, and moves
# nothing else, since all other products of slope and code are at least 1/512 away from a boundary.
_NUDGE = 2.0**-18


def make_unaries_exact(graph: ir.Graph) -> int:
    """Rewrite each quantized LeakyRelu and HardSwish on which ONNX Runtime would round differently.

    A LeakyRelu gets other scales if some make ONNX Runtime's own kernel agree on every code. Whatever is
    left becomes the function `CodesByTable` with LiteRT's answers. Requires uint8 codes.
    """
    rewritten = 0
    for node in list(graph):
        dequantize = dequantized_activation(node.inputs[0]) if is_a(node, *_KINDS) else None
        quantize = only_reader(node.outputs[0]) if dequantize is not None else None
        if dequantize is None or quantize is None or not is_a(quantize, "QuantizeLinear"):
            continue
        source, target = quantization(dequantize), quantization(quantize)
        alpha = node.attributes.get_float("alpha", 0.01)  # ONNX's default
        table = litert_table(_KINDS[node.op_type], source, target, alpha=alpha)
        if node.op_type == "LeakyRelu":
            if np.array_equal(_onnxruntime_leaky_relu(source, target, alpha), table):
                continue
            if _rescale_leaky_relu(graph, node, dequantize, quantize, table):
                rewritten += 1
                continue
        codes = add_constant(graph, f"{quantize.outputs[0].name}:table", table)
        call = ir.node(TABLE, inputs=[dequantize.inputs[0], codes], domain=DOMAIN, name=node.name)
        graph.insert_before(node, call)
        take_over(graph, call.outputs[0], quantize.outputs[0])
        graph.remove([quantize, node], safe=True)
        rewritten += 1
    return rewritten


def xnnpack_slopes(source: Quantization, target: Quantization, alpha: float) -> tuple[int, int]:
    """XNNPACK's slopes right and left of zero, output codes for each input code, in units of 1/256.

    Source: XNNPACK, `xnn_init_qs8_lrelu_scalar_params`: float32 products, rounded half to even.
    """
    ratio = np.float32(source.scale) / np.float32(target.scale)
    return round(float(ratio) * _SLOPE_UNIT), round(float(ratio * np.float32(alpha)) * _SLOPE_UNIT)


def _rescale_leaky_relu(
    graph: ir.Graph, node: ir.Node, dequantize: ir.Node, quantize: ir.Node, table: NDArray[np.uint8]
) -> bool:
    """Give the operator XNNPACK's slopes; False, and nothing done, where that does not give the table."""
    source, target = quantization(dequantize), quantization(quantize)
    right, left = xnnpack_slopes(source, target, node.attributes.get_float("alpha", 0.01))
    if right <= 0:
        return False
    own_source = Quantization(np.asarray(right / _SLOPE_UNIT * (1 + _NUDGE), np.float32), source.zero_point)
    own_target = Quantization(np.asarray(1, np.float32), target.zero_point)
    alpha = float(np.float32(left / right * (1 - 2 * _NUDGE)))
    if not np.array_equal(_onnxruntime_leaky_relu(own_source, own_target, alpha), table):
        return False
    name = node.outputs[0].name
    scale = add_constant(graph, f"{name}:scale", own_source.scale)
    own = ir.node("DequantizeLinear", inputs=[dequantize.inputs[0], scale, dequantize.inputs[2]])
    own.outputs[0].name = f"{name}:operand"
    graph.insert_before(node, own)
    node.replace_input_with(0, own.outputs[0])
    node.attributes["alpha"] = ir.AttrFloat32("alpha", alpha)
    quantize.replace_input_with(1, add_constant(graph, f"{name}:one", own_target.scale))
    return True


def _onnxruntime_leaky_relu(source: Quantization, target: Quantization, alpha: float) -> NDArray[np.uint8]:
    """The code of each code 0..255 in ONNX Runtime's kernel, [256]."""
    quantizations = [(float(side.scale), int(side.zero_point)) for side in (source, target)]
    return run_kernel("QLinearLeakyRelu", (np.arange(256, dtype=np.uint8),), quantizations, alpha=alpha)
