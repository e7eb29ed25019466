"""Bias correction: take back the mean shift that rounding the weights causes.

Nagel et al. 2019, "Data-Free Quantization", section 4.2, in its empirical form: for each weighted operator,
given the quantized operators before it, the mean of every output channel over the calibration images becomes
that of the float graph.
"""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.graph import Operator
from edgesmith.convert.graph.evaluate import linear


def mean_shift(
    operator: Operator,
    wanted: tuple[NDArray[np.float32], Any],
    got: tuple[NDArray[np.float32], Any],
) -> NDArray[np.float32]:
    """What is missing to the mean of every output channel, before the activation, [channels].

    `wanted`, `got`: the mean over the images of the operator's input, [1, ...], and its weights, of the float
    and of the quantized graph. That suffices, exactly: the operator is linear, so that its mean output is its
    output for the mean input.
    """
    bias = np.zeros(_outputs(operator, wanted[1]), np.float32)
    difference = linear(operator, (*wanted, bias)) - linear(operator, (*got, bias))
    shift: NDArray[np.float32] = tf.reduce_mean(tf.reshape(difference, (-1, bias.size)), 0).numpy()
    return shift


def _outputs(operator: Operator, weights: Any) -> int:
    shape = weights.shape
    return int(shape[2] * shape[3] if operator.kind == "DEPTHWISE_CONV_2D" else shape[-1])
