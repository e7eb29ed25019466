"""The two exports of one graph, looked at with LiteRT: raw pixels in, and the integers that were promised."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.evaluate import run
from edgesmith.convert.quantization.calibrate import activation_ranges, input_values
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scheme import Scheme
from edgesmith.convert.tflite.read import operator_names
from edgesmith.convert.tflite.write import write_float32, write_int8

Runner = Callable[[bytes, NDArray[np.uint8]], NDArray[Any]]
GENERATOR = np.random.default_rng(0)
CONVOLUTION = {"stride": (2, 2), "dilation": (1, 1), "padding": "SAME"}

GRAPH = Graph(
    input="image",
    input_shape=(1, 14, 10, 3),
    output="scores",
    operators=(
        Operator(
            kind="CONV_2D",
            inputs=("image", "w1", "b1"),
            output="conv",
            activation="RELU6",
            options=CONVOLUTION,
        ),
        Operator(
            kind="DEPTHWISE_CONV_2D",
            inputs=("conv", "w2", "b2"),
            output="depthwise",
            options={**CONVOLUTION, "multiplier": 2},
        ),
        Operator(kind="MUL", inputs=("depthwise", "gains"), output="scaled"),
        Operator(
            kind="MEAN", inputs=("scaled",), output="means", options={"axes": (1, 2), "keep_dims": False}
        ),
        Operator(
            kind="FULLY_CONNECTED",
            inputs=("means", "w3", "b3"),
            output="logits",
            options={"keep_num_dims": False},
        ),
        Operator(kind="SOFTMAX", inputs=("logits",), output="scores", options={"beta": 1.0}),
    ),
    constants={
        "w1": GENERATOR.normal(0, 0.01, (3, 3, 3, 4)).astype(np.float32),
        "b1": GENERATOR.normal(size=4).astype(np.float32),
        "w2": GENERATOR.normal(size=(3, 3, 4, 2)).astype(np.float32),
        "b2": GENERATOR.normal(size=8).astype(np.float32),
        "gains": np.linspace(0.5, 2, 8, dtype=np.float32),
        "w3": GENERATOR.normal(0, 0.3, (8, 5)).astype(np.float32),
        "b3": GENERATOR.normal(size=5).astype(np.float32),
    },
    input_offset=127.0,
)


def quantized(graph: Graph, pixels: NDArray[np.uint8]) -> QuantizedGraph:
    return quantize(graph, pixels, Scheme(bias_correction=False), progress=lambda done, total: None)


@pytest.fixture(scope="module")
def pixels(make_pictures: Callable[..., NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return make_pictures(20, height=14, width=10)


@pytest.fixture(scope="module")
def int8(pixels: NDArray[np.uint8]) -> bytes:
    return write_int8(quantized(GRAPH, pixels))


@pytest.mark.parametrize("offset", [0.0, 127.0, 127.5])
def test_float32_takes_raw_pixels(offset: float, pixels: NDArray[np.uint8], run_model: Runner) -> None:
    graph = replace(GRAPH, input_offset=offset)
    got = run_model(write_float32(graph), pixels)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, run(graph, input_values(graph, pixels)), atol=1e-5)


def test_int8_takes_raw_pixels_and_gives_256ths(int8: bytes) -> None:
    interpreter = Interpreter(model_content=int8)
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert (source["dtype"], target["dtype"]) == (np.uint8, np.uint8)
    assert source["quantization"] == (1.0, 127)
    assert target["quantization"] == (1 / 256, 0)
    assert source["shape"].tolist() == [1, 14, 10, 3]


def test_int8_computes_on_integers_alone(int8: bytes) -> None:
    interpreter = Interpreter(model_content=int8)
    interpreter.allocate_tensors()
    assert {tensor["dtype"] for tensor in interpreter.get_tensor_details()} <= {np.int8, np.uint8, np.int32}
    assert operator_names(int8) == [
        "QUANTIZE",
        "CONV_2D",
        "DEPTHWISE_CONV_2D",
        "MUL",
        "MEAN",
        "FULLY_CONNECTED",
        "SOFTMAX",
        "QUANTIZE",
    ]


def test_int8_is_near_the_graph(int8: bytes, pixels: NDArray[np.uint8], run_model: Runner) -> None:
    got = run_model(int8, pixels).astype(np.float32) / 256
    wanted = np.asarray(run(GRAPH, input_values(GRAPH, pixels)))
    assert np.abs(got - wanted).max() < 0.04
    assert np.ptp(wanted[:, 0]) > 0.04  # pictures differ by more than that


def test_int8_carries_the_ranges_it_was_given(pixels: NDArray[np.uint8], int8: bytes) -> None:
    ranges = activation_ranges(GRAPH, pixels)
    details = Interpreter(model_content=int8).get_tensor_details()
    scales = [tensor["quantization"][0] for tensor in details if tensor["dtype"] == np.int8]
    for name in ("conv", "depthwise", "scaled", "means", "logits"):
        wanted = (ranges[name].high - ranges[name].low) / 255
        assert min(abs(scale / wanted - 1) for scale in scales) < 1e-5, name


def test_int8_weights_have_a_scale_for_each_channel(int8: bytes) -> None:
    details = Interpreter(model_content=int8).get_tensor_details()
    by_shape = {tuple(tensor["shape"]): tensor["quantization_parameters"]["scales"] for tensor in details}
    wanted = np.abs(GRAPH.constants["w1"]).max((0, 1, 2)) / 127
    np.testing.assert_allclose(by_shape[4, 3, 3, 3], wanted, rtol=1e-5)
    np.testing.assert_allclose(
        by_shape[1, 3, 3, 8], np.abs(GRAPH.constants["w2"]).max((0, 1)).reshape(-1) / 127, rtol=1e-5
    )
    np.testing.assert_allclose(by_shape[5, 8], [np.abs(GRAPH.constants["w3"]).max() / 127], rtol=1e-5)


def test_writing_twice_gives_equal_bytes(pixels: NDArray[np.uint8], int8: bytes) -> None:
    assert write_int8(quantized(GRAPH, pixels)) == int8
    assert write_float32(GRAPH) == write_float32(GRAPH)


def test_fractional_offset_is_no_zero_point(pixels: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match=r"127\.5 is no zero point"):
        quantized(replace(GRAPH, input_offset=127.5), pixels)
