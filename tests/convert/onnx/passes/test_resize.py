"""Bilinear Resize against XNNPACK's fixed-point formula, which a real LiteRT kernel confirms."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgesmith.convert.onnx.passes.resize import round_resizes

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Lines, Parse

SCALE, ZERO = 0.1, 131


def resize(before: int, after: int, mode: str, *, out_scale: float = SCALE) -> str:
    return f"""
    g (uint8[1,2,{before},{before}] x) => (uint8[1,2,height,width] y)
    <float s = {{{SCALE}}}, float s2 = {{{out_scale}}}, uint8 z = {{{ZERO}}},
     float[4] factors = {{1, 1, {after / before!r}, {after / before!r}}}>
    {{
        real = DequantizeLinear(x, s, z)
        larger = Resize <mode = "linear", coordinate_transformation_mode = "{mode}"> (real, , factors)
        y = QuantizeLinear(larger, s2, z)
    }}
    """


def litert(codes: NDArray[np.uint8], after: int, *, half_pixel_centers: bool) -> NDArray[np.uint8]:
    """One int8 RESIZE_BILINEAR; `codes` and the result are channels first."""
    low, high = -ZERO * SCALE, (255 - ZERO) * SCALE

    def enlarge(values: Any) -> Any:
        quantized = tf.quantization.fake_quant_with_min_max_vars(values, low, high)
        return tf.raw_ops.ResizeBilinear(
            images=quantized, size=(after, after), half_pixel_centers=half_pixel_centers
        )

    picture = codes.transpose(0, 2, 3, 1)
    module = tf.Module()
    module.enlarge = tf.function(
        enlarge, input_signature=[tf.TensorSpec(picture.shape, tf.float32)], autograph=False
    )
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [module.enlarge.get_concrete_function()], module
    )
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = converter.inference_output_type = tf.uint8
    interpreter = Interpreter(model_content=converter.convert())
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture)
    interpreter.invoke()
    result: NDArray[np.uint8] = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    return result.transpose(0, 3, 1, 2)


def codes_of(side: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (1, 2, side, side), np.uint8)


@pytest.mark.parametrize("mode", ["half_pixel", "asymmetric"])
@pytest.mark.parametrize(("before", "after"), [(7, 14), (8, 32), (32, 8)], ids=["x2", "x4", "to a quarter"])
def test_powers_of_two_are_exact(
    before: int, after: int, mode: str, parse: "Parse", answer: "Answer"
) -> None:
    model, codes = parse(resize(before, after, mode)), codes_of(before)
    assert round_resizes(model.graph) == 1
    wanted = litert(codes, after, half_pixel_centers=mode == "half_pixel")
    assert np.array_equal(answer(model, x=codes), wanted)


def test_without_it_halves_go_to_even(parse: "Parse", answer: "Answer") -> None:
    codes = codes_of(7)
    found = answer(parse(resize(7, 14, "half_pixel")), x=codes)
    assert 0.01 < np.mean(found != litert(codes, 14, half_pixel_centers=True)) < 0.2


def test_other_factors_are_off_by_one_step_at_most(parse: "Parse", answer: "Answer") -> None:
    """23/10 is less in float32, and must not become 22 rows."""
    model, codes = parse(resize(10, 23, "half_pixel")), codes_of(10)
    assert round_resizes(model.graph) == 1
    distance = np.abs(
        answer(model, x=codes).astype(int) - litert(codes, 23, half_pixel_centers=True).astype(int)
    )
    assert distance.max() <= 1
    assert np.mean(distance > 0) < 0.05


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(resize(8, 16, "half_pixel", out_scale=0.2), id="other scale behind"),
        pytest.param(resize(8, 16, "half_pixel").replace('"linear"', '"nearest"'), id="nearest"),
    ],
)
def test_others_stay(text: str, parse: "Parse", lines: "Lines") -> None:
    model = parse(text)
    before = lines(model)
    assert round_resizes(model.graph) == 0
    assert lines(model) == before
