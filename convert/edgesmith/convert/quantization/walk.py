"""All calibration images, carried through the quantized graph from operator to operator.

What a weighted operator is given depends on the corrections of all operators before it, over all images: so
each operator sees all images before the next one does.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.evaluate import activate, linear
from edgesmith.convert.quantization.observe import batches, input_values
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.simulate import operands_of, round_output, rounded_constants


class QuantizedWalk:
    """Holds the activations of all images that a later operator still reads.

    They are the peak of the conversion's memory: each chunk is given up as soon as its last reader has it.
    """

    def __init__(self, graph: Graph, images: NDArray[np.uint8]) -> None:
        self._chunks = [{graph.input: tf.constant(input_values(graph, batch))} for batch in batches(images)]
        self._images = len(images)
        self._last_reads = _last_reads(graph)

    def chunks(self, tensor: str) -> Iterator[tf.Tensor]:
        """The values of one activation, [at most BATCH, ...] at a time."""
        return (tensors[tensor] for tensors in self._chunks)

    def mean_image(self, tensor: str) -> NDArray[np.float32]:
        """The mean of one activation over the images, float32 [1, ...]."""
        total = np.sum([tf.reduce_sum(values, 0).numpy() for values in self.chunks(tensor)], axis=0)
        mean: NDArray[np.float32] = total[None] / np.float32(self._images)
        return mean

    def advance(self, quantized: QuantizedGraph, operator: Operator) -> None:
        """Compute the operator's output for all images, with the constants that `quantized` has by now."""
        constants = rounded_constants(quantized, operator)
        for tensors in self._chunks:
            values = linear(operator, self._take(quantized, operator, constants, tensors))
            tensors[operator.output] = _activate_and_round(quantized, operator, values)

    def _take(
        self,
        quantized: QuantizedGraph,
        operator: Operator,
        constants: Mapping[str, Any],
        tensors: dict[str, tf.Tensor],
    ) -> list[tf.Tensor]:
        """The operands of one chunk; those that nobody reads again are gone from `tensors`."""
        operands = operands_of(quantized, operator, constants, tensors)
        for name in self._last_reads[operator.output]:
            del tensors[name]
        return operands


def _activate_and_round(quantized: QuantizedGraph, operator: Operator, values: tf.Tensor) -> tf.Tensor:
    if operator.kind == "AVERAGE_POOL_2D" and operator.output not in quantized.keep_float:
        return quantized.ranges[operator.output].fake_quantize(activate(operator.activation, values))
    if not _clipped_by_range(quantized, operator):
        values = activate(operator.activation, values)
    return round_output(quantized, operator, values)


def _clipped_by_range(quantized: QuantizedGraph, operator: Operator) -> bool:
    """Whether rounding to the output's range does what the activation does; it spares a pass over memory."""
    if operator.output in quantized.keep_float:
        return False
    limits = quantized.ranges[operator.output]
    return limits.low >= 0 and (operator.activation == "RELU" or bool(np.float32(limits.high) <= 6))


def _last_reads(graph: Graph) -> dict[str, set[str]]:
    """For each operator, by its output: the activations that no later operator reads."""
    last = {name: operator.output for operator in graph.operators for name in operator.inputs}
    return {
        operator.output: {
            name for name in operator.inputs if name not in graph.constants and last[name] == operator.output
        }
        for operator in graph.operators
    }
