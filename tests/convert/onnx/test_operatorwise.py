"""Taking a quantized model apart: each operator on the activations it had, gives what it gave."""

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from edgesmith.convert.onnx.operatorwise import Activations, take_apart
from edgesmith.convert.tflite.read import operator_names


@pytest.fixture(scope="module")
def doubled() -> bytes:
    """uint8 [1, 4, 4, 3]: a convolution of constant weights, its result added to itself, a mean."""
    weights = np.random.default_rng(0).normal(0, 0.1, (3, 3, 3, 5)).astype(np.float32)

    def quantize(values: tf.Tensor, low: float, high: float) -> tf.Tensor:
        return tf.quantization.fake_quant_with_min_max_vars(values, low, high)

    def classify(image: tf.Tensor) -> tf.Tensor:
        rounded = quantize(weights, -0.4, 0.4)
        features = quantize(tf.nn.conv2d(quantize(image, 0.0, 255.0), rounded, 1, "SAME"), -200.0, 200.0)
        total = quantize(features + features, -400.0, 400.0)
        return quantize(tf.reduce_mean(total, (1, 2)), -200.0, 200.0)

    module = tf.Module()
    module.classify = tf.function(
        classify, input_signature=[tf.TensorSpec((1, 4, 4, 3), tf.float32)], autograph=False
    )
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [module.classify.get_concrete_function()], module
    )
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = converter.inference_output_type = tf.uint8
    flatbuffer: bytes = converter.convert()
    return flatbuffer


IMAGE = np.random.default_rng(1).integers(0, 256, (1, 4, 4, 3), np.uint8)


def test_operators_read_inputs_of_their_own(doubled: bytes) -> None:
    apart = take_apart(doubled)
    names = operator_names(doubled)
    assert operator_names(apart.flatbuffer) == names
    assert len(apart.writes) == len(set(apart.writes)) == len(names)
    # One input for each operator: constants stay, and the sum reads one tensor twice.
    assert len(apart.reads) == len(names)
    assert set(apart.reads.values()) == {*apart.writes[:-1], "tensor_0"}


def test_each_operator_gives_what_it_gave(doubled: bytes) -> None:
    apart, activations = take_apart(doubled), Activations(doubled).of(IMAGE)
    interpreter = Interpreter(model_content=apart.flatbuffer, num_threads=1)
    interpreter.allocate_tensors()
    for tensor in interpreter.get_input_details():
        interpreter.set_tensor(tensor["index"], activations[apart.reads[tensor["name"]]])
    interpreter.invoke()
    found = {
        tensor["name"]: interpreter.get_tensor(tensor["index"]) for tensor in interpreter.get_output_details()
    }
    assert set(found) == set(apart.writes)
    for name in apart.writes:
        assert np.array_equal(found[name], activations[name])


def test_last_activation_is_the_output(doubled: bytes) -> None:
    interpreter = Interpreter(model_content=doubled)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], IMAGE)
    interpreter.invoke()
    output = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    assert np.array_equal(Activations(doubled).of(IMAGE)[take_apart(doubled).writes[-1]], output)
