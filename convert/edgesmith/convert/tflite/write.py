"""Graphs exported as `.tflite`: weights as constants, ranges as fake-quant operators, by TensorFlow's converter."""

from typing import Any

import tensorflow as tf

from edgesmith.convert.graph import Graph
from edgesmith.convert.graph.evaluate import run
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.simulate import simulate


def write_float32(graph: Graph) -> bytes:
    """The graph on raw pixels: float32 [1, height, width, channels] 0..255 in, float32 [1, classes] out."""

    def classify(image: tf.Tensor) -> tf.Tensor:
        return run(graph, image - graph.input_offset if graph.input_offset else image)

    return _convert(_converter(graph, classify))


def write_int8(quantized: QuantizedGraph) -> bytes:
    """The graph in int8: uint8 [1, height, width, channels] in, uint8 [1, classes] out.

    The input offset becomes the input's zero point, with scale 1, so that raw pixels are the tensor.
    """
    graph = quantized.graph

    def classify(image: tf.Tensor) -> tf.Tensor:
        return simulate(quantized, image)[graph.output]

    converter = _converter(graph, classify)
    # With ranges in the graph, the default optimization quantizes fully and asks for no data set.
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = tf.uint8
    converter.inference_output_type = tf.uint8
    return _convert(converter)


def _convert(converter: Any) -> bytes:
    flatbuffer: bytes = converter.convert()
    return flatbuffer


def _converter(graph: Graph, classify: Any) -> Any:
    signature = [tf.TensorSpec(graph.input_shape, tf.float32, name="image")]
    module = tf.Module()
    module.classify = tf.function(classify, input_signature=signature, autograph=False)
    return tf.lite.TFLiteConverter.from_concrete_functions([module.classify.get_concrete_function()], module)
