from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph
from edgesmith.convert.onnx.lower import lower
from edgesmith.convert.onnx.weight_only import (
    WEIGHT_ONLY_PASSES,
    dequantize_weights_at_load,
    keep_activations_float,
)
from edgesmith.convert.tflite.write import write_dynamic, write_float32

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Lines, Parse

ROUNDED = """
g (float[1,2] x) => (float[1,2] y)
{ codes, scale, zero = DynamicQuantizeLinear(x) real = DequantizeLinear(codes, scale, zero) y = Neg(real) }
"""
BY_CHANNEL = """
g (float[1,2] x) => (float[1,3] y)
<int8[2,3] w = {1, 2, 3, -4, -5, -6}, float[3] s = {0.5, 0.25, 1}, int8[3] z = {0, 0, 0}>
{ weights = DequantizeLinear <axis: int = 1> (w, s, z) y = MatMul(x, weights) }
"""


def test_activations_are_not_rounded(parse: "Parse", lines: "Lines", answer: "Answer") -> None:
    model = parse(ROUNDED)
    x = np.array([[0.123456, 7.7]], np.float32)
    assert not np.array_equal(answer(model, x=x), -x)
    assert keep_activations_float(model.graph) == 1
    assert lines(model) == ["y = Neg(x)"]
    assert np.array_equal(answer(model, x=x), -x)


def test_codes_that_are_used_as_such_are_refused(parse: "Parse") -> None:
    model = parse(
        "g (float[1,2] x) => (uint8[1,2] codes) { codes, s, z = DynamicQuantizeLinear(x) r = Identity(codes) }"
    )
    with pytest.raises(ValueError, match="not dequantized at once"):
        keep_activations_float(model.graph)


ONE_SCALE = BY_CHANNEL.replace(
    "float[3] s = {0.5, 0.25, 1}, int8[3] z = {0, 0, 0}", "float s = {0.5}, int8 z = {0}"
)


@pytest.mark.parametrize(
    ("text", "scales"),
    [
        pytest.param(BY_CHANNEL, [0.5, 0.25, 1], id="a scale for each channel"),
        pytest.param(ONE_SCALE, [0.5, 0.5, 0.5], id="one scale"),
    ],
)
def test_dequantizing_becomes_what_folds(
    text: str, scales: list[float], parse: "Parse", lines: "Lines", answer: "Answer"
) -> None:
    model = parse(text)
    assert dequantize_weights_at_load(model.graph) == 1
    assert lines(model) == [
        "weights:codes = Cast(w)",
        "weights:real = Mul(weights:codes, weights:scale)",
        "y = MatMul(x, weights:real)",
    ]
    # To the bit, which ONNX Runtime does not give behind a DequantizeLinear: it fuses that into a product
    # which rounds the activations.
    got = answer(model, x=np.array([[3, -7]], np.float32))
    assert got.tolist() == [[31 * scales[0], 41 * scales[1], 51 * scales[2]]]


def test_weights_with_a_zero_point_are_refused(parse: "Parse") -> None:
    with pytest.raises(ValueError, match="weights with a zero point"):
        dequantize_weights_at_load(parse(BY_CHANNEL.replace("{0, 0, 0}", "{0, 1, 0}")).graph)


@pytest.fixture(scope="module")
def dynamic(wide_graph: Graph) -> bytes:
    return write_dynamic(wide_graph)


@pytest.fixture(scope="module")
def weight_only(dynamic: bytes) -> bytes:
    return lower(dynamic, passes=WEIGHT_ONLY_PASSES)


def test_codes_are_those_of_the_dynamic_tflite(dynamic: bytes, weight_only: bytes) -> None:
    interpreter = Interpreter(model_content=dynamic)
    stored = [
        np.sort(interpreter.get_tensor(detail["index"]).ravel()).tolist()
        for detail in interpreter.get_tensor_details()
        if detail["dtype"] == np.int8
    ]
    initializers = onnx.load_from_string(weight_only).graph.initializer
    arrays = [onnx.numpy_helper.to_array(value) for value in initializers]
    found = [np.sort(array.ravel()).tolist() for array in arrays if array.dtype == np.int8]
    assert sorted(found) == sorted(stored)
    assert len(found) == 3


def test_all_else_is_float(weight_only: bytes, dynamic: bytes, wide_graph: Graph) -> None:
    graph = onnx.load_from_string(weight_only).graph
    kinds = Counter(node.op_type for node in graph.node)
    assert not {"QuantizeLinear", "DynamicQuantizeLinear", "DequantizeLinear"} & set(kinds)
    assert kinds["Cast"] == 3
    assert len(weight_only) < 0.34 * len(lower(write_float32(wide_graph), passes=()))
    assert lower(dynamic, passes=WEIGHT_ONLY_PASSES) == weight_only


def test_near_float(
    weight_only: bytes,
    wide_graph: Graph,
    make_pictures: Callable[..., NDArray[np.uint8]],
    run_model: Callable[[bytes, NDArray[np.uint8]], NDArray[Any]],
) -> None:
    pixels = make_pictures(20, height=14, width=10)
    got, wanted = run_model(weight_only, pixels), run_model(write_float32(wide_graph), pixels)
    assert got.dtype == np.float32
    assert 0 < np.abs(got - wanted).max() < 0.02
    assert np.ptp(wanted, axis=0).max() > 0.05
