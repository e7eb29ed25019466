"""Cross-layer equalization: level the ranges of a tensor's channels, which have one scale for all of them.

Nagel et al. 2019, "Data-Free Quantization", section 4.1: what an operator's output channel is divided by, the
weights of its reader are multiplied with. Exact where the activation between them commutes with a positive
factor: RELU does, RELU6 does not (its bound would need a value for each channel), and is left alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.evaluate import activations
from edgesmith.convert.quantization.observe import batches, input_values, trace

MAX_FACTOR = 256.0
"""A channel whose values all fit into one code is lifted no further: what little it has may be noise."""

_CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """A convolution and the only reader of its output, another convolution."""

    producer: Operator
    reader: Operator


def equalize(graph: Graph, images: NDArray[np.uint8]) -> Graph:
    """The same function with levelled channels; the same graph where no pair of convolutions allows it.

    `images`: raw pixels uint8 [n, height, width, channels]. The paper takes the range of the first weights for
    that of the values between; with a scale for each output channel, weights do not care, and the values are
    measured instead.
    """
    pairs = _pairs(graph)
    if not pairs:
        return graph
    magnitudes = _channel_magnitudes(graph, images, [pair.producer.output for pair in pairs])
    for pair in pairs:
        graph = _equalize_pair(graph, pair, magnitudes[pair.producer.output])
    return graph


def _pairs(graph: Graph) -> list[_Pair]:
    found = []
    for producer in graph.operators:
        readers = graph.consumers(producer.output)
        if (
            producer.kind in _CONVOLUTIONS
            and producer.activation in ("NONE", "RELU")
            and producer.output != graph.output
            and len(readers) == 1
            and readers[0].kind in _CONVOLUTIONS
        ):
            found.append(_Pair(producer=producer, reader=readers[0]))
    return found


def _channel_magnitudes(
    graph: Graph, images: NDArray[np.uint8], names: list[str]
) -> Mapping[str, NDArray[np.float32]]:
    """The largest magnitude of every channel over images and positions, by tensor name."""

    def largest(values: tf.Tensor) -> list[tf.Tensor]:
        tensors = activations(graph, values)
        return [tf.reduce_max(tf.abs(tensors[name]), (0, 1, 2)) for name in names]

    traced = trace(graph, largest)
    found = [[part.numpy() for part in traced(input_values(graph, batch))] for batch in batches(images)]
    return {name: np.max(parts, 0) for name, parts in zip(names, zip(*found, strict=True), strict=True)}


def _equalize_pair(graph: Graph, pair: _Pair, magnitudes: NDArray[np.float32]) -> Graph:
    """Divide channel c of the tensor between by factor c."""
    weights, bias = (graph.constants[name] for name in pair.producer.inputs[1:])
    behind = graph.constants[pair.reader.inputs[1]]
    factors = _factors(pair.reader, behind, magnitudes)
    by_output = factors.reshape(weights.shape[2:]) if pair.producer.kind == "DEPTHWISE_CONV_2D" else factors
    changed: dict[str, NDArray[Any]] = {
        pair.producer.inputs[1]: weights / by_output,
        pair.producer.inputs[2]: bias / factors,
        pair.reader.inputs[1]: behind * factors[:, None],
    }
    return graph.with_constants({name: values.astype(np.float32) for name, values in changed.items()})


def _factors(
    reader: Operator, weights: NDArray[np.float32], magnitudes: NDArray[np.float32]
) -> NDArray[np.float32]:
    """What to divide each channel by; the loudest channel keeps its range."""
    alive = magnitudes > 0
    factors = np.ones(magnitudes.shape, np.float32)
    if reader.kind == "DEPTHWISE_CONV_2D":  # a scale for each channel there too: nothing to weigh against
        factors[alive] = magnitudes[alive]
    else:
        behind = np.maximum(np.abs(weights).max((0, 1, 3)), np.float32(1e-8))
        factors[alive] = np.sqrt(magnitudes[alive] / behind[alive])
    if not alive.any():
        return factors
    # One common factor is free: it leaves the greatest value where it was.
    factors[alive] *= (magnitudes[alive] / factors[alive]).max() / magnitudes.max()
    clipped: NDArray[np.float32] = np.clip(factors, 1 / MAX_FACTOR, MAX_FACTOR).astype(np.float32)
    return clipped
