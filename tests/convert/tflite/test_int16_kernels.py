"""What the converter leaves undone for 16 bits, before and after."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph
from edgesmith.convert.tflite.converter import converted, make_converter
from edgesmith.convert.tflite.int16_kernels import fit_int16_kernels
from edgesmith.convert.tflite.read import operator_names
from edgesmith.convert.tflite.write import write_float32

Runner = Callable[[bytes, NDArray[np.uint8]], NDArray[Any]]
GENERATOR = np.random.default_rng(0)
WEIGHTS = GENERATOR.normal(0, 0.01, (1, 1, 3, 4)).astype(np.float32)
BIAS = np.array([0.5, -0.25, 0.125, 1], np.float32)


def in_16_bits(values: Any, bound: float) -> Any:
    return tf.quantization.fake_quant_with_min_max_vars(values, -bound, bound, num_bits=16, narrow_range=True)


def network(image: Any, *, rounded: bool) -> Any:
    """A convolution on 8-bit weights, added to itself, and its pixels' mean through a softmax."""
    fake = in_16_bits if rounded else lambda values, bound: values
    weights = tf.quantization.fake_quant_with_min_max_vars(
        WEIGHTS, -0.05, 0.05, num_bits=8, narrow_range=True
    )
    features = fake(tf.nn.bias_add(tf.nn.conv2d(fake(image, 256.0), weights, 1, "VALID"), BIAS), 30.0)
    total = fake(features + fake(tf.nn.relu(features), 30.0), 50.0)
    return tf.nn.softmax(fake(tf.reduce_mean(total, (1, 2)), 50.0))


@pytest.fixture(scope="module")
def raw() -> bytes:
    converter = make_converter(
        lambda image: network(image, rounded=True), (1, 6, 5, 3), over_saved_model=True
    )
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_ops = [
        tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
    ]
    return converted(converter)


def operators(flatbuffer: bytes) -> dict[str, tuple[Any, Any, int]]:
    """For each name: the operator, its last input tensor, its version."""
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    (subgraph,) = model.subgraphs
    return {
        name: (
            operator,
            subgraph.tensors[operator.inputs[-1]],
            model.operatorCodes[operator.opcodeIndex].version,
        )
        for name, operator in zip(operator_names(flatbuffer), subgraph.operators, strict=True)
    }


def test_what_the_converter_writes_and_what_the_kernels_get(raw: bytes) -> None:
    before, after = operators(raw), operators(fit_int16_kernels(raw))
    assert before["CONV_2D"][1].type == schema.TensorType.INT32
    assert after["CONV_2D"][1].type == schema.TensorType.INT64
    assert (before["CONV_2D"][2], after["CONV_2D"][2]) == (8, 3)
    assert before["ADD"][0].builtinOptions.potScaleInt16
    assert not after["ADD"][0].builtinOptions.potScaleInt16
    assert list(before)[-2:] == ["SOFTMAX", "DEQUANTIZE"]
    assert list(after)[-2:] == ["DEQUANTIZE", "SOFTMAX"]


def test_answers_are_those_of_float_activations(
    raw: bytes, make_pictures: Callable[..., NDArray[np.uint8]], run_model: Runner
) -> None:
    pixels = make_pictures(10, height=6, width=5)
    got = run_model(fit_int16_kernels(raw), pixels)
    wanted = np.asarray(network(pixels.astype(np.float32), rounded=False))
    assert np.abs(got - wanted).max() < 1e-3
    assert np.ptp(wanted, axis=0).max() > 0.1


def test_float_operators_stay(
    wide_graph: Graph, make_pictures: Callable[..., NDArray[np.uint8]], run_model: Runner
) -> None:
    flatbuffer = write_float32(wide_graph)
    pixels = make_pictures(3, height=14, width=10)
    fitted = fit_int16_kernels(flatbuffer)
    assert operator_names(fitted) == operator_names(flatbuffer)
    assert np.array_equal(run_model(fitted, pixels), run_model(flatbuffer, pixels))
