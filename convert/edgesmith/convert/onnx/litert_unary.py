"""What LiteRT makes of all 256 codes, asked of LiteRT itself: a model of one unary operator, run once.

Its int8 kernels work in fixed point, each in its own way; their formulas are no interface, their answers are.
"""

from typing import Any, Literal

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgesmith.convert.onnx.quantized import Quantization
from edgesmith.convert.tflite.packing import packed

UnaryKind = Literal["HARD_SWISH", "LEAKY_RELU"]

_SHAPE = (1, 16, 16, 1)
_UNSIGNED_ZERO = 128  # the uint8 code of the int8 code 0
_SCHEMA_VERSION = 3  # schema.fbs, Model.version
_LEAKY_RELU_VERSION = 2  # the first with int8 (tensorflow/lite/tools/versioning/op_version.cc)


def litert_table(
    kind: UnaryKind, source: Quantization, target: Quantization, *, alpha: float = 0.0
) -> NDArray[np.uint8]:
    """The operator's uint8 code for each uint8 code 0..255, [256], on LiteRT's default kernels.

    `source` and `target` quantize its input and output, with uint8 zero points; `alpha` is LEAKY_RELU's.
    """
    interpreter = Interpreter(model_content=_one_operator(kind, source, target, alpha), num_threads=1)
    interpreter.allocate_tensors()
    codes = np.arange(256) - _UNSIGNED_ZERO
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], codes.astype(np.int8).reshape(_SHAPE))
    interpreter.invoke()
    signed = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    table: NDArray[np.uint8] = (signed.reshape(-1).astype(np.int16) + _UNSIGNED_ZERO).astype(np.uint8)
    return table


def _one_operator(kind: UnaryKind, source: Quantization, target: Quantization, alpha: float) -> bytes:
    model, subgraph = schema.ModelT(), schema.SubGraphT()
    model.version, model.buffers, model.subgraphs = _SCHEMA_VERSION, [schema.BufferT()], [subgraph]
    code, operator = schema.OperatorCodeT(), schema.OperatorT()
    code.builtinCode = code.deprecatedBuiltinCode = getattr(schema.BuiltinOperator, kind)
    operator.inputs, operator.outputs = np.array([0], np.int32), np.array([1], np.int32)
    if kind == "LEAKY_RELU":
        code.version = _LEAKY_RELU_VERSION
        operator.builtinOptionsType = schema.BuiltinOptions.LeakyReluOptions
        operator.builtinOptions = schema.LeakyReluOptionsT()
        operator.builtinOptions.alpha = alpha
    else:
        operator.builtinOptionsType = schema.BuiltinOptions.HardSwishOptions
        operator.builtinOptions = schema.HardSwishOptionsT()
    model.operatorCodes = [code]
    subgraph.operators, subgraph.tensors = [operator], [_tensor("codes", source), _tensor("result", target)]
    subgraph.inputs, subgraph.outputs = operator.inputs, operator.outputs
    return packed(model)


def _tensor(name: str, quantization: Quantization) -> Any:
    tensor, parameters = schema.TensorT(), schema.QuantizationParametersT()
    parameters.scale = quantization.scale.reshape(1)
    parameters.zeroPoint = quantization.zero_point.reshape(1).astype(np.int64) - _UNSIGNED_ZERO
    tensor.name, tensor.type, tensor.quantization = name, schema.TensorType.INT8, parameters
    tensor.shape = np.array(_SHAPE, np.int32)
    return tensor
