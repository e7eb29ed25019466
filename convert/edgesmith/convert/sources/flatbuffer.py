"""A TensorFlow function with variables, as a float TFLite flatbuffer."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from edgesmith.convert.tflite.converter import converter_reason
from edgesmith.runtime.errors import UnsupportedModelError


def to_flatbuffer(classify: Callable[[Any], Any], shape: tuple[int, int, int]) -> bytes:
    """Float TFLite of `classify`, float32 [1, *shape] to [1, classes], BatchNormalization folded.

    Variables become constants first: over a model's own variables the converter leaves READ_VARIABLE
    operators. The usual way round, a SavedModel on disk, takes three times as long. Batch 1 from the start:
    an open batch leaves SHAPE and PACK operators at every Flatten.
    Raises `UnsupportedModelError` for what has no TFLite counterpart.
    """
    signature = [tf.TensorSpec((1, *shape), tf.float32, name="image")]
    # Keras models are traced as they are; rewriting Python's control flow would only cost time.
    traced = tf.function(classify, input_signature=signature, autograph=False).get_concrete_function()
    frozen = convert_variables_to_constants_v2(traced)
    try:
        flatbuffer: bytes = tf.lite.TFLiteConverter.from_concrete_functions([frozen], frozen).convert()
    except Exception as error:  # the converter's own exception class is private
        raise UnsupportedModelError(
            f"TensorFlow's converter refuses the model: {converter_reason(error)}",
            tip="a layer of it has no TFLite counterpart; the message names it",
        ) from error
    return flatbuffer
