"""Graphs exported as `.tflite`: weights as constants, ranges as fake-quant operators, by TensorFlow's converter."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.evaluate import apply, run
from edgesmith.convert.graph.model import SAME_SCALE, WEIGHTED
from edgesmith.convert.quantization.scales import ActivationRange, fake_quantize_weights, weight_bounds


def write_float32(graph: Graph) -> bytes:
    """The graph on raw pixels: float32 [1, height, width, channels] 0..255 in, float32 [1, classes] out."""

    def classify(image: tf.Tensor) -> tf.Tensor:
        return run(graph, image - graph.input_offset if graph.input_offset else image)

    return _convert(_converter(graph, classify))


def write_int8(graph: Graph, ranges: Mapping[str, ActivationRange]) -> bytes:
    """The graph in int8: uint8 [1, height, width, channels] in, uint8 [1, classes] out.

    The input offset must be an integer: it becomes the input's zero point, with scale 1, so that raw pixels
    are the tensor. `ranges`: of every activation, by name.
    """
    if graph.input_offset != np.round(graph.input_offset):
        raise ValueError(f"an input offset of {graph.input_offset} is no zero point")

    def classify(image: tf.Tensor) -> tf.Tensor:
        tensors = {graph.input: ranges[graph.input].fake_quantize(image)}
        for operator in graph.operators:
            tensors[operator.output] = _quantized(graph, operator, tensors, ranges)
        return tensors[graph.output]

    converter = _converter(graph, classify)
    # With ranges in the graph, the default optimization quantizes fully and asks for no data set.
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = tf.uint8
    converter.inference_output_type = tf.uint8
    return _convert(converter)


def _quantized(
    graph: Graph, operator: Operator, tensors: Mapping[str, Any], ranges: Mapping[str, ActivationRange]
) -> Any:
    operands = [tensors[name] if name in tensors else graph.constants[name] for name in operator.inputs]
    if operator.kind in WEIGHTED:
        weights = operands[1]
        operands[1] = fake_quantize_weights(operator.kind, weights, weight_bounds(operator.kind, weights))
    else:
        operands = [_rounded_constant(operand) for operand in operands]
    result = apply(operator, operands)
    # The converter carries a scale through these by itself; a second one would cost a requantization.
    return result if operator.kind in SAME_SCALE else ranges[operator.output].fake_quantize(result)


def _rounded_constant(operand: Any) -> Any:
    if not isinstance(operand, np.ndarray):
        return operand
    return ActivationRange.covering(float(operand.min()), float(operand.max())).fake_quantize(operand)


def _convert(converter: Any) -> bytes:
    flatbuffer: bytes = converter.convert()
    return flatbuffer


def _converter(graph: Graph, classify: Any) -> Any:
    signature = [tf.TensorSpec(graph.input_shape, tf.float32, name="image")]
    module = tf.Module()
    module.classify = tf.function(classify, input_signature=signature, autograph=False)
    return tf.lite.TFLiteConverter.from_concrete_functions([module.classify.get_concrete_function()], module)
