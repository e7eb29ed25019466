"""The answers of one-operator models, against what the operators mean."""

import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.convert.onnx.litert_unary import UnaryKind, litert_table
from edgesmith.convert.onnx.quantized import Quantization

ALPHA = 0.2


def quantization(scale: float, zero_point: int) -> Quantization:
    return Quantization(np.asarray(scale, np.float32), np.asarray(zero_point, np.uint8))


def hard_swish(real: NDArray[np.float64]) -> NDArray[np.float64]:
    return real * np.clip(real + 3, 0, 6) / 6


def leaky_relu(real: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(real > 0, real, real * ALPHA)


@pytest.mark.parametrize(
    ("kind", "meaning", "off_by_half_a_slope_unit"),
    [
        pytest.param("HARD_SWISH", hard_swish, 0.0, id="hard-swish"),
        # XNNPACK's slopes are multiples of 1/256: at 255 codes from zero, half a unit is half a code.
        pytest.param("LEAKY_RELU", leaky_relu, 0.5, id="leaky ReLU"),
    ],
)
def test_table_is_the_function_within_a_step(
    kind: UnaryKind, meaning: object, off_by_half_a_slope_unit: float
) -> None:
    source, target = quantization(0.047, 130), quantization(0.031, 40)
    table = litert_table(kind, source, target, alpha=ALPHA)
    assert callable(meaning)
    exact = np.clip(meaning((np.arange(256) - 130) * 0.047) / 0.031 + 40, 0, 255)
    assert table.shape == (256,)
    assert table.dtype == np.uint8
    assert np.abs(table - exact).max() <= 0.6 + off_by_half_a_slope_unit
    assert len(np.unique(table)) > 100
