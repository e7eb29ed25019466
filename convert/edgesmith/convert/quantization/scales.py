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
    flat = _channels_last(kind, weights).reshape(
        -1, 1 if kind == "FULLY_CONNECTED" else _channels(kind, weights)
    )
    largest: NDArray[np.float32] = np.abs(flat).max(0)
    return np.maximum(largest, np.float32(1e-8))


def fake_quantize_weights(kind: Kind, weights: NDArray[np.float32], bounds: NDArray[np.float32]) -> Any:
    """Round weights to 255 levels within `weight_bounds`, staying float32, shape kept."""
    if kind == "FULLY_CONNECTED":
        return tf.quantization.fake_quant_with_min_max_vars(
            weights, -bounds[0], bounds[0], num_bits=8, narrow_range=True
        )
    rounded = tf.quantization.fake_quant_with_min_max_vars_per_channel(
        _channels_last(kind, weights), -bounds, bounds, num_bits=8, narrow_range=True
    )
    return tf.reshape(rounded, weights.shape)


def _channels(kind: Kind, weights: NDArray[np.float32]) -> int:
    return int(_channels_last(kind, weights).shape[-1])


def _channels_last(kind: Kind, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    if kind == "DEPTHWISE_CONV_2D":
        rows, columns, channels, multiplier = weights.shape
        return weights.reshape(rows, columns, channels * multiplier)
    return weights
