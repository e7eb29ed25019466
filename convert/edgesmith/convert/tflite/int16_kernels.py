"""A 16-bit flatbuffer as TFLite's kernels want it, from what the converter makes of 16-bit fake-quant operators."""

from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edgesmith.convert.tflite.packing import builtin_code, packed

_OPERATOR = schema.BuiltinOperator
_WEIGHTED = {_OPERATOR.CONV_2D, _OPERATOR.DEPTHWISE_CONV_2D, _OPERATOR.FULLY_CONNECTED}
_SCALED = {_OPERATOR.ADD, _OPERATOR.SUB}

# CONV_2D, FULLY_CONNECTED: what TensorFlow's own 16x8 quantizer writes for 64-bit biases. ADD, SUB: the versions
# that know scales other than powers of two (tensorflow/compiler/mlir/lite/tools/versioning/op_version.cc).
_VERSIONS = {_OPERATOR.CONV_2D: 3, _OPERATOR.FULLY_CONNECTED: 4, _OPERATOR.ADD: 3, _OPERATOR.SUB: 5}


def fit_int16_kernels(flatbuffer: bytes) -> bytes:
    """Biases in 64 bits, with accumulators to match; additions with the scales stated; probabilities in float.

    The converter writes 32-bit biases, which DEPTHWISE_CONV_2D refuses and under which CONV_2D may overflow, and
    marks additions as having scales that are powers of two. The 16-bit SOFTMAX takes what lies more than 10 below
    the largest logit for 10 below: of 1,000 classes, that costs the best one up to 4 %. Float operators stay.
    """
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    subgraph = model.subgraphs[0]
    for operator in subgraph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        kind = builtin_code(model, operator)
        if subgraph.tensors[operator.inputs[0]].type != schema.TensorType.INT16:
            continue
        if kind in _WEIGHTED:
            _widen_bias(model, subgraph.tensors[operator.inputs[2]])
        if kind in (_OPERATOR.CONV_2D, _OPERATOR.FULLY_CONNECTED):
            operator.builtinOptions.quantizedBiasType = schema.TensorType.FLOAT32  # the default: not stated
        if kind in _SCALED:
            operator.builtinOptions.potScaleInt16 = False
        code.version = _VERSIONS.get(kind, code.version)
    _finish_in_float(model)
    _drop_unused_buffers(model)
    return packed(model)


def _widen_bias(model: Any, bias: Any) -> None:
    if bias.type != schema.TensorType.INT32:  # another operator's too, and done
        return
    codes = np.frombuffer(bytes(model.buffers[bias.buffer].data), np.int32).astype(np.int64)
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(codes.tobytes(), np.uint8)
    bias.type, bias.buffer = schema.TensorType.INT64, len(model.buffers)
    model.buffers.append(buffer)


def _finish_in_float(model: Any) -> None:
    """Dequantize before the last SOFTMAX or LOGISTIC instead of after it."""
    subgraph = model.subgraphs[0]
    *_, probabilities, dequantize = subgraph.operators
    if builtin_code(model, probabilities) not in (_OPERATOR.SOFTMAX, _OPERATOR.LOGISTIC):
        return
    between = subgraph.tensors[probabilities.outputs[0]]
    between.type, between.quantization = schema.TensorType.FLOAT32, None
    probabilities.inputs, dequantize.inputs = dequantize.inputs, probabilities.inputs
    probabilities.outputs, dequantize.outputs = dequantize.outputs, probabilities.outputs
    subgraph.operators[-2:] = dequantize, probabilities


def _drop_unused_buffers(model: Any) -> None:
    used = {tensor.buffer for subgraph in model.subgraphs for tensor in subgraph.tensors}
    used |= {entry.buffer for entry in model.metadata or ()}
    for index, buffer in enumerate(model.buffers):
        if index not in used:
            buffer.data = None
