"""One pass of the calibration images through the float graph: extremes and mean images."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph
from edgesmith.convert.graph.evaluate import activations
from edgesmith.convert.graph.model import WEIGHTED

BATCH = 5  # images at a time: larger batches are no faster on two cores and take more memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """What the images did in the float graph.

    `extremes`: (least, greatest) of every activation, by tensor name. `mean_images`: the mean over some of
    the images of every tensor that a weighted operator reads, float32 [1, ...], by tensor name.
    """

    extremes: Mapping[str, tuple[float, float]]
    mean_images: Mapping[str, NDArray[np.float32]]


def observe(graph: Graph, images: NDArray[np.uint8], *others: NDArray[np.uint8]) -> Observations:
    """Run the float graph once over all images: raw pixels uint8 [n, height, width, channels].

    The means are those of `images`; `others` add to the extremes only.
    """
    names = activation_names(graph)
    weighted = sorted({operator.inputs[0] for operator in graph.operators if operator.kind in WEIGHTED})

    def statistics(values: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
        tensors = activations(graph, values)
        extremes = [(tf.reduce_min(tensors[name]), tf.reduce_max(tensors[name])) for name in names]
        return tf.stack(extremes), [tf.reduce_sum(tensors[name], 0) for name in weighted]

    traced = trace(graph, statistics)
    found = []
    sums: list[NDArray[np.float32]] = [np.zeros(1, np.float32)] * len(weighted)
    for batch in batches(images):
        extremes, parts = traced(input_values(graph, batch))
        found.append(extremes.numpy())
        sums = [total + part.numpy() for total, part in zip(sums, parts, strict=True)]
    found += [traced(input_values(graph, batch))[0].numpy() for other in others for batch in batches(other)]
    low, high = np.min(found, 0)[:, 0], np.max(found, 0)[:, 1]
    return Observations(
        extremes={name: (float(low[index]), float(high[index])) for index, name in enumerate(names)},
        mean_images={
            name: (total / np.float32(len(images)))[None] for name, total in zip(weighted, sums, strict=True)
        },
    )


def activation_names(graph: Graph) -> list[str]:
    """The input and every operator's output, in order."""
    return [graph.input, *(operator.output for operator in graph.operators)]


def input_values(graph: Graph, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the input tensor holds for raw pixels."""
    return images.astype(np.float32) - np.float32(graph.input_offset)


def batches(images: NDArray[np.uint8], *, size: int = BATCH) -> Iterator[NDArray[np.uint8]]:
    """Successive slices of `size` images."""
    return (images[start : start + size] for start in range(0, len(images), size))


def trace(graph: Graph, function: Callable[[Any], Any]) -> Any:
    """`function` of the graph's input values, float32 [n, height, width, channels], traced once for any n."""
    signature = tf.TensorSpec((None, *graph.input_shape[1:]), tf.float32)
    return tf.function(function, autograph=False, input_signature=[signature])
