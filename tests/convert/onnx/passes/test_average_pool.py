"""The average of raw int8 codes, halves rounded away from zero, as TFLite's kernel does it."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.convert.onnx.passes.average_pool import MAX_WINDOW, round_average_pools

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Lines, Parse


def pool(rows: int, columns: int, *, out_scale: float = 0.07) -> str:
    return f"""
    g (uint8[1,64,{rows},{columns}] x) => (uint8[1,64,1,1] y)
    <float s = {{0.07}}, uint8 z = {{17}}, float s2 = {{{out_scale}}}>
    {{
        real = DequantizeLinear(x, s, z)
        mean = AveragePool <kernel_shape = [{rows}, {columns}]> (real)
        y = QuantizeLinear(mean, s2, z)
    }}
    """


def tflite_average(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Integer arithmetic of TFLite's average pool: sum the raw int8, add half the count away from zero, divide."""
    count = codes.shape[2] * codes.shape[3]
    total = (codes.astype(np.int64) - 128).sum((2, 3), keepdims=True)
    mean = np.sign(total) * ((np.abs(total) + count // 2) // count)
    codes_of_mean: NDArray[np.uint8] = (mean + 128).astype(np.uint8)
    return codes_of_mean


def codes_with_ties(rows: int, columns: int) -> NDArray[np.uint8]:
    """64 channels whose sums lie on, just below and just above every kind of half."""
    generator = np.random.default_rng(rows * 100 + columns)
    codes = generator.integers(0, 256, (1, 64, rows, columns))
    count = rows * columns
    for channel in range(64):
        wanted = (channel - 32) * count + count // 2 + channel % 3 - 1
        flat = np.full(count, wanted // count)
        flat[: wanted % count] += 1
        codes[0, channel] = np.clip(generator.permutation(flat).reshape(rows, columns) + 128, 0, 255)
    return codes.astype(np.uint8)


@pytest.mark.parametrize(("rows", "columns"), [(2, 2), (1, 2), (3, 3), (2, 4), (7, 7), (8, 8), (11, 11)])
def test_rounds_as_tflite(rows: int, columns: int, parse: "Parse", answer: "Answer") -> None:
    model = parse(pool(rows, columns))
    codes = codes_with_ties(rows, columns)
    before = answer(model, x=codes)
    assert round_average_pools(model.graph) == 1
    after = answer(model, x=codes)
    assert np.array_equal(after, tflite_average(codes))
    if rows * columns % 2 == 0:
        assert not np.array_equal(before, after)  # without the pass, halves go to even


def test_scale_becomes_one_around_raw_zero(parse: "Parse", lines: "Lines") -> None:
    model = parse(pool(2, 2))
    round_average_pools(model.graph)
    assert [line for line in lines(model) if "real =" not in line] == [
        "mean:codes = DequantizeLinear(x, mean:one, mean:raw_zero)",
        "mean = AveragePool(mean:codes)",
        "y = QuantizeLinear(mean, mean:nudged, mean:raw_zero)",
    ]
    nudged = model.graph.initializers["mean:nudged"].const_value
    assert nudged is not None
    assert nudged.numpy() == np.float32(1 - 1 / 2048)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(pool(2, 2, out_scale=0.08), id="other scale behind"),
        pytest.param(pool(MAX_WINDOW + 1, 1), id="large window"),
        pytest.param(
            "g (float[1,1,2,2] x) => (float[1,1,1,1] y) { y = AveragePool <kernel_shape = [2, 2]> (x) }",
            id="float",
        ),
    ],
)
def test_other_pools_stay(text: str, parse: "Parse", lines: "Lines") -> None:
    model = parse(text)
    before = lines(model)
    assert round_average_pools(model.graph) == 0
    assert lines(model) == before
