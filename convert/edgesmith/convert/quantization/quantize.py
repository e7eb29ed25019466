"""`quantize(graph, images, scheme)`: from a float graph to the quantized one, rung by rung as the scheme says."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph
from edgesmith.convert.graph.model import WEIGHTED
from edgesmith.convert.quantization.bias_correction import correct_biases
from edgesmith.convert.quantization.calibrate import activation_ranges
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scales import weight_bounds
from edgesmith.convert.quantization.scheme import DEFAULT_SCHEME, Scheme

Progress = Callable[[int, int], None]
"""Called with operators done and operators in all."""


def quantize(
    graph: Graph, images: NDArray[np.uint8], scheme: Scheme = DEFAULT_SCHEME, *, progress: Progress
) -> QuantizedGraph:
    """Work out ranges, weight codes and biases.

    `graph`: float, its input offset an integer. `images`: calibration images, uint8 [n, height, width,
    channels]; 20..100 suffice.
    """
    ranges = activation_ranges(graph, images)
    if scheme.bias_correction:
        graph = correct_biases(graph, images, ranges, progress=progress)
    bounds = {
        operator.inputs[1]: weight_bounds(operator.kind, graph.constants[operator.inputs[1]])
        for operator in graph.operators
        if operator.kind in WEIGHTED
    }
    return QuantizedGraph(graph=graph, ranges=ranges, weight_bounds=bounds, keep_float=scheme.keep_float)
