"""An operator that rounds otherwise is found and named; what follows it is not blamed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.onnx.deviations import Deviation, measure_deviations
from edgesmith.convert.onnx.lower import INT8_PASSES
from edgesmith.convert.onnx.passes.average_pool import round_average_pools
from edgesmith.convert.onnx.passes.exact_unary import make_unaries_exact
from edgesmith.convert.tflite.read import operator_names

Pictures = Callable[..., NDArray[np.uint8]]


@pytest.fixture(scope="module")
def pooled() -> bytes:
    """uint8 [1, 8, 8, 3]: average pool, leaky ReLU, average pool."""

    def quantize(values: Any, low: float, high: float) -> Any:
        return tf.quantization.fake_quant_with_min_max_vars(values, low, high)

    def classify(image: tf.Tensor) -> tf.Tensor:
        pooled = tf.nn.avg_pool2d(quantize(image, -128.0, 127.0), 2, 2, "VALID")
        bent = quantize(tf.nn.leaky_relu(pooled, 0.3), -40.0, 127.0)
        return quantize(tf.reshape(tf.nn.avg_pool2d(bent, 2, 2, "VALID"), (1, 12)), -40.0, 127.0)

    module = tf.Module()
    module.classify = tf.function(
        classify, input_signature=[tf.TensorSpec((1, 8, 8, 3), tf.float32)], autograph=False
    )
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [module.classify.get_concrete_function()], module
    )
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = converter.inference_output_type = tf.uint8
    flatbuffer: bytes = converter.convert()
    return flatbuffer


def test_all_passes_leave_none(pooled: bytes, make_pictures: Pictures) -> None:
    assert measure_deviations(pooled, make_pictures(20, height=8, width=8), passes=INT8_PASSES) == ()


@pytest.mark.parametrize(
    ("left_out", "kind"),
    [(round_average_pools, "AVERAGE_POOL_2D"), (make_unaries_exact, "LEAKY_RELU")],
    ids=["average pools", "leaky ReLU"],
)
def test_names_what_a_missing_pass_would_have_repaired(
    left_out: Any, kind: str, pooled: bytes, make_pictures: Pictures
) -> None:
    passes = tuple(rewrite for rewrite in INT8_PASSES if rewrite is not left_out)
    found = measure_deviations(pooled, make_pictures(20, height=8, width=8), passes=passes)
    names = operator_names(pooled)
    assert {deviation.kind for deviation in found} == {kind}
    assert [deviation.operator for deviation in found] == [
        place for place, name in enumerate(names) if name == kind
    ]
    for deviation in found:
        assert deviation.max_steps == 1
        assert 0 < deviation.share < 0.4


def test_json() -> None:
    assert Deviation(operator=3, kind="ADD", max_steps=1, share=0.25).to_json() == {
        "operator": 3,
        "kind": "ADD",
        "max_steps": 1,
        "share": 0.25,
    }
