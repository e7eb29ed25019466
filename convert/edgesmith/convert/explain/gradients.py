"""The only place that asks TensorFlow for gradients; everything else is Keras or NumPy."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

import keras  # isort: skip


def feature_gradients(
    model: Any, picture: NDArray[np.float32], directions: Sequence[tuple[float, int]]
) -> tuple[NDArray[np.float32], list[NDArray[np.float32] | None]]:
    """A feature map, and for each direction the gradient of the score on it, all [height, width, channels].

    `model`: from pictures [1, h, w, c] to the pair of feature map and scores [1, outputs]. A direction (sign,
    index) asks for `sign * scores[index]`. A gradient is None where the score does not depend on the map, or
    through something that has no gradient.
    """
    image = tf.constant(picture)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(image)
        features, scores = model(image, training=False)
        asked = [sign * scores[0, index] for sign, index in directions]
    values: NDArray[np.float32] = keras.ops.convert_to_numpy(features)[0]
    return values, [_usable(tape.gradient(score, features)) for score in asked]


def _usable(gradient: Any) -> NDArray[np.float32] | None:
    if gradient is None:
        return None
    slopes: NDArray[np.float32] = keras.ops.convert_to_numpy(gradient)[0]
    return slopes if np.isfinite(slopes).all() and slopes.any() else None


def ascent_step(model: Any, channels: NDArray[np.int32]) -> Callable[[Any], Any]:
    """A compiled step: from pictures [n, h, w, c] to the gradient of each one's own channel on it.

    Picture i is asked for the mean of channel `channels[i]` of the map that `model` gives. Gradients are
    divided by their root mean square, so that one step moves every picture by the same amount.
    """
    chosen = tf.one_hot(channels, int(model.output.shape[-1]))

    def step(pictures: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(pictures)
            answers = model(pictures, training=False)
            per_channel = tf.reshape(answers, (len(channels), -1, answers.shape[-1]))
            asked = tf.reduce_sum(tf.reduce_mean(per_channel, axis=1) * chosen)
        gradient = tape.gradient(asked, pictures)
        size = tf.sqrt(tf.reduce_mean(tf.square(gradient), axis=(1, 2, 3), keepdims=True))
        return tf.math.divide_no_nan(gradient, size)

    compiled: Callable[[Any], Any] = tf.function(step)
    return compiled
