"""FULLY_CONNECTED on a matrix only: tf2onnx 1.17 drops its bias, without a word, on inputs of more axes.

(`TflFullyConnectedOp` in tf2onnx/tflite_handlers/tfl_math.py flattens the input and then names two of the
three inputs.) TensorFlow's converter leaves such inputs wherever it merges a Flatten of 1x1 features.
"""

import copy
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edgesmith.convert.tflite.packing import builtin_code, packed


def flatten_dense_inputs(tflite: bytes) -> bytes:
    """The same model with a RESHAPE to [rows, columns] before each FULLY_CONNECTED that flattens by itself."""
    model = schema.ModelT.InitFromPackedBuf(tflite, 0)
    subgraph = model.subgraphs[0]
    operators = []
    for operator in subgraph.operators:
        if _flattens(model, operator):
            operators.append(_reshape(model, operator))
        operators.append(operator)
    if len(operators) == len(subgraph.operators):
        return tflite
    subgraph.operators = operators
    return packed(model)


def _flattens(model: Any, operator: Any) -> bool:
    return (
        builtin_code(model, operator) == schema.BuiltinOperator.FULLY_CONNECTED
        and not operator.builtinOptions.keepNumDims
        and len(model.subgraphs[0].tensors[operator.inputs[0]].shape) != 2
    )


def _reshape(model: Any, dense: Any) -> Any:
    """A RESHAPE of the operator's input, which the operator reads from then on."""
    tensors = model.subgraphs[0].tensors
    source, columns = tensors[dense.inputs[0]], int(tensors[dense.inputs[1]].shape[1])
    wanted = np.array([np.prod(source.shape) // columns, columns], np.int32)
    shape = schema.TensorT()
    shape.name, shape.shape, shape.type = source.name + b":shape", [2], schema.TensorType.INT32
    shape.buffer = len(model.buffers)
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(wanted.tobytes(), np.uint8)
    model.buffers.append(buffer)
    matrix = copy.copy(source)
    matrix.name, matrix.shape, matrix.shapeSignature = source.name + b":matrix", wanted, None
    tensors += [shape, matrix]
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.RESHAPE
    model.operatorCodes.append(code)
    reshape = schema.OperatorT()
    reshape.opcodeIndex = len(model.operatorCodes) - 1
    reshape.inputs = [int(dense.inputs[0]), len(tensors) - 2]
    reshape.outputs = [len(tensors) - 1]
    dense.inputs = np.array([len(tensors) - 1, *dense.inputs[1:]], np.int32)
    return reshape
