from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from edgesmith.convert.sources.flatbuffer import to_flatbuffer
from edgesmith.convert.tflite.read import operator_names
from edgesmith.runtime.errors import UnsupportedModelError


def test_variables_become_constants() -> None:
    kernel = tf.Variable(np.ones((1, 1, 3, 2), np.float32))
    flatbuffer = to_flatbuffer(lambda image: tf.nn.conv2d(image, kernel, 1, "VALID"), (4, 5, 3))
    assert operator_names(flatbuffer) == ["CONV_2D"]
    (source,) = Interpreter(model_content=flatbuffer).get_input_details()
    assert source["shape"].tolist() == [1, 4, 5, 3]


def test_same_function_gives_the_same_bytes() -> None:
    def classify(image: Any) -> Any:
        return tf.nn.softmax(tf.reduce_mean(image, (1, 2)))

    assert to_flatbuffer(classify, (4, 4, 3)) == to_flatbuffer(classify, (4, 4, 3))


def test_what_has_no_counterpart_is_named() -> None:
    with pytest.raises(UnsupportedModelError, match="TensorFlow's converter refuses the model"):
        to_flatbuffer(lambda image: tf.linalg.svd(image[..., 0])[0], (4, 4, 3))
