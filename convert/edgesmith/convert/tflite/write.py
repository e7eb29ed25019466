"""Graphs exported as `.tflite`: weights as constants, ranges as fake-quant operators, by TensorFlow's converter.

Every file takes raw pixels 0..255, [1, height, width, channels], and gives probabilities, [1, classes].
"""

from typing import Any

import numpy as np
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema

from edgesmith.convert.graph import Graph
from edgesmith.convert.graph.evaluate import run
from edgesmith.convert.graph.model import WEIGHTED
from edgesmith.convert.quantization.float_seal import remove_seals, seal
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scales import fake_quantize_weights
from edgesmith.convert.quantization.simulate import simulate
from edgesmith.convert.tflite.boundary import BoundaryType
from edgesmith.convert.tflite.converter import converted, make_converter
from edgesmith.runtime.errors import UnsupportedModelError

_TYPES: dict[BoundaryType, Any] = {"float": tf.float32, "int8": tf.int8, "uint8": tf.uint8}


def write_float32(graph: Graph) -> bytes:
    """The graph as it is: float32 in, float32 out."""
    return converted(_float_converter(graph))


def write_float16(graph: Graph) -> bytes:
    """Weights rounded to float16, half the size; float32 in and out, and float32 in between.

    Raises `UnsupportedModelError` for weights outside float16's range, which the converter would clip silently.
    """
    require_float16(graph)
    converter = _float_converter(graph)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return converted(converter)


def write_dynamic(graph: Graph) -> bytes:
    """Dynamic range: int8 weights, float32 in and out; an engine rounds activations to 8 bits as it goes.

    Convolutions have a scale for each output channel, dense layers one: with a scale for each channel,
    FULLY_CONNECTED becomes version 12, which tflite-runtime 2.14 refuses. The converter leaves weights of fewer
    than 1024 elements float. With calibration images, give it `rounded_weights(quantized)`.
    """
    converter = _float_converter(graph)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter._experimental_disable_per_channel_quantization_for_dense_layers = True
    return converted(converter)


def rounded_weights(quantized: QuantizedGraph) -> Graph:
    """The float graph with the int8 file's weights, rounded but stored as float, and its corrected biases.

    For `write_dynamic`, which finds the same codes in it. Weights that the converter leaves float have to be rounded
    too, since the biases make good for the rounding of all: on MobileNetV1 0.25 ImageNet, of 50 photos 44 then have
    the float model's best class, 37 without correction, 35 with corrected biases on weights that are not rounded.
    """
    graph = quantized.graph
    return graph.with_constants(
        {
            weights: np.asarray(
                fake_quantize_weights(
                    operator.kind, graph.constants[weights], quantized.weight_bounds[weights]
                )
            )
            for operator in graph.operators
            if operator.kind in WEIGHTED
            for weights in operator.inputs[1:2]
        }
    )


def write_int8(quantized: QuantizedGraph, *, io: BoundaryType = "uint8") -> bytes:
    """The graph in int8; between input and output the codes are the same whatever `io` is.

    uint8: raw pixels and 256ths of a probability, with the input offset as zero point and scale 1. int8: both
    minus 128. float: float32 raw pixels and probabilities, which the file quantizes and dequantizes itself.
    """
    graph = quantized.graph

    def classify(image: tf.Tensor) -> tf.Tensor:
        # An integer tensor's zero point subtracts the offset.
        raw = io == "float" and graph.input_offset != 0
        values = image - graph.input_offset if raw else image
        return simulate(quantized, values, seal=seal)[graph.output]

    converter = make_converter(classify, graph.input_shape)
    # With ranges in the graph, the default optimization quantizes fully and asks for no data set.
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = converter.inference_output_type = _TYPES[io]
    return remove_seals(converted(converter))


def has_int8_weights(flatbuffer: bytes) -> bool:
    """Whether a dynamic file is one: of a network of small layers the converter leaves all weights float."""
    tensors = schema.ModelT.InitFromPackedBuf(flatbuffer, 0).subgraphs[0].tensors
    return any(tensor.type == schema.TensorType.INT8 for tensor in tensors)


def require_float16(graph: Graph) -> None:
    """Raise `UnsupportedModelError` naming a constant that float16 cannot hold."""
    limit = float(np.finfo(np.float16).max)
    for name, values in graph.constants.items():
        largest = float(np.abs(values).max(initial=0))
        if largest > limit:
            raise UnsupportedModelError(
                f"{name!r} holds weights up to {largest:g}; float16 ends at {limit:g}",
                tip="--precision float32 or int8",
            )


def _float_converter(graph: Graph) -> Any:
    def classify(image: tf.Tensor) -> tf.Tensor:
        return run(graph, image - graph.input_offset if graph.input_offset else image)

    return make_converter(classify, graph.input_shape)
