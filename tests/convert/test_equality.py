"""A graph that is no longer its source is refused, and the first wrong operator is named."""

from pathlib import Path

import numpy as np
import pytest

from edgesmith.convert.equality import COMPARED, require_equal
from edgesmith.convert.graph import Graph
from edgesmith.convert.normalisation import RAW_PIXELS
from edgesmith.convert.original import Original
from edgesmith.convert.prepare import prepare_graph
from edgesmith.convert.sources.keras_model import load_keras
from edgesmith.runtime.errors import UnsupportedModelError

LABELS = ("blue", "green", "red")
PIXELS = np.random.default_rng(0).integers(0, 256, (COMPARED + 2, 16, 16, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def original(colour_file: Path) -> Original:
    return Original(source=load_keras(colour_file, run=None), normalisation=RAW_PIXELS, logits=False)


@pytest.fixture(scope="module")
def graph(original: Original) -> Graph:
    return prepare_graph(original.source.flatbuffer, LABELS, RAW_PIXELS).graph


@pytest.fixture(scope="module")
def wanted(original: Original) -> np.ndarray:
    return original.scores(PIXELS, classes=3, asked=len(PIXELS))


def test_a_folded_graph_is_its_source(graph: Graph, original: Original, wanted: np.ndarray) -> None:
    require_equal(graph, original, PIXELS, wanted)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_first_wrong_operator_is_named(
    place: int, graph: Graph, original: Original, wanted: np.ndarray
) -> None:
    operator = [operator for operator in graph.operators if len(operator.inputs) == 3][place]
    wrong = graph.with_constants({operator.inputs[2]: graph.constants[operator.inputs[2]] + np.float32(0.5)})
    with pytest.raises(UnsupportedModelError) as refusal:
        require_equal(wrong, original, PIXELS, wanted)
    assert f"first at {operator.kind} {operator.output!r}" in str(refusal.value)


def test_no_number_is_not_equal(graph: Graph, original: Original, wanted: np.ndarray) -> None:
    with pytest.raises(UnsupportedModelError, match="differs from the model by nan"):
        require_equal(graph, original, PIXELS, wanted * np.float32(np.nan))
