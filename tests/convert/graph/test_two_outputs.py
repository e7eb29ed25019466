from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from edgesmith.convert.graph.evaluate import run
from edgesmith.convert.graph.two_outputs import with_two_outputs
from edgesmith.convert.sources.flatbuffer import to_flatbuffer
from edgesmith.convert.tflite.read import read_graph

PIXELS = np.random.default_rng(1).integers(0, 256, (5, 4, 4, 3)).astype(np.float32)
WEIGHTS = np.random.default_rng(0).normal(0, 0.001, (48, 1)).astype(np.float32)


def dense(image: Any) -> Any:
    return tf.sigmoid(tf.matmul(tf.reshape(image, (-1, 48)), WEIGHTS) + 0.7)


def clipped(image: Any) -> Any:
    return tf.sigmoid(tf.nn.relu(tf.matmul(tf.reshape(image, (-1, 48)), WEIGHTS) + 0.7))


def no_dense(image: Any) -> Any:
    return tf.sigmoid(tf.reduce_mean(image, (1, 2))[:, :1] / 99)


@pytest.mark.parametrize(
    ("model", "kinds"),
    [
        pytest.param(dense, ["RESHAPE", "FULLY_CONNECTED", "SOFTMAX"], id="weights take the halves"),
        pytest.param(
            clipped,
            ["RESHAPE", "FULLY_CONNECTED", "FULLY_CONNECTED", "SOFTMAX"],
            id="not behind an activation",
        ),
        pytest.param(
            no_dense, ["MEAN", "STRIDED_SLICE", "MUL", "FULLY_CONNECTED", "SOFTMAX"], id="no dense layer"
        ),
    ],
)
def test_both_probabilities_come_out(model: Callable[[Any], Any], kinds: list[str]) -> None:
    graph = with_two_outputs(read_graph(to_flatbuffer(model, (4, 4, 3))))

    second = np.asarray(model(PIXELS))
    assert [operator.kind for operator in graph.operators] == kinds
    assert second.std() > 0.01
    np.testing.assert_allclose(run(graph, PIXELS), np.concatenate([1 - second, second], 1), atol=1e-5)
