"""int8 activations become uint8, 128 higher, and mean the same."""

from typing import TYPE_CHECKING

import numpy as np

from edgesmith.convert.onnx.passes.unsigned import make_activations_unsigned

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Parse

TEXT = """
g (int8[1,2,3,3] x) => (int8[1,2,2,2] y)
<float s = {0.5}, int8 z = {-3}, float ws = {0.25}, int8 wz = {0}, int8 low = {-100}, int8 high = {100},
 int8[2,2,2,2] w = {1, -2, 3, -4, 5, -6, 7, -8, 9, -10, 11, -12, 13, -14, 15, -16},
 int8[1,2,1,1] offsets = {-128, 127}>
{
    pooled = MaxPool <kernel_shape = [1, 1]> (x)
    limited = Clip(pooled, low, high)
    real = DequantizeLinear(limited, s, z)
    constant = DequantizeLinear(offsets, s, z)
    shifted = Add(real, constant)
    codes = QuantizeLinear(shifted, s, z)
    again = DequantizeLinear(codes, s, z)
    weights = DequantizeLinear(w, ws, wz)
    convolved = Conv(again, weights)
    y = QuantizeLinear(convolved, s, z)
}
"""


def test_codes_are_128_higher_and_mean_the_same(parse: "Parse", answer: "Answer") -> None:
    generator = np.random.default_rng(0)
    codes = generator.integers(-128, 128, (1, 2, 3, 3)).astype(np.int8)
    model = parse(TEXT)
    before = answer(model, x=codes).astype(int)
    assert make_activations_unsigned(model.graph) > 0
    after = answer(model, x=(codes.astype(int) + 128).astype(np.uint8))
    assert after.dtype == np.uint8
    assert np.array_equal(after.astype(int) - 128, before)
    assert len(np.unique(before)) > 2


def test_weights_stay_signed_and_what_meets_activations_does_not(parse: "Parse") -> None:
    model = parse(TEXT)
    make_activations_unsigned(model.graph)
    by_output = {node.outputs[0].name: node for node in model.graph}

    def dtype(output: str, place: int) -> str:
        value = by_output[output].inputs[place]
        assert value is not None
        assert value.const_value is not None
        return str(value.const_value.dtype)

    assert (dtype("weights", 0), dtype("weights", 2)) == ("INT8", "INT8")
    assert (dtype("constant", 0), dtype("constant", 2)) == ("UINT8", "UINT8")
    assert (dtype("limited", 1), dtype("limited", 2)) == ("UINT8", "UINT8")
    assert dtype("y", 2) == "UINT8"


def test_graph_inputs_and_outputs_are_retyped(parse: "Parse") -> None:
    model = parse(TEXT)
    make_activations_unsigned(model.graph)
    assert [str(value.dtype) for value in (*model.graph.inputs, *model.graph.outputs)] == ["UINT8", "UINT8"]


def test_unsigned_graph_stays(parse: "Parse") -> None:
    model = parse("""
    g (uint8[2] x) => (float[2] y) <float s = {0.5}, uint8 z = {128}> { y = DequantizeLinear(x, s, z) }
    """)
    assert make_activations_unsigned(model.graph) == 0
