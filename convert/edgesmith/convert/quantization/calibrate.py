"""Activation ranges: the exact minimum and maximum over the calibration images."""

from collections.abc import Iterator, Mapping

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph
from edgesmith.convert.graph.evaluate import activations
from edgesmith.convert.graph.model import PROBABILITY, SAME_SCALE
from edgesmith.convert.quantization.scales import PROBABILITY_RANGE, ActivationRange

BATCH = 10  # images at a time: larger batches are no faster on two cores and take more memory


def activation_ranges(graph: Graph, images: NDArray[np.uint8]) -> dict[str, ActivationRange]:
    """The range of every activation, by tensor name.

    `images`: raw pixels uint8 [n, height, width, channels]. Tensors that TFLite's kernels demand to have one
    scale get their common range; the input's is fixed by its offset, probabilities' by the specification.
    """
    extremes = _extremes(graph, images)
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


def input_values(graph: Graph, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the input tensor holds for raw pixels."""
    return images.astype(np.float32) - np.float32(graph.input_offset)


def batches(images: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Successive slices of `BATCH` images."""
    return (images[start : start + BATCH] for start in range(0, len(images), BATCH))


def _extremes(graph: Graph, images: NDArray[np.uint8]) -> Mapping[str, tuple[float, float]]:
    names = [graph.input, *(operator.output for operator in graph.operators)]

    def extremes_of(values: tf.Tensor) -> tf.Tensor:
        tensors = activations(graph, values)
        return tf.stack([(tf.reduce_min(tensors[name]), tf.reduce_max(tensors[name])) for name in names])

    traced = tf.function(extremes_of, autograph=False)
    found = np.stack([traced(input_values(graph, batch)).numpy() for batch in batches(images)])
    low, high = found[:, :, 0].min(0), found[:, :, 1].max(0)
    return {name: (float(low[index]), float(high[index])) for index, name in enumerate(names)}


def _same_scale_groups(graph: Graph) -> list[set[str]]:
    """Partition the activations: operators of SAME_SCALE join their inputs and output."""
    groups = {name: {name} for name in (graph.input, *(operator.output for operator in graph.operators))}
    for operator in graph.operators:
        if operator.kind in SAME_SCALE:
            merged = set[str]().union(
                *(groups[name] for name in (*operator.inputs, operator.output) if name in groups)
            )
            groups.update(dict.fromkeys(merged, merged))
    return list({id(group): group for group in groups.values()}.values())


def _same_scale_as(graph: Graph, tensor: str) -> set[str]:
    return next(group for group in _same_scale_groups(graph) if tensor in group)
