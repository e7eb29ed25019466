from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.golden import TOLERANCES, golden_answers
from edgesmith.convert.graph import Graph
from edgesmith.convert.onnx.lower import INT8_PASSES, lower
from edgesmith.convert.onnx.weight_only import WEIGHT_ONLY_PASSES
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.sources.flatbuffer import to_flatbuffer
from edgesmith.convert.tflite.boundary import BoundaryType
from edgesmith.convert.tflite.write import write_dynamic, write_int8
from edgesmith.runtime.golden import golden_inputs
from edgesmith.runtime.spec import PRECISIONS, InputSpec

SPEC = InputSpec(height=9, width=7, channels=3)


def test_answers_are_those_to_the_golden_inputs() -> None:
    flatbuffer = to_flatbuffer(lambda image: tf.nn.softmax(tf.reduce_mean(image, (1, 2)) / 50), (9, 7, 3))
    golden = golden_answers(flatbuffer, SPEC, "float32")
    means = golden_inputs(SPEC).mean((1, 2)) / 50
    wanted = np.exp(means) / np.exp(means).sum(1, keepdims=True)
    np.testing.assert_allclose(golden.outputs, wanted, atol=1e-6)
    assert golden.tolerance == 1e-5
    assert 0 <= golden.other_kernels < 1e-5


WIDE = InputSpec(height=14, width=10, channels=3)


@pytest.fixture(scope="module")
def quantized(wide_graph: Graph, make_pictures: Callable[..., NDArray[np.uint8]]) -> QuantizedGraph:
    pixels = make_pictures(20, height=14, width=10)
    return quantize(wide_graph, pixels, progress=lambda done, total: None)


def test_every_precision_has_a_tolerance() -> None:
    assert set(TOLERANCES) == set(PRECISIONS)


@pytest.mark.parametrize(("io", "step"), [("uint8", 1.0), ("int8", 1.0), ("float", 1 / 256)])
def test_int8_tolerance_is_one_step_of_the_output(
    io: BoundaryType, step: float, quantized: QuantizedGraph
) -> None:
    golden = golden_answers(write_int8(quantized, io=io), WIDE, "int8")
    assert golden.tolerance == step
    shifted = np.array(golden.outputs) / step + (128 if io == "int8" else 0)
    wanted = golden_answers(write_int8(quantized), WIDE, "int8").outputs
    assert np.array_equal(shifted, wanted)


def test_int8_answers_hold_for_onnx(quantized: QuantizedGraph) -> None:
    tflite = write_int8(quantized)
    lowered = lower(tflite, passes=INT8_PASSES)
    assert golden_answers(lowered, WIDE, "int8").outputs == golden_answers(tflite, WIDE, "int8").outputs


def test_dynamic_tolerance_is_measured_and_onnx_has_answers_of_its_own(wide_graph: Graph) -> None:
    tflite = write_dynamic(wide_graph)
    golden = golden_answers(tflite, WIDE, "dynamic")
    assert golden.tolerance == max(golden.other_kernels, 1e-5)
    own = golden_answers(lower(tflite, passes=WEIGHT_ONLY_PASSES), WIDE, "dynamic")
    assert own.tolerance == 1e-5
    assert np.abs(np.subtract(own.outputs, golden.outputs)).max() > own.tolerance
