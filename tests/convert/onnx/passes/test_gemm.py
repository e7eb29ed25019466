from typing import TYPE_CHECKING

import numpy as np
import pytest

from edgesmith.convert.onnx.passes.gemm import fuse_gemm

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Lines, Parse

HEAD = """
g (uint8[1,2] x) => (uint8[1,3] y)
<float s = {0.5}, uint8 z = {100}, float ws = {0.25}, int8 wz = {0}, int8[2,3] w = {1, 2, 3, -4, -5, -6},
 float bs = {0.125}, int32 bz = {0}, int32[3] b = {40, -80, 120}>
"""
DEQUANTIZED = """
real = DequantizeLinear(x, s, z)
weights = DequantizeLinear(w, ws, wz)
bias = DequantizeLinear(b, bs, bz)
"""


@pytest.mark.parametrize("addition", ["Add(product, bias)", "Add(bias, product)"], ids=["right", "left"])
def test_matmul_and_bias_become_gemm(addition: str, parse: "Parse", lines: "Lines", answer: "Answer") -> None:
    model = parse(
        f"{HEAD} {{ {DEQUANTIZED} product = MatMul(real, weights) sum = {addition} y = QuantizeLinear(sum, s, z) }}"
    )
    assert fuse_gemm(model.graph) == 1
    assert lines(model)[3:] == [
        "product:gemm = Gemm(real, weights, bias)",
        "y = QuantizeLinear(product:gemm, s, z)",
    ]
    # x = (4, 8): 4 * (1, 2, 3) / 4 - 8 * (4, 5, 6) / 4 + (5, -10, 15) = (-2, -18, 6), in halves above 100.
    assert answer(model, x=np.array([[108, 116]], np.uint8)).tolist() == [[96, 64, 112]]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            f"{DEQUANTIZED} product = MatMul(real, weights) sum = Add(product, product) y = QuantizeLinear(sum, s, z)",
            id="no bias",
        ),
        pytest.param(
            f"{DEQUANTIZED} product = MatMul(real, weights) sum = Add(product, bias) twice = Add(sum, product) y = QuantizeLinear(twice, s, z)",
            id="product read twice",
        ),
        pytest.param(
            f"{DEQUANTIZED} product = MatMul(real, weights) sum = Mul(product, bias) y = QuantizeLinear(sum, s, z)",
            id="no addition",
        ),
        pytest.param(
            f"{DEQUANTIZED} product = MatMul(real, weights) other = Sin(bias) sum = Add(product, other) y = QuantizeLinear(sum, s, z)",
            id="computed bias",
        ),
    ],
)
def test_other_products_stay(body: str, parse: "Parse", lines: "Lines") -> None:
    model = parse(f"{HEAD} {{ {body} }}")
    before = lines(model)
    assert fuse_gemm(model.graph) == 0
    assert lines(model) == before
