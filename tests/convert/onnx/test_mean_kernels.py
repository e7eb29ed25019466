"""Means of codes: the formulas against real kernels, on the sums that lie nearest to a half."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgesmith.convert.onnx.mean_kernels import (
    MeanParameters,
    litert_mean,
    mean_parameters,
    pool_is_exact,
    pool_mean,
)
from edgesmith.convert.onnx.quantized import Quantization

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Parse

CHANNELS = 512

# Height and width, and the ranges of the codes and of their mean.
MEANS = [
    pytest.param((3, 3), (-0.3, 12.0), (-0.4, 4.0), id="3x3"),
    pytest.param((4, 4), (-3.0, 3.0), (-2.0, 2.0), id="4x4 three halves"),
    pytest.param((6, 6), (-0.3, 13.0), (-0.3, 2.5), id="6x6"),
    pytest.param((7, 7), (-0.37, 6.1), (-0.31, 2.9), id="7x7"),
    pytest.param((8, 8), (-1.0, 5.0), (-1.0, 5.0), id="8x8 same scale"),
    pytest.param((14, 14), (-0.4, 7.0), (-0.3, 3.0), id="14x14"),
    pytest.param((24, 24), (-0.01, 11.93), (-0.01, 2.02), id="24x24"),
    pytest.param((28, 28), (-1.0, 6.0), (-1.0, 3.0), id="28x28"),
    pytest.param((56, 56), (-0.3, 6.0), (-0.2, 1.3), id="56x56"),
]


def parameters(
    scale: float = 0.04, zero: int = -128, out_scale: float = 0.01, out_zero: int = -128, area: int = 49
) -> MeanParameters:
    return MeanParameters(
        scales=(np.float32(scale), np.float32(out_scale)), zero_points=(zero, out_zero), area=area
    )


def sums_near_halves(mean: MeanParameters) -> NDArray[np.int64]:
    """The `CHANNELS` sums whose mean lies nearest to the boundary of two codes."""
    sums = np.arange(-128 * mean.area, 127 * mean.area + 1, dtype=np.int64)
    ratio = float(mean.scales[0]) / float(mean.scales[1])
    means = (sums / mean.area - mean.zero_points[0]) * ratio + mean.zero_points[1]
    inside = (means > -128.5) & (means < 127.5)
    distances = np.where(inside, np.abs(means - np.floor(means) - 0.5), 1)
    nearest: NDArray[np.int64] = sums[np.argsort(distances, kind="stable")[:CHANNELS]]
    return nearest


def codes_with_sums(sums: NDArray[np.int64], size: tuple[int, int]) -> NDArray[np.int8]:
    """[1, h, w, channels], one channel for each sum."""
    area = size[0] * size[1]
    larger = np.arange(area)[:, None] < sums % area
    return (sums // area + larger).astype(np.int8).reshape(1, *size, len(sums))


class LiteRt:
    """A model of one int8 MEAN over height and width."""

    def __init__(
        self, size: tuple[int, int], limits: tuple[float, float], out_limits: tuple[float, float]
    ) -> None:
        def quantized(values: Any, bounds: tuple[float, float]) -> Any:
            return tf.quantization.fake_quant_with_min_max_vars(values, *bounds, num_bits=8)

        module = tf.Module()
        module.mean = tf.function(
            lambda x: quantized(tf.reduce_mean(quantized(x, limits), [1, 2]), out_limits),
            input_signature=[tf.TensorSpec((1, *size, CHANNELS), tf.float32)],
            autograph=False,
        )
        functions = [module.mean.get_concrete_function()]
        converter = tf.lite.TFLiteConverter.from_concrete_functions(functions, module)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.inference_input_type = converter.inference_output_type = tf.int8
        self._interpreter = Interpreter(model_content=converter.convert())
        self._interpreter.allocate_tensors()
        (self._input,) = self._interpreter.get_input_details()
        (self._output,) = self._interpreter.get_output_details()
        (scale, zero), (out_scale, out_zero) = self._input["quantization"], self._output["quantization"]
        self.parameters = parameters(scale, zero, out_scale, out_zero, area=size[0] * size[1])

    def means(self, codes: NDArray[np.int8]) -> NDArray[np.int64]:
        self._interpreter.set_tensor(self._input["index"], codes)
        self._interpreter.invoke()
        codes_of_means: NDArray[np.int8] = self._interpreter.get_tensor(self._output["index"])
        return codes_of_means.reshape(-1).astype(np.int64)


@pytest.mark.parametrize(("size", "limits", "out_limits"), MEANS)
def test_formula_equals_litert(
    size: tuple[int, int], limits: tuple[float, float], out_limits: tuple[float, float]
) -> None:
    litert = LiteRt(size, limits, out_limits)
    sums = sums_near_halves(litert.parameters)
    found = litert.means(codes_with_sums(sums, size))
    assert np.array_equal(litert_mean(sums, litert.parameters), found)
    assert len(np.unique(found)) > 80


def global_pool(mean: MeanParameters, size: tuple[int, int]) -> str:
    (scale, out_scale), (zero, out_zero) = mean.scales, mean.zero_points
    return f"""
    g (uint8[1,{CHANNELS},{size[0]},{size[1]}] x) => (uint8[1,{CHANNELS},1,1] y)
    <float s = {{{scale!s}}}, uint8 z = {{{zero + 128}}}, float s2 = {{{out_scale!s}}}, uint8 z2 = {{{out_zero + 128}}}>
    {{
        y = com.microsoft.QLinearGlobalAveragePool <channels_last = 0> (x, s, z, s2, z2)
    }}
    """


@pytest.mark.parametrize(
    ("mean", "size"),
    [
        (parameters(0.0468200221657753, -128, 0.007931395433843136, -128, 576), (24, 24)),
        (parameters(0.5, -3, 0.25, 5, 16), (4, 4)),
        (parameters(0.0521, -121, 0.0109, -95, 49), (7, 7)),
    ],
    ids=["24x24", "halves", "7x7"],
)
def test_formula_equals_onnx_runtime(
    mean: MeanParameters, size: tuple[int, int], parse: "Parse", answer: "Answer"
) -> None:
    sums = sums_near_halves(mean)
    codes = (codes_with_sums(sums, size).astype(int) + 128).astype(np.uint8).transpose(0, 3, 1, 2)
    found = answer(parse(global_pool(mean, size)), x=codes).reshape(-1).astype(np.int64) - 128
    assert np.array_equal(pool_mean(sums, mean), found)


def test_halves() -> None:
    """Of 2.5, -0.5 and -1.5 steps; the zero point of the mean is odd."""
    mean = parameters(1.0, 0, 1.0, 1, area=2)
    sums = np.array([5, -1, -3], np.int64)
    assert litert_mean(sums, mean).tolist() == [4, 0, 0]  # 3.5, 0.5, -0.5 to even
    assert pool_mean(sums, mean).tolist() == [3, 1, -1]  # to even, then one more


@pytest.mark.parametrize(
    ("mean", "exact"),
    [
        pytest.param(parameters(0.05276045203208923, -121, 0.010929788462817669, -96, 36), True, id="6x6"),
        pytest.param(
            parameters(0.0468200221657753, -128, 0.007931395433843136, -128, 576), False, id="24x24"
        ),
        pytest.param(parameters(0.02, -128, 0.02, -127, 16), False, id="halves, odd zero point"),
        pytest.param(parameters(0.02, -128, 0.02, -128, 4096), True, id="large"),
        pytest.param(parameters(0.02, -128, 0.02, -128, 4097), False, id="too large to try"),
    ],
)
def test_pool_is_exact_is_proven_on_all_sums(mean: MeanParameters, exact: bool) -> None:
    assert pool_is_exact(mean) is exact


def test_zero_points_become_those_of_int8() -> None:
    source = Quantization(np.array(0.5, np.float32), np.array(7, np.uint8))
    target = Quantization(np.array(0.25, np.float32), np.array(130, np.uint8))
    assert mean_parameters(source, target, area=6) == parameters(0.5, -121, 0.25, 2, 6)
