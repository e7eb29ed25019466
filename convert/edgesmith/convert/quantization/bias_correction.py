"""Sequential bias correction: take back the mean shift that rounding the weights causes.

Requires a float graph and its activation ranges. Ensures that for each weighted operator, in order, the mean
of every output channel over the calibration images is that of the float graph, given the quantized operators
before it. (Nagel et al. 2019, "Data-Free Quantization", section 4.2, in its empirical form.)
"""

from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.evaluate import activate, linear
from edgesmith.convert.graph.model import SAME_SCALE, WEIGHTED
from edgesmith.convert.quantization.calibrate import BATCH, input_values
from edgesmith.convert.quantization.scales import ActivationRange, fake_quantize_weights, weight_bounds

Activations = list[tf.Tensor]
Progress = Callable[[int, int], None]

_Sum = tuple[NDArray[np.float64], int]
"""The sum of each channel, [channels], and of how many positions it is."""


def correct_biases(
    graph: Graph,
    images: NDArray[np.uint8],
    ranges: Mapping[str, ActivationRange],
    *,
    progress: Progress,
) -> Graph:
    """Return the graph with corrected biases.

    `images`: raw pixels uint8 [n, height, width, channels], n = 20..100 suffice; `progress` is called with
    operators done and operators in all.
    """
    values = input_values(graph, images)
    chunks = [tf.constant(values[start : start + BATCH]) for start in range(0, len(values), BATCH)]
    walk = _QuantizedWalk(graph, chunks, ranges, _float_means(graph, chunks))
    del values, chunks  # the walk gives them up chunk by chunk
    for number, operator in enumerate(graph.operators):
        walk.step(operator)
        progress(number + 1, len(graph.operators))
    return graph.with_constants(walk.biases)


def _float_means(graph: Graph, chunks: Activations) -> dict[str, NDArray[np.float32]]:
    """Mean of every output channel of every weighted operator, before its activation, by output name.

    One chunk goes through the whole graph before the next: only the quantized activations, which depend on
    the corrections before them, have to be there for all images at once.
    """
    sums: dict[str, list[_Sum]] = {}
    last_reads = _last_reads(graph)
    for chunk in chunks:
        tensors = {graph.input: chunk}
        for operator in graph.operators:
            values = linear(operator, [_operand(graph, tensors, name) for name in operator.inputs])
            if operator.kind in WEIGHTED:
                sums.setdefault(operator.output, []).append(_sum_per_channel(values))
            tensors[operator.output] = activate(operator.activation, values)
            for name in last_reads[operator.output]:
                del tensors[name]
    return {name: _mean(parts) for name, parts in sums.items()}


def _last_reads(graph: Graph) -> dict[str, set[str]]:
    """For each operator, by its output: the activations that no later operator reads."""
    last = {name: operator.output for operator in graph.operators for name in operator.inputs}
    return {
        operator.output: {
            name for name in operator.inputs if name not in graph.constants and last[name] == operator.output
        }
        for operator in graph.operators
    }


def _operand(graph: Graph, tensors: Mapping[str, tf.Tensor], name: str) -> tf.Tensor | NDArray[np.float32]:
    return tensors[name] if name in tensors else graph.constants[name]


class _QuantizedWalk:
    """Carries the quantized activations of all images from operator to operator.

    They are the peak of the conversion's memory: each chunk is given up as soon as its last reader has it.
    """

    def __init__(
        self,
        graph: Graph,
        chunks: Activations,
        ranges: Mapping[str, ActivationRange],
        wanted: Mapping[str, NDArray[np.float32]],
    ) -> None:
        self.graph, self.ranges, self.wanted = graph, ranges, wanted
        self.biases: dict[str, NDArray[np.float32]] = {}
        self.chunks: list[dict[str, tf.Tensor]] = [{graph.input: chunk} for chunk in chunks]
        self.last_reads = _last_reads(graph)

    def step(self, operator: Operator) -> None:
        if operator.kind in WEIGHTED:
            self._weighted(operator)
        else:
            for tensors in self.chunks:
                self._put(operator, tensors, linear(operator, self._take(operator, tensors)))

    def _weighted(self, operator: Operator) -> None:
        _, weights_name, bias_name = operator.inputs
        weights, bias = self.graph.constants[weights_name], self.graph.constants[bias_name]
        rounded = fake_quantize_weights(operator.kind, weights, weight_bounds(operator.kind, weights))
        sums = []
        for tensors in self.chunks:
            values = linear(operator, (self._take(operator, tensors)[0], rounded, bias))
            sums.append(_sum_per_channel(values))
            tensors[operator.output] = values
        shift = self.wanted[operator.output] - _mean(sums)
        self.biases[bias_name] = bias + shift
        for tensors in self.chunks:
            self._put(operator, tensors, tensors.pop(operator.output) + shift)

    def _take(self, operator: Operator, tensors: dict[str, tf.Tensor]) -> list[tf.Tensor]:
        """The operands of one chunk; those that nobody reads again are gone from `tensors`."""
        operands = [_operand(self.graph, tensors, name) for name in operator.inputs]
        for name in self.last_reads[operator.output]:
            del tensors[name]
        return operands

    def _put(self, operator: Operator, tensors: dict[str, tf.Tensor], values: tf.Tensor) -> None:
        tensors[operator.output] = self._rounded(operator, activate(operator.activation, values))

    def _rounded(self, operator: Operator, values: tf.Tensor) -> tf.Tensor:
        if operator.kind in SAME_SCALE and operator.kind != "AVERAGE_POOL_2D":
            return values  # copies of rounded values
        return self.ranges[operator.output].fake_quantize(values)


def _mean(parts: list[_Sum]) -> NDArray[np.float32]:
    total = np.sum([values for values, _ in parts], axis=0)
    mean: NDArray[np.float32] = (total / sum(positions for _, positions in parts)).astype(np.float32)
    return mean


def _sum_per_channel(chunk: tf.Tensor) -> _Sum:
    # As a matrix product: eight times as fast as tf.reduce_sum over the leading axes, and, added up in
    # blocks, more exact than a running float32 sum.
    positions = int(np.prod(chunk.shape[:-1]))
    flat = tf.reshape(chunk, (-1, chunk.shape[-1]))
    total: NDArray[np.float64] = tf.matmul(tf.ones((1, positions)), flat)[0].numpy().astype(np.float64)
    return total, positions
