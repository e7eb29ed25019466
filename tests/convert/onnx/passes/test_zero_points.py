import re
from typing import TYPE_CHECKING

import numpy as np
import onnx_ir as ir
import onnxruntime
import pytest

from edgesmith.convert.onnx.passes.zero_points import unshare_weight_zero_points

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Lines, Parse

# Two convolutions whose weights share the zero point z, as tf2onnx writes them.
TEXT = """
g (uint8[1,4,6,6] x) => (uint8[1,4,6,6] y)
<float s = {0.5}, uint8 xz = {120}, float[4] ws = {0.01, 0.02, 0.03, 0.04}, int8[4] z = {0, 0, 0, 0},
 int8[4,4,1,1] w1 = {1, 2, 3, 4, -5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
 int8[4,4,1,1] w2 = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0, -1, -2, -3, -4, -5, -6}>
{
    real = DequantizeLinear(x, s, xz)
    weights1 = DequantizeLinear <axis = 0> (w1, ws, z)
    first = Conv(real, weights1)
    codes = QuantizeLinear(first, s, xz)
    real2 = DequantizeLinear(codes, s, xz)
    weights2 = DequantizeLinear <axis = 0> (w2, ws, z)
    second = Conv(real2, weights2)
    y = QuantizeLinear(second, s, xz)
}
"""
PIXELS = np.random.default_rng(0).integers(0, 256, (1, 4, 6, 6), dtype=np.uint8)


# One convolution applied twice: one DequantizeLinear, as tf2onnx writes it, or two of the same codes.
APPLIED_TWICE = re.sub("weights2 = .*", "", TEXT).replace("weights2", "weights1")
READ_TWICE = TEXT.replace("(w2,", "(w1,")


def test_each_weight_gets_its_own(parse: "Parse", lines: "Lines", answer: "Answer") -> None:
    model = parse(TEXT)
    before = answer(model, x=PIXELS)
    assert unshare_weight_zero_points(model.graph) == 2
    assert [line for line in lines(model) if line.startswith("weights")] == [
        "weights1 = DequantizeLinear(w1, ws, weights1:zero_point)",
        "weights2 = DequantizeLinear(w2, ws, weights2:zero_point)",
    ]
    assert lines(model)[0] == "real = DequantizeLinear(x, s, xz)"
    assert np.array_equal(answer(model, x=PIXELS), before)


def test_a_layer_applied_twice_gets_a_second_weight(parse: "Parse", lines: "Lines") -> None:
    model = parse(APPLIED_TWICE)
    assert unshare_weight_zero_points(model.graph) == 2
    assert [line for line in lines(model) if "weights1" in line] == [
        "weights1 = DequantizeLinear(w1, ws, weights1:zero_point)",
        "weights1:2 = DequantizeLinear(weights1:2:codes, ws, weights1:2:zero_point)",
        "first = Conv(real, weights1)",
        "second = Conv(real2, weights1:2)",
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TEXT, id="shared zero point"),
        pytest.param(APPLIED_TWICE, id="layer applied twice"),
        pytest.param(READ_TWICE, id="codes dequantized twice"),
    ],
)
def test_loads_with_the_exact_products_of_x86_without_vnni(
    text: str, parse: "Parse", answer: "Answer"
) -> None:
    model = parse(text)
    before = answer(model, x=PIXELS)
    unshare_weight_zero_points(model.graph)
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", "1")
    session = onnxruntime.InferenceSession(
        ir.to_proto(model).SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    assert np.array_equal(session.run(None, {"x": PIXELS})[0], before)
