import numpy as np
import pytest

from edgesmith.convert.graph.model import Kind
from edgesmith.convert.quantization.scales import (
    PROBABILITY_RANGE,
    ActivationRange,
    bounds_for_bias,
    fake_quantize_weights,
    weight_bounds,
)


@pytest.mark.parametrize(
    ("low", "high"),
    [(0.0, 6.0), (-1.0, 1.0), (-3.7, 0.02), (0.5, 2.0), (-5.0, -1.0), (-1e-3, 1e4), (0.0, 0.0)],
    ids=["relu6", "symmetric", "mostly negative", "above zero", "below zero", "lopsided", "all zero"],
)
def test_range_covers_with_zero_on_a_code(low: float, high: float) -> None:
    found = ActivationRange.covering(low, high)
    scale = (found.high - found.low) / 255
    zero_point = -found.low / scale
    assert scale > 0
    assert zero_point == pytest.approx(round(zero_point), abs=1e-6)
    assert 0 <= round(zero_point) <= 255
    # Putting zero on a code moves both ends by up to half a step.
    assert found.low <= min(low, 0) + 0.5001 * scale
    assert found.high >= max(high, 0) - 0.5001 * scale
    assert found.high - found.low == pytest.approx(max(high, 0) - min(low, 0), abs=1e-6)


def test_fake_quantize_rounds_to_the_nearest_of_256_levels() -> None:
    levels = ActivationRange(low=-10.0, high=245.0)
    values = np.array([-99, -10, -0.4, 0, 0.6, 17.2, 245, 999], np.float32)
    assert np.asarray(levels.fake_quantize(values)).tolist() == [-10, -10, 0, 0, 1, 17, 245, 245]


def test_probabilities_have_the_scale_of_the_specification() -> None:
    values = np.array([0, 1 / 256, 0.5, 1], np.float32)
    assert np.asarray(PROBABILITY_RANGE.fake_quantize(values)).tolist() == [0, 1 / 256, 0.5, 255 / 256]


CONV = np.zeros((1, 2, 1, 3), np.float32)
CONV[0, :, 0] = [[1, -4, 0], [-2, 3, 0]]
DEPTHWISE = np.zeros((1, 2, 2, 2), np.float32)
DEPTHWISE[0] = [[[1, 2], [3, 4]], [[-9, 0], [0, -5]]]
DENSE = np.array([[1, -7], [2, 3]], np.float32)


@pytest.mark.parametrize(
    ("kind", "weights", "bounds"),
    [
        ("CONV_2D", CONV, [2, 4, 1e-8]),
        ("DEPTHWISE_CONV_2D", DEPTHWISE, [9, 2, 3, 5]),
        ("FULLY_CONNECTED", DENSE, [7]),
    ],
    ids=["convolution: by output channel", "depthwise: by channel and multiplier", "dense: one"],
)
def test_weight_bounds(kind: Kind, weights: np.ndarray, bounds: list[float]) -> None:
    assert weight_bounds(kind, weights).tolist() == pytest.approx(bounds)


@pytest.mark.parametrize(
    ("kind", "shape"),
    [("CONV_2D", (3, 3, 2, 4)), ("DEPTHWISE_CONV_2D", (3, 3, 2, 2)), ("FULLY_CONNECTED", (5, 4))],
)
def test_weights_round_to_255_symmetric_levels(kind: Kind, shape: tuple[int, ...]) -> None:
    weights = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    bounds = weight_bounds(kind, weights)
    step = (
        bounds.max() / 127
        if kind == "FULLY_CONNECTED"
        else (bounds / 127).reshape(shape[2:] if kind == "DEPTHWISE_CONV_2D" else -1)
    )
    rounded = np.asarray(fake_quantize_weights(kind, weights, bounds))
    codes = rounded / step
    assert rounded.shape == shape
    np.testing.assert_allclose(codes, np.round(weights / step), atol=1e-3)
    assert np.abs(codes).max() == pytest.approx(127, abs=1e-3)


def test_only_bounds_too_small_for_their_bias_grow() -> None:
    bounds, bias = np.array([1, 1e-8], np.float32), np.array([3, 3], np.float32)
    first, second = bounds_for_bias(bounds, bias, input_scale=6 / 255)
    assert first == 1
    code = 3 / (6 / 255 * second / 127)
    assert 2**29 < code < 2**31


def test_one_bound_for_all_fits_the_largest_bias() -> None:
    (bound,) = bounds_for_bias(np.array([1e-8], np.float32), np.array([0, -7], np.float32), input_scale=0.5)
    assert 2**29 < 7 / (0.5 * bound / 127) < 2**31
