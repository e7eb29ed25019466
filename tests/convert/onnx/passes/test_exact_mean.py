"""ReduceMean over the picture and GlobalAveragePool, equal to LiteRT's arithmetic."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.convert.onnx.functions import define_functions
from edgesmith.convert.onnx.mean_kernels import MeanParameters, litert_mean
from edgesmith.convert.onnx.passes.exact_mean import make_means_exact

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Lines, Parse

# Scale, zero point, scale and zero point of the mean; all uint8.
_Codes = tuple[float, int, float, int]
POOLED: _Codes = (0.05276045203208923, 7, 0.010929788462817669, 32)
HALVES: _Codes = (0.02, 0, 0.02, 1)
SUMS = 640


def mean(codes: _Codes, size: int, *, operator: str, keepdims: int = 1) -> str:
    scale, zero, out_scale, out_zero = codes
    kept, shape = (f"1,1,1,{SUMS}" if keepdims else f"1,{SUMS}"), f"1,{size},{size},{SUMS}"
    attributes = f"<axes = [1, 2], keepdims = {keepdims}>"
    if operator == "GlobalAveragePool":
        kept, shape, attributes = f"1,{SUMS},1,1", f"1,{SUMS},{size},{size}", ""
    return f"""
    g (uint8[{shape}] x) => (uint8[{kept}] y)
    <float s = {{{scale!r}}}, uint8 z = {{{zero}}}, float s2 = {{{out_scale!r}}}, uint8 z2 = {{{out_zero}}}>
    {{
        same = Identity(x)
        real = DequantizeLinear(same, s, z)
        average = {operator} {attributes} (real)
        y = QuantizeLinear(average, s2, z2)
    }}
    """


def codes_and_means(codes: _Codes, size: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """[1, size, size, SUMS] and what LiteRT makes of it."""
    area = size * size
    pixels = np.random.default_rng(size).integers(0, 256, (1, size, size, SUMS), np.uint8)
    pixels[..., ::2] //= 2  # other means than the middle
    scale, zero, out_scale, out_zero = codes
    parameters = MeanParameters(
        scales=(np.float32(scale), np.float32(out_scale)),
        zero_points=(zero - 128, out_zero - 128),
        area=area,
    )
    sums = pixels.astype(np.int64).sum((1, 2)).reshape(-1) - 128 * area
    return pixels, (litert_mean(sums, parameters) + 128).astype(np.uint8)


@pytest.mark.parametrize("operator", ["ReduceMean", "GlobalAveragePool"])
@pytest.mark.parametrize(("codes", "size"), [(POOLED, 6), (HALVES, 4), (HALVES, 65)], ids=str)
def test_equals_litert(
    operator: str, codes: _Codes, size: int, parse: "Parse", lines: "Lines", answer: "Answer"
) -> None:
    model = parse(mean(codes, size, operator=operator))
    pixels, wanted = codes_and_means(codes, size)
    is_pool = operator == "GlobalAveragePool"
    rewritten = make_means_exact(model.graph)
    assert rewritten == (0 if is_pool and codes == POOLED else 1)
    operators = [line.split(" = ")[1].split("(")[0] for line in lines(model)]
    assert ("GlobalAveragePool" in operators) is (codes == POOLED)
    assert ("MeanOfCodes" in operators) is (codes == HALVES)
    define_functions(model)
    found = answer(model, x=pixels.transpose(0, 3, 1, 2) if is_pool else pixels)
    assert found.shape == ((1, SUMS, 1, 1) if is_pool else (1, 1, 1, SUMS))
    assert np.array_equal(found.reshape(-1), wanted)


@pytest.mark.parametrize("codes", [POOLED, HALVES], ids=["pool", "function"])
def test_axes_are_dropped(codes: _Codes, parse: "Parse", answer: "Answer") -> None:
    model = parse(mean(codes, 6, operator="ReduceMean", keepdims=0))
    pixels, wanted = codes_and_means(codes, 6)
    assert make_means_exact(model.graph) == 1
    define_functions(model)
    assert np.array_equal(answer(model, x=pixels), wanted[None])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            mean(POOLED, 6, operator="ReduceMean").replace("axes = [1, 2]", "axes = [2, 1]"), id="other axes"
        ),
        pytest.param(
            mean(POOLED, 6, operator="ReduceMean").replace("1,6,6,640", "1,h,w,640"), id="size not known"
        ),
        pytest.param(
            "g (float[1,6,5,8] x) => (float[1,1,1,8] y) { y = ReduceMean <axes = [1, 2]> (x) }", id="float"
        ),
    ],
)
def test_other_means_stay(text: str, parse: "Parse", lines: "Lines") -> None:
    model = parse(text)
    before = lines(model)
    assert make_means_exact(model.graph) == 0
    assert lines(model) == before
