"""Scales and zero points, as TFLite's 8-bit quantization specification defines them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.graph.model import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationRange:
    """The real values of the codes 0 and 255. Includes zero, exactly on a code."""

    low: float
    high: float

    @classmethod
    def covering(cls, low: float, high: float) -> "ActivationRange":
        """The least range that holds `low`, `high` and 0 with 0 on a code (asymmetric int8).

        Rounding the zero point moves both ends by up to half a step, as TensorFlow's fake-quant operators
        do ("nudging").
        """
        low, high = min(low, 0.0), max(high, 0.0)
        # A tensor that is zero throughout still needs a scale.
        scale = max(high - low, 1e-6) / 255.0
        zero_point = round(-low / scale)
        return cls(low=-zero_point * scale, high=(255 - zero_point) * scale)

    @property
    def scale(self) -> float:
        """The step between two codes."""
        return (self.high - self.low) / 255

    def fake_quantize(self, values: Any) -> Any:
        """Round real values to this range's 256 levels, staying float32."""
        return tf.quantization.fake_quant_with_min_max_vars(values, self.low, self.high, num_bits=8)


PROBABILITY_RANGE = ActivationRange(low=0.0, high=255 / 256)
"""The fixed output scale 1/256 of SOFTMAX and LOGISTIC."""


def weight_bounds(kind: Kind, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """The largest magnitude of each output channel, [channels]: symmetric int8, codes -127..127.

    FULLY_CONNECTED has one for the whole tensor, [1]: its kernels take one scale (8-bit quantization
    specification), and the converter cannot transpose weights that are quantized by channel.
    """
    largest = channel_bounds(kind, weights)
    if kind == "FULLY_CONNECTED":
        largest = largest.max(keepdims=True)
    return np.maximum(largest, np.float32(1e-8))


def channel_bounds(kind: Kind, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """The largest magnitude of each output channel, [channels], whatever the kind."""
    channels = weights.shape[2] * weights.shape[3] if kind == "DEPTHWISE_CONV_2D" else weights.shape[-1]
    largest: NDArray[np.float32] = np.abs(weights.reshape(-1, channels)).max(0)
    return largest


def bounds_for_bias(
    bounds: NDArray[np.float32], bias: NDArray[np.float32], *, input_scale: float
) -> NDArray[np.float32]:
    """`weight_bounds`, widened where the bias [channels] would not fit 32 bits.

    A bias has the scale of the input times that of the weights. In a channel whose weights are all but zero,
    as BatchNormalization leaves dead ones, that is too fine for any bias, and the converter saturates without
    a word: nine such channels of a MobileNetV2 0.35 cost five points of accuracy.
    """
    largest = np.abs(bias) if len(bounds) > 1 else np.abs(bias).max(keepdims=True)
    least = largest * 127 / (input_scale * _BIAS_LIMIT)
    fitting: NDArray[np.float32] = np.maximum(bounds, least).astype(np.float32)
    return fitting


_BIAS_LIMIT = 2**30  # half of what 32 bits hold, since correction still moves the bias


def fake_quantize_weights(kind: Kind, weights: Any, bounds: NDArray[np.float32]) -> Any:
    """Round weights, an array or a tensor, to 255 levels within `weight_bounds`: float32, shape kept."""
    if kind == "FULLY_CONNECTED":
        return tf.quantization.fake_quant_with_min_max_vars(
            weights, -bounds[0], bounds[0], num_bits=8, narrow_range=True
        )
    # A reshape that changes nothing would stay in the graph and stop the converter.
    rows, columns = weights.shape[:2]
    depthwise = kind == "DEPTHWISE_CONV_2D"
    rounded = tf.quantization.fake_quant_with_min_max_vars_per_channel(
        tf.reshape(weights, (rows, columns, -1)) if depthwise else weights,
        -bounds,
        bounds,
        num_bits=8,
        narrow_range=True,
    )
    return tf.reshape(rounded, weights.shape) if depthwise else rounded
