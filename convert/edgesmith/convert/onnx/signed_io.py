"""int8 input and output for a graph of unsigned codes, as `--io int8` asks for."""

import numpy as np
import onnx_ir as ir

from edgesmith.convert.onnx.quantized import add_constant


def make_io_signed(graph: ir.Graph) -> int:
    """Give uint8 graph inputs and outputs the type int8, their values 128 less; all between stays unsigned.

    A DequantizeLinear and a QuantizeLinear with scale 1 shift the codes: exact, and in every opset.
    """
    changed = 0
    for place, value in enumerate(graph.inputs):
        if value.dtype == ir.DataType.UINT8:
            _shift_input(graph, value, f"input_{place}")
            changed += 1
    for place, value in enumerate(graph.outputs):
        if value.dtype == ir.DataType.UINT8:
            _shift_output(graph, place, value)
            changed += 1
    return changed


def _shift_input(graph: ir.Graph, value: ir.Value, prefix: str) -> None:
    uses = tuple(value.uses())
    value.dtype = ir.DataType.INT8
    nodes = _shift(graph, value, prefix, source=np.int8(0), target=np.uint8(128))
    for use in uses:
        use.node.replace_input_with(use.idx, nodes[-1].outputs[0])
    graph.insert_before(graph[0], nodes)


def _shift_output(graph: ir.Graph, place: int, value: ir.Value) -> None:
    nodes = _shift(graph, value, f"output_{place}", source=np.uint8(128), target=np.int8(0))
    signed = nodes[-1].outputs[0]
    signed.type, signed.shape = ir.TensorType(ir.DataType.INT8), value.shape
    name, value.name = value.name, f"{value.name}:unsigned"
    graph.extend(nodes)
    graph.outputs[place] = signed
    signed.name = name


def _shift(
    graph: ir.Graph, codes: ir.Value, prefix: str, *, source: np.generic, target: np.generic
) -> list[ir.Node]:
    one = add_constant(graph, f"{prefix}:one", np.float32(1))
    zeros = [
        add_constant(graph, f"{prefix}:{side}", zero) for side, zero in (("from", source), ("to", target))
    ]
    dequantize = ir.node("DequantizeLinear", inputs=[codes, one, zeros[0]])
    quantize = ir.node("QuantizeLinear", inputs=[dequantize.outputs[0], one, zeros[1]])
    dequantize.outputs[0].name, quantize.outputs[0].name = f"{prefix}:real", f"{prefix}:shifted"
    return [dequantize, quantize]
