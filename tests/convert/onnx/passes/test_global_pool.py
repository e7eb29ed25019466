"""ReduceMean over the picture as GlobalAveragePool."""

from typing import TYPE_CHECKING

import numpy as np
import pytest

from edgesmith.convert.onnx.passes.global_pool import pool_means

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Lines, Parse

SHAPE = (1, 6, 5, 8)


def mean(*, axes: str = "[1, 2]", keepdims: int = 1, shape: str = "1,1,1,8") -> str:
    return f"""
    g (uint8[1,6,5,8] x) => (uint8[{shape}] y)
    <float s = {{0.1}}, uint8 z = {{90}}, float s2 = {{0.05}}, uint8 z2 = {{100}}>
    {{
        real = DequantizeLinear(x, s, z)
        average = ReduceMean <axes = {axes}, keepdims = {keepdims}> (real)
        y = QuantizeLinear(average, s2, z2)
    }}
    """


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        pytest.param(mean(), (1, 1, 1, 8), id="axes kept"),
        pytest.param(mean(keepdims=0, shape="1,8"), (1, 8), id="axes dropped"),
    ],
)
def test_gives_the_mean(
    text: str, shape: tuple[int, ...], parse: "Parse", lines: "Lines", answer: "Answer"
) -> None:
    model = parse(text)
    codes = np.random.default_rng(0).integers(60, 160, SHAPE, np.uint8)
    exact = (codes.mean((1, 2)) - 90) * 0.1 / 0.05 + 100
    assert pool_means(model.graph) == 1
    found = answer(model, x=codes)
    assert found.shape == shape
    assert np.abs(found.reshape(-1) - exact.reshape(-1)).max() <= 0.5001
    operators = [line.split(" = ")[1].split("(")[0] for line in lines(model)]
    assert "GlobalAveragePool" in operators
    assert "ReduceMean" not in operators


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(mean(axes="[3]", shape="1,6,5,1"), id="over channels"),
        pytest.param(
            "g (float[1,6,5,8] x) => (float[1,1,1,8] y) { y = ReduceMean <axes = [1, 2]> (x) }", id="float"
        ),
    ],
)
def test_other_means_stay(text: str, parse: "Parse", lines: "Lines") -> None:
    model = parse(text)
    before = lines(model)
    assert pool_means(model.graph) == 0
    assert lines(model) == before
