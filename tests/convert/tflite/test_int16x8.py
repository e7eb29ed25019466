"""16-bit activations on int8 weights, in LiteRT."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.tflite.int16x8 import write_int16x8
from edgesmith.convert.tflite.read import operator_names
from edgesmith.convert.tflite.write import write_float32, write_int8
from edgesmith.runtime.errors import UnsupportedModelError

Runner = Callable[[bytes, NDArray[np.uint8]], NDArray[Any]]


@pytest.fixture(scope="module")
def pixels(make_pictures: Callable[..., NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return make_pictures(20, height=14, width=10)


@pytest.fixture(scope="module")
def quantized(wide_graph: Graph, pixels: NDArray[np.uint8]) -> QuantizedGraph:
    return quantize(wide_graph, pixels, progress=lambda done, total: None)


@pytest.fixture(scope="module")
def int16x8(quantized: QuantizedGraph) -> bytes:
    return write_int16x8(quantized)


def tensors(flatbuffer: bytes, *types: int) -> list[Any]:
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    return [tensor for tensor in model.subgraphs[0].tensors if tensor.type in types]


def test_float_tensors_around_16_bit_operators(int16x8: bytes) -> None:
    interpreter = Interpreter(model_content=int16x8)
    assert interpreter.get_input_details()[0]["dtype"] == np.float32
    assert interpreter.get_output_details()[0]["dtype"] == np.float32
    assert operator_names(int16x8) == [
        "SUB",
        "QUANTIZE",
        "CONV_2D",
        "DEPTHWISE_CONV_2D",
        "CONV_2D",
        "CONV_2D",
        "ADD",
        "MEAN",
        "FULLY_CONNECTED",
        "DEQUANTIZE",
        "SOFTMAX",
    ]


def test_closer_to_float_than_int8(
    int16x8: bytes, wide_graph: Graph, quantized: QuantizedGraph, pixels: NDArray[np.uint8], run_model: Runner
) -> None:
    wanted = run_model(write_float32(wide_graph), pixels)
    ours = np.abs(run_model(int16x8, pixels) - wanted).max()
    eight_bit = np.abs(run_model(write_int8(quantized), pixels) / np.float32(256) - wanted).max()
    assert ours < 0.5 * eight_bit
    assert ours < 0.01
    assert np.ptp(wanted, axis=0).max() > 0.05


def test_weights_and_biases_are_those_of_int8(int16x8: bytes, quantized: QuantizedGraph) -> None:
    def weights(flatbuffer: bytes) -> list[Any]:
        interpreter = Interpreter(model_content=flatbuffer)
        found = [
            interpreter.get_tensor(detail["index"]).tolist()
            for detail in interpreter.get_tensor_details()
            if detail["dtype"] == np.int8 and len(detail["quantization_parameters"]["scales"]) != 1
        ]
        return sorted(found)

    assert weights(int16x8) == weights(write_int8(quantized))
    assert {tuple(tensor.shape) for tensor in tensors(int16x8, schema.TensorType.INT64)} == {
        (16,),
        (128,),
        (40,),
    }


def test_input_codes_are_exact(int16x8: bytes) -> None:
    quantize_step = {float(t.quantization.scale[0]) for t in tensors(int16x8, schema.TensorType.INT16)}
    assert 1 / 128 in quantize_step


def test_writing_twice_gives_equal_bytes(int16x8: bytes, quantized: QuantizedGraph) -> None:
    assert write_int16x8(quantized) == int16x8


def test_dead_channel_keeps_its_bias(wide_graph: Graph, pixels: NDArray[np.uint8], run_model: Runner) -> None:
    """Weights of zero have no scale of their own; that of a bias beside them must not overflow."""
    weights, bias = wide_graph.constants["depth:w"].copy(), wide_graph.constants["depth:b"].copy()
    weights[:, :, 5], bias[5] = 0, 5.0
    graph = wide_graph.with_constants({"depth:w": weights, "depth:b": bias})
    got = run_model(write_int16x8(quantize(graph, pixels, progress=lambda done, total: None)), pixels)
    assert np.abs(got - run_model(write_float32(graph), pixels)).max() < 0.01


def test_operator_without_a_16_bit_kernel_is_refused(wide_graph: Graph, pixels: NDArray[np.uint8]) -> None:
    head, softmax = wide_graph.operators[-2:]
    swish = Operator(kind="HARD_SWISH", inputs=("means",), output="swished")
    head = replace(head, inputs=("swished", *head.inputs[1:]))
    graph = replace(wide_graph, operators=(*wide_graph.operators[:-2], swish, head, softmax))
    with pytest.raises(UnsupportedModelError, match="no 16-bit kernel"):
        write_int16x8(quantize(graph, pixels, progress=lambda done, total: None))
