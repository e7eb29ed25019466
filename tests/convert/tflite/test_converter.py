import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from edgesmith.convert.tflite.converter import converted, converter_reason, make_converter
from edgesmith.convert.tflite.read import operator_names


@pytest.mark.parametrize("over_saved_model", [False, True], ids=["direct", "over a SavedModel"])
def test_a_function_of_one_image_becomes_a_flatbuffer(over_saved_model: bool) -> None:
    converter = make_converter(
        lambda image: tf.reduce_mean(image, (1, 2)) * 2.0, (1, 3, 5, 2), over_saved_model=over_saved_model
    )
    flatbuffer = converted(converter)
    assert operator_names(flatbuffer) == ["MEAN", "MUL"]
    interpreter = Interpreter(model_content=flatbuffer)
    interpreter.allocate_tensors()
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    image = np.arange(30, dtype=np.float32).reshape(1, 3, 5, 2)
    interpreter.set_tensor(source["index"], image)
    interpreter.invoke()
    np.testing.assert_allclose(interpreter.get_tensor(target["index"]), [[28, 30]], rtol=1e-6)


def test_ranges_at_the_input_need_no_statistics() -> None:
    """TensorFlow warns of missing ones, which pytest would turn into an error here."""
    converter = make_converter(
        lambda image: tf.quantization.fake_quant_with_min_max_vars(
            tf.nn.relu(tf.quantization.fake_quant_with_min_max_vars(image, -1.0, 1.0)), 0.0, 1.0
        ),
        (1, 3, 5, 2),
    )
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    assert "RELU" in operator_names(converted(converter))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "/home/me/model.py:28:1: error: 'tf.Erf' op is neither a custom op\nloc(...)",
            "'tf.Erf' op is neither a custom op",
        ),
        ("no such node\nsecond line", "no such node"),
        ("", "ValueError"),
    ],
    ids=["MLIR", "plain", "empty"],
)
def test_reasons_name_no_places_of_this_machine(text: str, reason: str) -> None:
    assert converter_reason(ValueError(text)) == reason
