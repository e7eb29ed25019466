from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph
from edgesmith.convert.onnx.lower import INT8_PASSES, lower
from edgesmith.convert.onnx.signed_io import make_io_signed
from edgesmith.convert.onnx.variants import passes_of
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.tflite.write import write_int8

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Lines, Parse

Runner = Callable[[bytes, NDArray[np.uint8]], NDArray[Any]]


def test_codes_shift_by_128_at_both_ends(parse: "Parse", lines: "Lines", answer: "Answer") -> None:
    model = parse("g (uint8[1,4] x) => (uint8[1,4] y) { m = Identity(x) y = Identity(m) }")
    assert make_io_signed(model.graph) == 2
    assert lines(model) == [
        "input_0:real = DequantizeLinear(x, input_0:one, input_0:from)",
        "input_0:shifted = QuantizeLinear(input_0:real, input_0:one, input_0:to)",
        "m = Identity(input_0:shifted)",
        "y:unsigned = Identity(m)",
        "output_0:real = DequantizeLinear(y:unsigned, output_0:one, output_0:from)",
        "y = QuantizeLinear(output_0:real, output_0:one, output_0:to)",
    ]
    codes = np.array([[-128, -1, 0, 127]], np.int8)
    assert np.array_equal(answer(model, x=codes), codes)


def test_float_ends_stay(parse: "Parse", lines: "Lines") -> None:
    model = parse("g (float[1,4] x) => (float[1,4] y) { y = Neg(x) }")
    assert make_io_signed(model.graph) == 0
    assert lines(model) == ["y = Neg(x)"]


@pytest.fixture(scope="module")
def pixels(make_pictures: Callable[..., NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return make_pictures(40, height=14, width=10)


@pytest.fixture(scope="module")
def quantized(wide_graph: Graph, pixels: NDArray[np.uint8]) -> QuantizedGraph:
    return quantize(wide_graph, pixels, progress=lambda done, total: None)


def types(model: bytes) -> set[int]:
    graph = onnx.load_from_string(model).graph
    return {value.type.tensor_type.elem_type for value in (*graph.input, *graph.output)}


def test_int8_ends_equal_the_tflite_to_the_bit(
    quantized: QuantizedGraph, pixels: NDArray[np.uint8], run_model: Runner
) -> None:
    tflite = write_int8(quantized, io="int8")
    lowered = lower(tflite, passes=passes_of("int8", io="int8", x86_safe=False))
    assert types(lowered) == {onnx.TensorProto.INT8}
    rows = run_model(lowered, pixels)
    assert rows.dtype == np.int8
    assert np.array_equal(rows, run_model(tflite, pixels))
    assert len(np.unique(rows, axis=0)) > 20


def test_float_ends_equal_the_tflite_to_the_bit(
    quantized: QuantizedGraph, pixels: NDArray[np.uint8], run_model: Runner
) -> None:
    tflite = write_int8(quantized, io="float")
    lowered = lower(tflite, passes=INT8_PASSES)
    assert types(lowered) == {onnx.TensorProto.FLOAT}
    rows = run_model(lowered, pixels)
    assert np.array_equal(rows, run_model(tflite, pixels))
    assert np.array_equal(rows * 256, run_model(write_int8(quantized), pixels))
