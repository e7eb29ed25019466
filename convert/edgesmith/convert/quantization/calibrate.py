"""Activation ranges: the exact minimum and maximum over the calibration images."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph
from edgesmith.convert.graph.model import PROBABILITY, SAME_SCALE
from edgesmith.convert.quantization.observe import activation_names, observe
from edgesmith.convert.quantization.scales import PROBABILITY_RANGE, ActivationRange


def activation_ranges(graph: Graph, images: NDArray[np.uint8]) -> dict[str, ActivationRange]:
    """The range of every activation, by tensor name.

    `images`: raw pixels uint8 [n, height, width, channels]. Tensors that TFLite's kernels demand to have one
    scale get their common range; the input's is fixed by its offset, probabilities' by the specification.
    """
    return ranges_from(graph, observe(graph, images).extremes)


def ranges_from(graph: Graph, extremes: Mapping[str, tuple[float, float]]) -> dict[str, ActivationRange]:
    """The same from (low, high) of every activation."""
    ranges: dict[str, ActivationRange] = {}
    for group in _same_scale_groups(graph):
        low = min(extremes[name][0] for name in group)
        high = max(extremes[name][1] for name in group)
        common = ActivationRange.covering(low, high)
        ranges.update(dict.fromkeys(group, common))
    for name in _same_scale_as(graph, graph.input):
        ranges[name] = ActivationRange(low=-graph.input_offset, high=255 - graph.input_offset)
    for operator in graph.operators:
        if operator.kind in PROBABILITY:
            ranges[operator.output] = PROBABILITY_RANGE
    return ranges


def _same_scale_groups(graph: Graph) -> list[set[str]]:
    """Partition the activations: operators of SAME_SCALE join their inputs and output."""
    groups = {name: {name} for name in activation_names(graph)}
    for operator in graph.operators:
        if operator.kind in SAME_SCALE:
            merged = set[str]().union(
                *(groups[name] for name in (*operator.inputs, operator.output) if name in groups)
            )
            groups.update(dict.fromkeys(merged, merged))
    return list({id(group): group for group in groups.values()}.values())


def _same_scale_as(graph: Graph, tensor: str) -> set[str]:
    return next(group for group in _same_scale_groups(graph) if tensor in group)
