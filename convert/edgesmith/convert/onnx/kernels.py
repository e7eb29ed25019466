"""ONNX Runtime's own integer kernels, run on given codes, to see how they round."""

import functools
from collections.abc import Sequence

import numpy as np
import onnx_ir as ir
import onnxruntime
from numpy.typing import NDArray

Codes = NDArray[np.uint8]
ScaleAndZeroPoint = tuple[float, int]


def run_kernel(
    op_type: str,
    operands: Sequence[Codes],
    quantizations: Sequence[ScaleAndZeroPoint],
    *,
    alpha: float | None = None,
) -> Codes:
    """The codes that one operator of domain com.microsoft (QLinearAdd, QLinearLeakyRelu) computes.

    `operands`: uint8, all of one shape. `quantizations`: of each operand, then of the result; they are
    inputs of the kernel, so that trying others costs no new session. `alpha`: the attribute, if it has one.
    """
    session = _session(op_type, len(operands), operands[0].shape, alpha)
    feeds: dict[str, NDArray[np.generic]] = {f"codes_{place}": codes for place, codes in enumerate(operands)}
    for place, (scale, zero_point) in enumerate(quantizations):
        feeds[f"scale_{place}"] = np.asarray(scale, np.float32)
        feeds[f"zero_{place}"] = np.asarray(zero_point, np.uint8)
    result: Codes = session.run(None, feeds)[0]
    return result


@functools.lru_cache(maxsize=8)
def _session(
    op_type: str, operands: int, shape: tuple[int, ...], alpha: float | None
) -> onnxruntime.InferenceSession:
    def value(name: str, dtype: ir.DataType, dimensions: tuple[int, ...]) -> ir.Value:
        return ir.Value(name=name, type=ir.TensorType(dtype), shape=ir.Shape(dimensions))

    inputs: list[ir.Value] = []
    for place in range(operands + 1):
        if place < operands:
            inputs.append(value(f"codes_{place}", ir.DataType.UINT8, shape))
        inputs.append(value(f"scale_{place}", ir.DataType.FLOAT, ()))
        inputs.append(value(f"zero_{place}", ir.DataType.UINT8, ()))
    attributes = None if alpha is None else {"alpha": alpha}
    node = ir.node(op_type, inputs=inputs, attributes=attributes, domain="com.microsoft")
    node.outputs[0].name, node.outputs[0].type = "result", ir.TensorType(ir.DataType.UINT8)
    opsets = {"": 17, "com.microsoft": 1}
    graph = ir.Graph(inputs, [node.outputs[0]], nodes=[node], opset_imports=opsets, name=op_type)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = ir.to_proto(ir.Model(graph, ir_version=8)).SerializeToString()
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
