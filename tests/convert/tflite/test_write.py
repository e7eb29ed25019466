"""The exports of one graph, looked at with LiteRT: raw pixels in, and the integers that were promised."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.evaluate import run
from edgesmith.convert.quantization.calibrate import activation_ranges
from edgesmith.convert.quantization.observe import input_values
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scheme import Scheme
from edgesmith.convert.tflite.boundary import BoundaryType
from edgesmith.convert.tflite.read import operator_names
from edgesmith.convert.tflite.write import (
    rounded_weights,
    write_dynamic,
    write_float16,
    write_float32,
    write_int8,
)
from edgesmith.runtime.errors import UnsupportedModelError

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


@pytest.fixture(scope="module")
def float32(wide_graph: Graph) -> bytes:
    return write_float32(wide_graph)


@dataclass(frozen=True, kw_only=True)
class Smaller:
    """A file's size against float32, and how far its probabilities may be off."""

    write: Callable[[Graph], bytes]
    share: float
    difference: float


@pytest.mark.parametrize(
    "smaller",
    [
        pytest.param(Smaller(write=write_float16, share=0.55, difference=1e-3), id="float16"),
        pytest.param(Smaller(write=write_dynamic, share=0.34, difference=0.015), id="dynamic"),
    ],
)
def test_smaller_weights_behind_float32_tensors(
    smaller: Smaller,
    wide_graph: Graph,
    float32: bytes,
    pixels: NDArray[np.uint8],
    run_model: Runner,
) -> None:
    flatbuffer = smaller.write(wide_graph)
    assert smaller.write(wide_graph) == flatbuffer
    assert len(flatbuffer) < smaller.share * len(float32)
    got, wanted = run_model(flatbuffer, pixels), run_model(float32, pixels)
    assert got.dtype == np.float32
    assert 0 < np.abs(got - wanted).max() < smaller.difference
    assert np.ptp(wanted, axis=0).max() > 10 * smaller.difference  # pictures differ by more than that


def test_float16_weights_are_the_nearest(wide_graph: Graph) -> None:
    interpreter = Interpreter(model_content=write_float16(wide_graph))
    stored = {
        tuple(d["shape"]): d["index"] for d in interpreter.get_tensor_details() if d["dtype"] == np.float16
    }
    got = interpreter.get_tensor(stored[40, 128])
    assert np.array_equal(got, wide_graph.constants["head:w"].T.astype(np.float16))


def test_float16_refuses_what_it_cannot_hold(wide_graph: Graph) -> None:
    weights = wide_graph.constants["block:w"].copy()
    weights[0, 0, 3, 5] = -70000
    with pytest.raises(
        UnsupportedModelError, match=r"'block:w' holds weights up to 70000; float16 ends at 65504"
    ):
        write_float16(wide_graph.with_constants({"block:w": weights}))


def test_dynamic_convolutions_have_a_scale_for_each_channel_and_dense_layers_one(wide_graph: Graph) -> None:
    details = Interpreter(model_content=write_dynamic(wide_graph)).get_tensor_details()
    scales = {
        tuple(tensor["shape"]): len(tensor["quantization_parameters"]["scales"])
        for tensor in details
        if tensor["dtype"] == np.int8
    }
    assert scales == {(128, 1, 1, 16): 128, (128, 1, 1, 128): 128, (40, 128): 1}


def test_dynamic_loads_in_the_last_tflite_runtime(wide_graph: Graph) -> None:
    model = schema.ModelT.InitFromPackedBuf(write_dynamic(wide_graph), 0)
    versions = {
        max(code.builtinCode, code.deprecatedBuiltinCode): code.version for code in model.operatorCodes
    }
    # 12, which the converter writes unasked, is the one that tflite-runtime 2.14 refuses.
    assert versions[schema.BuiltinOperator.FULLY_CONNECTED] == 9


@pytest.mark.parametrize("io", ["float", "int8"])
def test_int8_codes_do_not_depend_on_io(
    io: BoundaryType, int8: bytes, pixels: NDArray[np.uint8], run_model: Runner
) -> None:
    flatbuffer = write_int8(quantized(GRAPH, pixels), io=io)
    rows, wanted = run_model(flatbuffer, pixels), run_model(int8, pixels)
    if io == "float":
        assert rows.dtype == np.float32
        assert np.array_equal(rows, wanted / np.float32(256))
    else:
        assert rows.dtype == np.int8
        assert np.array_equal(rows.astype(np.int16) + 128, wanted)
    assert len(np.unique(wanted, axis=0)) > 10


@pytest.mark.parametrize(
    ("io", "operators", "dtype"),
    [
        pytest.param("float", ["SUB", "QUANTIZE", "DEQUANTIZE"], np.float32, id="float"),
        pytest.param("int8", [], np.int8, id="int8"),
        pytest.param("uint8", ["QUANTIZE", "QUANTIZE"], np.uint8, id="uint8"),
    ],
)
def test_io_is_conversion_at_the_ends_alone(
    io: BoundaryType, operators: list[str], dtype: Any, pixels: NDArray[np.uint8]
) -> None:
    flatbuffer = write_int8(quantized(GRAPH, pixels), io=io)
    body = ["CONV_2D", "DEPTHWISE_CONV_2D", "MUL", "MEAN", "FULLY_CONNECTED", "SOFTMAX"]
    assert [name for name in operator_names(flatbuffer) if name not in body] == operators
    interpreter = Interpreter(model_content=flatbuffer)
    assert (
        interpreter.get_input_details()[0]["dtype"] == interpreter.get_output_details()[0]["dtype"] == dtype
    )


def weight_codes(flatbuffer: bytes) -> dict[tuple[int, ...], NDArray[np.int8]]:
    """The int8 constants, by shape."""
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    return {
        tuple(tensor.shape): np.frombuffer(bytes(model.buffers[tensor.buffer].data), np.int8)
        for tensor in model.subgraphs[0].tensors
        if tensor.type == schema.TensorType.INT8 and model.buffers[tensor.buffer].data is not None
    }


def test_dynamic_of_a_quantized_graph_has_the_codes_and_the_means_of_int8(
    wide_graph: Graph, pixels: NDArray[np.uint8], run_model: Runner
) -> None:
    corrected = quantize(wide_graph, pixels, progress=lambda done, total: None)
    rounded = rounded_weights(corrected)
    codes = [weight_codes(write_dynamic(rounded)), weight_codes(write_int8(corrected))]
    for shape in ((128, 1, 1, 16), (128, 1, 1, 128), (40, 128)):
        assert np.array_equal(codes[0][shape], codes[1][shape])
    wanted = run_model(write_float32(wide_graph), pixels)
    plain, ours = (
        np.abs((run_model(write_float32(graph), pixels) - wanted).mean(0)).max()
        for graph in (rounded_weights(quantized(wide_graph, pixels)), rounded)
    )
    assert ours < plain


def test_dead_channel_keeps_its_bias(wide_graph: Graph, pixels: NDArray[np.uint8], run_model: Runner) -> None:
    """Weights of zero have no scale of their own; that of a bias beside them must not overflow 32 bits."""
    weights, bias = wide_graph.constants["depth:w"].copy(), wide_graph.constants["depth:b"].copy()
    weights[:, :, 5], bias[5] = 0, 5.0
    graph = wide_graph.with_constants({"depth:w": weights, "depth:b": bias})
    got = run_model(write_int8(quantize(graph, pixels, progress=lambda done, total: None)), pixels) / 256
    assert np.abs(got - run_model(write_float32(graph), pixels)).max() < 0.1
