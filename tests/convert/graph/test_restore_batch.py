from typing import Any

import numpy as np
import tensorflow as tf

from edgesmith.convert.graph.evaluate import run
from edgesmith.convert.graph.restore_batch import restore_batch
from edgesmith.convert.graph.shapes import tensor_shapes
from edgesmith.convert.sources.flatbuffer import to_flatbuffer
from edgesmith.convert.tflite.read import read_graph

PIXELS = np.random.default_rng(1).normal(size=(5, 2, 2, 3)).astype(np.float32)
KERNELS = np.random.default_rng(0).normal(size=(3, 2, 2, 3, 3)).astype(np.float32)


def residual_at_one_pixel(image: Any) -> Any:
    first = tf.nn.conv2d(image, KERNELS[0], 2, "SAME")
    for kernel in KERNELS[1:]:
        first = tf.nn.bias_add(first, tf.reshape(tf.nn.conv2d(image, kernel, 2, "SAME"), (3,)))
    return tf.reduce_mean(first, (1, 2))


def test_sum_at_one_pixel_is_that_of_each_image() -> None:
    graph = read_graph(to_flatbuffer(residual_at_one_pixel, (2, 2, 3)))
    assert [operator.kind for operator in graph.operators].count("RESHAPE") == 2

    restored = restore_batch(graph, tensor_shapes(graph))

    expected = [residual_at_one_pixel(PIXELS[index : index + 1])[0] for index in range(5)]
    assert "RESHAPE" not in [operator.kind for operator in restored.operators]
    np.testing.assert_allclose(run(restored, PIXELS), expected, atol=1e-5)


def test_other_reshapes_stay() -> None:
    graph = read_graph(
        to_flatbuffer(
            lambda image: tf.matmul(tf.reshape(image, (-1, 12)), tf.reshape(KERNELS[0], (12, 3))), (2, 2, 3)
        )
    )

    assert restore_batch(graph, tensor_shapes(graph)) == graph
