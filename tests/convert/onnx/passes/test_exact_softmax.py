"""Softmax of codes against a real LiteRT kernel, ties included."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgesmith.convert.onnx.functions import DOMAIN, SOFTMAX, define_functions
from edgesmith.convert.onnx.passes.exact_softmax import exponentials, make_softmax_exact

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Lines, Parse

ROWS, CLASSES = 4000, 10


def softmax(scale: float, *, out_scale: float = 1 / 256, rows: int = ROWS, classes: int = CLASSES) -> str:
    return f"""
    g (uint8[{rows},{classes}] x) => (uint8[{rows},{classes}] y)
    <float s = {{{scale!r}}}, uint8 z = {{128}}, float s2 = {{{out_scale!r}}}, uint8 z2 = {{0}}>
    {{
        real = DequantizeLinear(x, s, z)
        shares = Softmax <axis = -1> (real)
        y = QuantizeLinear(shares, s2, z2)
    }}
    """


def litert(codes: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """One int8 SOFTMAX over all rows."""
    low, high = -128 * scale, 127 * scale

    def classify(values: Any) -> Any:
        shares = tf.nn.softmax(tf.quantization.fake_quant_with_min_max_vars(values, low, high))
        return tf.quantization.fake_quant_with_min_max_vars(shares, 0.0, 255 / 256)

    module = tf.Module()
    module.classify = tf.function(
        classify, input_signature=[tf.TensorSpec(codes.shape, tf.float32)], autograph=False
    )
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [module.classify.get_concrete_function()], module
    )
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = converter.inference_output_type = tf.uint8
    interpreter = Interpreter(model_content=converter.convert())
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    assert source["quantization"] == (pytest.approx(scale), 128)
    interpreter.set_tensor(source["index"], codes)
    interpreter.invoke()
    result: NDArray[np.uint8] = interpreter.get_tensor(target["index"])
    return result


@pytest.mark.parametrize("scale", [0.03125, 0.1, 0.25], ids=str)
def test_equals_litert(scale: float, parse: "Parse", answer: "Answer") -> None:
    codes = np.random.default_rng(0).integers(100, 256, (ROWS, CLASSES), dtype=np.uint8)
    model = parse(softmax(scale))
    assert make_softmax_exact(model.graph) == 1
    define_functions(model)
    got = answer(model, x=codes)
    assert np.array_equal(got, litert(codes, scale))
    assert len(np.unique(got)) > 50


def test_halves_are_rounded_up(parse: "Parse", answer: "Answer") -> None:
    """512 equal codes: each has the probability 0.5 / 256, where rounding to even would give 0."""
    codes = np.full((1, 512), 200, np.uint8)
    model = parse(softmax(0.1, rows=1, classes=512))
    assert make_softmax_exact(model.graph) == 1
    define_functions(model)
    got = answer(model, x=codes)
    assert np.array_equal(got, litert(codes, 0.1))
    assert np.all(got == 1)


def test_becomes_one_call(parse: "Parse", lines: "Lines") -> None:
    model = parse(softmax(0.1, rows=1))
    make_softmax_exact(model.graph)
    assert lines(model)[-1] == "y = SoftmaxOfCodes(x, y:exponentials)"
    define_functions(model)
    assert [function[:2] for function in model.functions] == [(DOMAIN, SOFTMAX)]


def test_table_is_of_the_distance_to_the_largest() -> None:
    table = exponentials(0.5)
    assert table.shape == (256,)
    assert table.dtype == np.float32
    assert table[-1] == 1
    assert table[-3] == np.float32(np.exp(-1.0))
    assert table[0] == np.float32(np.exp(-127.5))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(softmax(0.1, out_scale=1 / 128), id="another output scale"),
        pytest.param("g (float[1,4] x) => (float[1,4] y) { y = Softmax(x) }", id="float"),
    ],
)
def test_other_softmaxes_stay(text: str, parse: "Parse", lines: "Lines") -> None:
    model = parse(text)
    before = lines(model)
    assert make_softmax_exact(model.graph) == 0
    define_functions(model)
    assert lines(model) == before
    assert not model.functions
