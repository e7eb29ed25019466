"""Weight codes and biases, decided operator by operator, each given the quantized operators before it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.model import WEIGHTED
from edgesmith.convert.quantization.bias_correction import mean_shift
from edgesmith.convert.quantization.observe import Observations
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.rounding import round_to_data
from edgesmith.convert.quantization.scheme import Scheme
from edgesmith.convert.quantization.simulate import rounded_constants
from edgesmith.convert.quantization.walk import QuantizedWalk

Progress = Callable[[int, int], None]
"""Called with operators done and operators in all."""


def settle(
    quantized: QuantizedGraph,
    images: NDArray[np.uint8],
    observations: Observations,
    scheme: Scheme,
    *,
    progress: Progress,
) -> QuantizedGraph:
    """Round the weights, where the scheme wants them data-aware, then correct the bias; in operator order.

    `images`: raw pixels uint8 [n, height, width, channels], those of the mean images of `observations`.
    """
    graph = quantized.graph
    walk = QuantizedWalk(graph, images)
    for number, operator in enumerate(graph.operators):
        if operator.kind in WEIGHTED and operator.output not in quantized.keep_float:
            if scheme.rounding == "data-aware":
                quantized = _rounded(quantized, operator, walk)
            if scheme.bias_correction:
                quantized = _corrected(quantized, graph, operator, observations, walk)
        walk.advance(quantized, operator)
        progress(number + 1, len(graph.operators))
    return quantized


def _rounded(quantized: QuantizedGraph, operator: Operator, walk: QuantizedWalk) -> QuantizedGraph:
    source, weights = operator.inputs[:2]
    rounded = round_to_data(
        operator,
        quantized.graph.constants[weights],
        quantized.weight_bounds[weights],
        walk.chunks(source),
    )
    return replace(quantized, graph=quantized.graph.with_constants({weights: rounded}))


def _corrected(
    quantized: QuantizedGraph,
    graph: Graph,
    operator: Operator,
    observations: Observations,
    walk: QuantizedWalk,
) -> QuantizedGraph:
    source, weights, bias = operator.inputs
    shift = mean_shift(
        operator,
        (observations.mean_images[source], graph.constants[weights]),
        (walk.mean_image(source), rounded_constants(quantized, operator)[weights]),
    )
    return replace(quantized, graph=quantized.graph.with_constants({bias: graph.constants[bias] + shift}))
