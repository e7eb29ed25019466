"""The mean over height and width, made equal to LiteRT's for every sum of codes.

ONNX Runtime's one integer kernel for it, QLinearGlobalAveragePool, rounds before it adds the zero point; LiteRT
adds it first. Where no sum shows that, the kernel is used; else the function `MeanOfCodes`.
"""

from dataclasses import dataclass

import onnx
import onnx_ir as ir

from edgesmith.convert.onnx.functions import DOMAIN, MEAN
from edgesmith.convert.onnx.mean_kernels import (
    MeanParameters,
    mean_parameters,
    multiplier_and_offset,
    pool_is_exact,
)
from edgesmith.convert.onnx.quantized import (
    add_constant,
    dequantized_activation,
    is_a,
    only_reader,
    quantization,
    take_over,
)

_CHANNELS_FIRST, _CHANNELS_LAST = (0, 3, 1, 2), (0, 2, 3, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mean:
    """A quantized mean; `axes` are height and width."""

    node: ir.Node
    dequantize: ir.Node
    quantize: ir.Node
    axes: tuple[int, int]
    parameters: MeanParameters


def make_means_exact(graph: ir.Graph) -> int:
    """Rewrite each quantized ReduceMean over axes 1 and 2, and each GlobalAveragePool that is not exact.

    Requires uint8 codes. A mean whose height and width do not follow from the graph is left as it is.
    """
    nodes = [node for node in graph if _axes(node) is not None]
    sizes = _sizes(graph) if nodes else {}
    rewritten = 0
    for node in nodes:
        mean = _quantized(node, sizes)
        if mean is None:
            continue
        exact = pool_is_exact(mean.parameters)
        if exact and is_a(node, "GlobalAveragePool"):
            continue
        replacement = _pool(mean) if exact else [_call(graph, mean)]
        if is_a(node, "ReduceMean") and not node.attributes.get_int("keepdims", 1):
            axes = add_constant(graph, f"{node.outputs[0].name}:axes", mean.axes)
            replacement.append(ir.node("Squeeze", inputs=[replacement[-1].outputs[0], axes]))
        for place, new in enumerate(replacement):
            new.outputs[0].name = f"{node.outputs[0].name}:mean_{place}"
        graph.insert_before(node, replacement)
        take_over(graph, replacement[-1].outputs[0], mean.quantize.outputs[0])
        graph.remove([mean.quantize, node], safe=True)
        rewritten += 1
    return rewritten


def _axes(node: ir.Node) -> tuple[int, int] | None:
    """Height and width, of [n, h, w, c] or [n, c, h, w]; None for other operators and other means."""
    if is_a(node, "GlobalAveragePool"):
        return 2, 3
    is_spatial = is_a(node, "ReduceMean") and tuple(node.attributes.get_ints("axes") or ()) == (1, 2)
    return (1, 2) if is_spatial else None


def _quantized(node: ir.Node, sizes: dict[str, list[int]]) -> _Mean | None:
    axes, dequantize = _axes(node), dequantized_activation(node.inputs[0])
    quantize = only_reader(node.outputs[0])
    if axes is None or dequantize is None or quantize is None or not is_a(quantize, "QuantizeLinear"):
        return None
    codes = dequantize.inputs[0]
    size = [] if codes is None else sizes.get(codes.name or "", [])
    if len(size) != 4 or size[axes[0]] * size[axes[1]] == 0:
        return None
    area = size[axes[0]] * size[axes[1]]
    parameters = mean_parameters(quantization(dequantize), quantization(quantize), area=area)
    return _Mean(node=node, dequantize=dequantize, quantize=quantize, axes=axes, parameters=parameters)


def _sizes(graph: ir.Graph) -> dict[str, list[int]]:
    """Of every tensor whose shape follows from the graph's inputs; 0 for a dimension that does not."""
    inferred = onnx.shape_inference.infer_shapes(ir.to_proto(ir.Model(graph, ir_version=8))).graph
    return {
        value.name: [dimension.dim_value for dimension in value.type.tensor_type.shape.dim]
        for value in (*inferred.input, *inferred.value_info)
    }


def _pool(mean: _Mean) -> list[ir.Node]:
    """GlobalAveragePool between two Transposes, which ONNX Runtime removes: its convolutions read channels last."""
    first = ir.node("Transpose", inputs=[mean.dequantize.inputs[0]], attributes={"perm": _CHANNELS_FIRST})
    real = ir.node("DequantizeLinear", inputs=[first.outputs[0], *mean.dequantize.inputs[1:]])
    pool = ir.node("GlobalAveragePool", inputs=[real.outputs[0]])
    codes = ir.node("QuantizeLinear", inputs=[pool.outputs[0], *mean.quantize.inputs[1:]])
    last = ir.node("Transpose", inputs=[codes.outputs[0]], attributes={"perm": _CHANNELS_LAST})
    return [first, real, pool, codes, last]


def _call(graph: ir.Graph, mean: _Mean) -> ir.Node:
    name = mean.node.outputs[0].name
    multiplier, offset = multiplier_and_offset(mean.parameters)
    inputs = [
        mean.dequantize.inputs[0],
        add_constant(graph, f"{name}:multiplier", multiplier),
        add_constant(graph, f"{name}:offset", offset),
        add_constant(graph, f"{name}:height_and_width", mean.axes),
    ]
    return ir.node(MEAN, inputs=inputs, domain=DOMAIN, name=mean.node.name)
