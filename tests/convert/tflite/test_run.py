"""A flatbuffer on LiteRT answers as the file does on the engine that edgesmith opens."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import OpResolverType

from edgesmith.convert.graph import Graph
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.tflite.boundary import BoundaryType
from edgesmith.convert.tflite.run import flatbuffer_outputs, flatbuffer_scores
from edgesmith.convert.tflite.write import write_float32, write_int8


@pytest.fixture(scope="module")
def pixels(make_pictures: Callable[..., Any]) -> Any:
    return make_pictures(12, height=14, width=10)


@pytest.mark.parametrize("io", ["uint8", "int8", "float"])
def test_raw_pixels_reach_every_input(
    io: BoundaryType, wide_graph: Graph, pixels: Any, run_model: Callable[..., Any]
) -> None:
    model = write_int8(quantize(wide_graph, pixels, progress=lambda done, total: None), io=io)
    rows = flatbuffer_outputs(model, pixels)
    assert np.array_equal(rows, run_model(model, pixels))
    assert len(np.unique(rows, axis=0)) > 6


def test_values_of_the_inputs_own_type_are_taken_as_they_are(wide_graph: Graph, pixels: Any) -> None:
    model = write_float32(wide_graph)
    given = flatbuffer_outputs(model, pixels.astype(np.float32), threads=1)
    assert np.array_equal(given, flatbuffer_outputs(model, pixels, threads=1))


def test_other_kernels_and_probabilities(wide_graph: Graph, pixels: Any) -> None:
    model = write_float32(wide_graph)
    plain = flatbuffer_outputs(model, pixels, kernels=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    scores = flatbuffer_scores(model, pixels, classes=40)
    np.testing.assert_allclose(scores, plain, atol=1e-5)
    np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-5)
