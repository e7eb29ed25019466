"""What tf2onnx 1.17 would get wrong: a dense layer whose input has four axes loses its bias."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.onnx.dense_inputs import flatten_dense_inputs
from edgesmith.convert.onnx.lower import lower
from edgesmith.convert.sources.flatbuffer import to_flatbuffer
from edgesmith.convert.tflite.read import operator_names

Runner = Callable[[bytes, NDArray[np.uint8]], NDArray[Any]]

KERNEL = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
BIAS = np.array([1000, 2000, -3000, 4000], np.float32)
PIXELS = np.random.default_rng(1).integers(0, 256, (3, 6, 6, 3), dtype=np.uint8)


def merged(image: Any) -> Any:
    """A Flatten of 1x1 features: the converter merges it into the dense layer."""
    features = tf.nn.avg_pool2d(image, 6, 6, "VALID")
    return tf.matmul(tf.reshape(features, (1, 3)), KERNEL) + BIAS


def by_itself(image: Any) -> Any:
    features = tf.reduce_mean(image, (1, 2))
    return tf.matmul(features, KERNEL) + BIAS


def test_a_reshape_is_put_in_front(run_model: Runner) -> None:
    flatbuffer = to_flatbuffer(merged, (6, 6, 3))
    assert operator_names(flatbuffer) == ["AVERAGE_POOL_2D", "FULLY_CONNECTED"]
    flattened = flatten_dense_inputs(flatbuffer)
    assert operator_names(flattened) == ["AVERAGE_POOL_2D", "RESHAPE", "FULLY_CONNECTED"]
    assert np.array_equal(run_model(flattened, PIXELS), run_model(flatbuffer, PIXELS))


def test_a_matrix_stays() -> None:
    flatbuffer = to_flatbuffer(by_itself, (6, 6, 3))
    assert operator_names(flatbuffer) == ["MEAN", "FULLY_CONNECTED"]
    assert flatten_dense_inputs(flatbuffer) is flatbuffer


@pytest.mark.parametrize("function", [merged, by_itself])
def test_onnx_keeps_the_bias(function: Callable[[Any], Any], run_model: Runner) -> None:
    flatbuffer = to_flatbuffer(function, (6, 6, 3))
    np.testing.assert_allclose(
        run_model(lower(flatbuffer, passes=()), PIXELS), run_model(flatbuffer, PIXELS), rtol=1e-5
    )
