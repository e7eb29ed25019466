"""int8 weights to uint8: the same results from other codes."""

from typing import TYPE_CHECKING

import numpy as np

from edgesmith.convert.onnx.passes.unsigned_weights import make_weights_unsigned
from edgesmith.convert.onnx.quantized import constant

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Lines, Parse

CONVOLUTION = """
g (uint8[1,2,4,4] x) => (uint8[1,2,4,4] y)
<float s = {0.02}, uint8 z = {100}, float s2 = {0.04}, uint8 z2 = {120},
 int8[2,2,1,1] codes = {127, -128, 50, -3}, float[2] scales = {0.01, 0.02}, int8[2] zeros = {0, 0},
 int32[2] bias_codes = {300, -200}, float[2] bias_scales = {0.0002, 0.0004}, int32[2] bias_zeros = {0, 0}>
{
    real = DequantizeLinear(x, s, z)
    weights = DequantizeLinear <axis = 0> (codes, scales, zeros)
    bias = DequantizeLinear <axis = 0> (bias_codes, bias_scales, bias_zeros)
    sums = Conv(real, weights, bias)
    y = QuantizeLinear(sums, s2, z2)
}
"""


def test_results_stay(parse: "Parse", lines: "Lines", answer: "Answer") -> None:
    model = parse(CONVOLUTION)
    codes = np.random.default_rng(0).integers(0, 256, (1, 2, 4, 4), np.uint8)
    before = answer(model, x=codes)
    assert make_weights_unsigned(model.graph) == 1
    assert np.array_equal(answer(model, x=codes), before)
    assert len(np.unique(before)) > 10
    assert "weights = DequantizeLinear(weights:unsigned_codes, scales, weights:unsigned_zero_point)" in lines(
        model
    )


def test_codes_and_zero_points_move_by_128(parse: "Parse") -> None:
    model = parse(CONVOLUTION)
    make_weights_unsigned(model.graph)
    codes, zero_point = (
        constant(model.graph.initializers[f"weights:unsigned_{what}"]) for what in ("codes", "zero_point")
    )
    assert codes is not None
    assert zero_point is not None
    assert codes.dtype == zero_point.dtype == np.uint8
    assert codes.reshape(-1).tolist() == [255, 0, 178, 125]
    assert zero_point.tolist() == [128, 128]


def test_biases_and_activations_stay(parse: "Parse", lines: "Lines") -> None:
    model = parse(CONVOLUTION)
    before = lines(model)
    make_weights_unsigned(model.graph)
    assert [line for line in lines(model) if not line.startswith("weights")] == [
        line for line in before if not line.startswith("weights")
    ]
    assert make_weights_unsigned(model.graph) == 0
