"""Sequential bias correction: take back the mean shift that rounding the weights causes.

Requires a float graph and its activation ranges. Ensures that for each weighted operator, in order, the mean
of every output channel over the calibration images is that of the float graph, given the quantized operators
before it. (Nagel et al. 2019, "Data-Free Quantization", section 4.2, in its empirical form.)
"""

from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.evaluate import activate, apply, linear
from edgesmith.convert.graph.model import SAME_SCALE, WEIGHTED
from edgesmith.convert.quantization.calibrate import BATCH, input_values
from edgesmith.convert.quantization.scales import ActivationRange, fake_quantize_weights, weight_bounds

Activations = list[tf.Tensor]
Progress = Callable[[int, int], None]


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
    walk = _Walk(graph, images, ranges)
    for number, operator in enumerate(graph.operators):
        walk.step(operator)
        progress(number + 1, len(graph.operators))
    return graph.with_constants(walk.biases)


class _Walk:
    """Carries the float and the quantized activations of all images from operator to operator."""

    def __init__(
        self, graph: Graph, images: NDArray[np.uint8], ranges: Mapping[str, ActivationRange]
    ) -> None:
        self.graph, self.ranges = graph, ranges
        self.biases: dict[str, NDArray[np.float32]] = {}
        values = input_values(graph, images)
        chunks = [tf.constant(values[start : start + BATCH]) for start in range(0, len(values), BATCH)]
        self.float: dict[str, Activations] = {graph.input: chunks}
        self.quantized: dict[str, Activations] = {graph.input: chunks}
        self.reads = Counter(name for operator in graph.operators for name in operator.inputs)

    def step(self, operator: Operator) -> None:
        if operator.kind in WEIGHTED:
            self._weighted(operator)
        else:
            self.float[operator.output] = self._each(operator, self.float)
            self.quantized[operator.output] = [
                self._rounded(operator, values) for values in self._each(operator, self.quantized)
            ]
        for name in operator.inputs:
            self.reads[name] -= 1
            if not self.reads[name]:
                self.float.pop(name, None)
                self.quantized.pop(name, None)

    def _weighted(self, operator: Operator) -> None:
        source, weights_name, bias_name = operator.inputs
        weights, bias = self.graph.constants[weights_name], self.graph.constants[bias_name]
        rounded = fake_quantize_weights(operator.kind, weights, weight_bounds(operator.kind, weights))
        wanted = [linear(operator, (values, weights, bias)) for values in self.float[source]]
        got = [linear(operator, (values, rounded, bias)) for values in self.quantized[source]]
        shift = _mean_per_channel(wanted) - _mean_per_channel(got)
        self.biases[bias_name] = bias + shift
        # In place, chunk by chunk: these lists are the peak of the conversion's memory.
        for index in range(len(got)):
            wanted[index] = activate(operator.activation, wanted[index])
            got[index] = self._rounded(operator, activate(operator.activation, got[index] + shift))
        self.float[operator.output], self.quantized[operator.output] = wanted, got

    def _each(self, operator: Operator, tensors: Mapping[str, Activations]) -> Activations:
        chunks = len(next(iter(tensors.values())))
        return [
            apply(
                operator,
                [
                    tensors[name][index] if name in tensors else self._constant(name)
                    for name in operator.inputs
                ],
            )
            for index in range(chunks)
        ]

    def _constant(self, name: str) -> NDArray[np.float32]:
        constant: NDArray[np.float32] = self.graph.constants[name]
        return constant

    def _rounded(self, operator: Operator, values: tf.Tensor) -> tf.Tensor:
        if operator.kind in SAME_SCALE and operator.kind != "AVERAGE_POOL_2D":
            return values  # copies of rounded values
        return self.ranges[operator.output].fake_quantize(values)


def _mean_per_channel(chunks: Activations) -> NDArray[np.float32]:
    total = np.sum([_sum_per_channel(chunk) for chunk in chunks], axis=0)
    mean: NDArray[np.float32] = (total / sum(_positions(chunk) for chunk in chunks)).astype(np.float32)
    return mean


def _sum_per_channel(chunk: tf.Tensor) -> NDArray[np.float64]:
    # As a matrix product: eight times as fast as tf.reduce_sum over the leading axes, and, added up in
    # blocks, more exact than a running float32 sum.
    ones = tf.ones((1, _positions(chunk)))
    flat = tf.reshape(chunk, (-1, chunk.shape[-1]))
    total: NDArray[np.float64] = tf.matmul(ones, flat)[0].numpy().astype(np.float64)
    return total


def _positions(chunk: tf.Tensor) -> int:
    return int(np.prod(chunk.shape[:-1]))
