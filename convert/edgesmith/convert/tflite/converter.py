"""TensorFlow's TFLite converter, over a traced function of one image."""

import re
import warnings
from collections.abc import Callable
from typing import Any

import tensorflow as tf


def make_converter(
    classify: Callable[[Any], Any], shape: tuple[int, int, int, int], *, over_saved_model: bool = False
) -> Any:
    """A converter of `classify`, float32 `shape` to [1, classes], whose weights are constants.

    The way over a SavedModel on disk takes two to five times as long and gives the same operators; only graphs
    with 16-bit ranges convert in no other.
    """
    signature = [tf.TensorSpec(shape, tf.float32, name="image")]
    traced = tf.function(classify, input_signature=signature, autograph=False)
    function = traced.get_concrete_function()
    if not over_saved_model:
        return tf.lite.TFLiteConverter.from_concrete_functions([function], function)
    module = tf.Module()
    module.classify = traced
    return tf.lite.TFLiteConverter.from_concrete_functions([function], module)


def converted(converter: Any) -> bytes:
    """What the converter makes."""
    with warnings.catch_warnings():
        # The ranges stand in the graph, at the input too.
        warnings.filterwarnings("ignore", message="Statistics for quantized inputs were expected")
        flatbuffer: bytes = converter.convert()
    return flatbuffer


def converter_reason(error: Exception) -> str:
    """What the converter minds, without the places in files of this machine that it names around it."""
    text = str(error)
    found = re.search(r"error: (.+)", text)
    return found[1] if found else (text.splitlines() or [type(error).__name__])[0]
