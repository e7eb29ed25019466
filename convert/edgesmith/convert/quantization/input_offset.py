"""A fractional input offset (127.5), which no uint8 zero point can hold: rounded where that changes nothing."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph
from edgesmith.convert.graph.evaluate import run
from edgesmith.convert.graph.fold_normalisation import normalisation_as_operator, with_integer_offset
from edgesmith.convert.quantization.observe import batches, input_values

# Half a grey level at padded borders moved MobileNetV1's probabilities by up to 3e-3, argmax equal on all of
# 873 photos; what moves more than this is no longer the same model.
MAX_DIFFERENCE = 5e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetCheck:
    """What rounding the offset did to probabilities on the calibration images, and whether it was kept."""

    offset: float
    rounded: bool
    max_abs_difference: float
    argmax_equal: bool


def integer_offset(graph: Graph, images: NDArray[np.uint8]) -> tuple[Graph, OffsetCheck | None]:
    """The graph with an integer input offset, for int8.

    `images`: calibration images, uint8 [n, height, width, channels]. Where rounding moves a probability by
    more than `MAX_DIFFERENCE` or changes a best class, the subtraction becomes an operator instead.
    """
    if graph.input_offset == np.round(graph.input_offset):
        return graph, None
    rounded = with_integer_offset(graph)
    before, after = _outputs(graph, images), _outputs(rounded, images)
    difference = float(np.abs(after - before).max())
    argmax_equal = bool((after.argmax(1) == before.argmax(1)).all())
    holds = argmax_equal and difference <= MAX_DIFFERENCE
    check = OffsetCheck(
        offset=graph.input_offset,
        rounded=holds,
        max_abs_difference=difference,
        argmax_equal=argmax_equal,
    )
    return rounded if holds else normalisation_as_operator(graph), check


def _outputs(graph: Graph, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    traced = tf.function(lambda values: run(graph, values), autograph=False)
    return np.concatenate([traced(input_values(graph, batch)).numpy() for batch in batches(images)])
