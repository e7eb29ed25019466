"""int16x8: 16-bit activations on int8 weights, for what 8-bit activations cost too much.

The ranges stand in the graph as 16-bit fake-quant operators, so that they are exactly those of the int8 file and
no images pass the converter (whose own calibration takes eight times as long). What the converter then leaves
undone for the 16-bit kernels is made good in the flatbuffer.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from edgesmith.convert.graph import Operator
from edgesmith.convert.graph.evaluate import apply
from edgesmith.convert.graph.model import PROBABILITY, SAME_SCALE, WEIGHTED
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scales import bounds_for_bias, fake_quantize_weights
from edgesmith.convert.tflite.converter import converted, converter_reason, make_converter
from edgesmith.convert.tflite.int16_kernels import fit_int16_kernels
from edgesmith.runtime.errors import UnsupportedModelError

_LARGEST = 32767  # symmetric: codes -32767..32767, zero point 0 (TFLite 16x8 quantization specification)

INPUT_BOUND = _LARGEST / 128
"""What the input's largest code means: with a scale of 1/128, every grey level and every half is exact."""

_PROBABILITY_BOUND = _LARGEST / 32768  # SOFTMAX and LOGISTIC have the fixed output scale 1/32768 (ibid.)


def write_int16x8(quantized: QuantizedGraph) -> bytes:
    """The graph with int16 activations and the int8 weights and corrected biases of `quantized`.

    float32 raw pixels in, float32 probabilities out: the kernels know no uint8 here. Runs on reference kernels,
    many times slower than float32. Operators in `keep_float` are quantized too. Raises `UnsupportedModelError`
    for operators without a 16-bit kernel.
    """
    graph = quantized.graph

    def classify(image: tf.Tensor) -> tf.Tensor:
        offset = graph.input_offset
        return _simulate(quantized, image - offset if offset else image)

    converter = make_converter(classify, graph.input_shape, over_saved_model=True)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_ops = [
        tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
    ]
    try:
        flatbuffer = fit_int16_kernels(converted(converter))
        Interpreter(model_content=flatbuffer).allocate_tensors()
    except Exception as error:  # the converter's own exception class is private; LiteRT raises RuntimeError
        raise UnsupportedModelError(
            f"no 16-bit kernel for an operator: {converter_reason(error)}",
            tip="--precision int8 or float16",
        ) from error
    return flatbuffer


def _simulate(quantized: QuantizedGraph, values: Any) -> Any:
    graph = quantized.graph
    bounds = {graph.input: INPUT_BOUND}
    bounds |= {operator.output: _bound(quantized, operator) for operator in graph.operators}
    tensors = {graph.input: _fake_quantize(values, INPUT_BOUND)}
    for operator in graph.operators:
        result = apply(operator, _operands(quantized, operator, tensors, bounds))
        # The converter carries a scale through these by itself, and knows that of probabilities.
        own = operator.kind not in SAME_SCALE | PROBABILITY
        tensors[operator.output] = _fake_quantize(result, bounds[operator.output]) if own else result
    return tensors[graph.output]


def _bound(quantized: QuantizedGraph, operator: Operator) -> float:
    if operator.kind in PROBABILITY:
        return _PROBABILITY_BOUND
    span = quantized.ranges[operator.output]
    return max(abs(span.low), abs(span.high))


def _operands(
    quantized: QuantizedGraph, operator: Operator, tensors: Mapping[str, Any], bounds: Mapping[str, float]
) -> list[Any]:
    graph = quantized.graph
    operands = [tensors[name] if name in tensors else graph.constants[name] for name in operator.inputs]
    if operator.kind in WEIGHTED:
        fitting = bounds_for_bias(
            quantized.weight_bounds[operator.inputs[1]],
            operands[2],
            input_scale=bounds[operator.inputs[0]] / _LARGEST,
        )
        operands[1] = fake_quantize_weights(operator.kind, operands[1], fitting)
        return operands
    return [_rounded_constant(operand) for operand in operands]


def _rounded_constant(operand: Any) -> Any:
    if not isinstance(operand, np.ndarray):
        return operand
    return _fake_quantize(operand, max(float(np.abs(operand).max()), 1e-6))


def _fake_quantize(values: Any, bound: float) -> Any:
    return tf.quantization.fake_quant_with_min_max_vars(values, -bound, bound, num_bits=16, narrow_range=True)
