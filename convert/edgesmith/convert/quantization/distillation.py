"""Self-distillation: quantization-aware training of weights and biases from the float graph, without labels.

The simulation learns to answer as the float graph does on the calibration images. Some of them are held out
and decide which step is kept, so that the result is never worse there than what it began with.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.graph import Operator
from edgesmith.convert.graph.evaluate import activations
from edgesmith.convert.graph.model import WEIGHTED
from edgesmith.convert.quantization.divergence import divergence, log_probabilities
from edgesmith.convert.quantization.observe import batches, input_values, trace
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scales import channel_bounds
from edgesmith.convert.quantization.sequence import Progress
from edgesmith.convert.quantization.simulate import simulate


@dataclass(frozen=True, slots=True, kw_only=True)
class Distillation:
    """`rate`: length of Adam's step, in largest weights of each channel; `patience`: checks without a gain.

    One rate for a whole tensor wrecks channels of small weights: MobileNetV1 0.25's agreement with float fell
    from 77 to 32 %, and rates of 3e-4 and more lost ground even so (600 steps of 32 images). Given in steps,
    not in seconds: the same inputs give the same weights.
    """

    steps: int = 200
    batch: int = 16
    rate: float = 3e-5
    check_every: int = 20
    patience: int = 3
    held_out: int = 4  # one image of so many
    seed: int = 0


def distil(
    quantized: QuantizedGraph,
    images: NDArray[np.uint8],
    settings: Distillation | None = None,
    *,
    progress: Progress,
) -> QuantizedGraph:
    """Train weights and biases; ranges and weight bounds stay as they are.

    `images`: raw pixels uint8 [n, height, width, channels], n >= 2; some 100 are needed for a gain.
    `progress` is called with steps done and steps in all.
    """
    settings = settings or Distillation()
    held_out = np.arange(len(images)) % settings.held_out == 0
    training = _Training(quantized, settings.rate)
    best, best_constants, checks = training.loss(images[held_out]), training.constants(), 0
    for step, batch in enumerate(_draws(images[~held_out], settings), start=1):
        training.step(batch)
        progress(step, settings.steps)
        if step % settings.check_every:
            continue
        loss = training.loss(images[held_out])
        checks = 0 if loss < best else checks + 1
        if loss < best:
            best, best_constants = loss, training.constants()
        if checks == settings.patience:
            break
    return replace(quantized, graph=quantized.graph.with_constants(best_constants))


class _Training:
    """The trained constants as `start + unit * offset`, the offsets being what Adam moves.

    Adam's steps have one length for all offsets: the units make it one of each channel's own size.
    """

    def __init__(self, quantized: QuantizedGraph, rate: float) -> None:
        import keras  # takes a second, and few conversions distil

        self._quantized = quantized
        self._units = _units(quantized)
        constants = quantized.graph.constants
        self._offsets = {name: keras.Variable(tf.zeros_like(constants[name])) for name in self._units}
        self._adam = keras.optimizers.Adam(rate)
        self._adam.build(list(self._offsets.values()))
        self._step = trace(quantized.graph, self._traced_step)
        self._loss = trace(quantized.graph, self._divergences)

    def step(self, images: NDArray[np.uint8]) -> None:
        """One step of Adam."""
        self._step(input_values(self._quantized.graph, images))

    def loss(self, images: NDArray[np.uint8]) -> float:
        """Mean divergence from the float graph."""
        values = (input_values(self._quantized.graph, batch) for batch in batches(images))
        return float(np.concatenate([self._loss(batch).numpy() for batch in values]).mean())

    def constants(self) -> dict[str, NDArray[np.float32]]:
        """The trained constants as they are now."""
        return {name: np.asarray(value) for name, value in self._current().items()}

    def _current(self) -> Mapping[str, Any]:
        constants = self._quantized.graph.constants
        return {
            name: constants[name] + self._units[name] * offset.value for name, offset in self._offsets.items()
        }

    def _divergences(self, values: tf.Tensor) -> tf.Tensor:
        graph = self._quantized.graph.with_constants(self._current())
        got = simulate(replace(self._quantized, graph=graph), values)
        wanted = activations(self._quantized.reference, values)
        return divergence(log_probabilities(graph, wanted), log_probabilities(graph, got))

    def _traced_step(self, values: tf.Tensor) -> None:
        offsets = list(self._offsets.values())
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self._divergences(values))
        self._adam.apply(tape.gradient(loss, [offset.value for offset in offsets]))


def _draws(images: NDArray[np.uint8], settings: Distillation) -> Iterator[NDArray[np.uint8]]:
    generator = np.random.default_rng(settings.seed)
    size = min(settings.batch, len(images))
    for _ in range(settings.steps):
        yield images[generator.choice(len(images), size, replace=False)]


def _units(quantized: QuantizedGraph) -> dict[str, NDArray[np.float32]]:
    """By name of weights or bias: what one unit of an offset is, broadcastable to the constant."""
    units = {}
    for operator in quantized.graph.operators:
        if operator.kind in WEIGHTED and operator.output not in quantized.keep_float:
            units[operator.inputs[1]] = _weight_unit(quantized, operator)
            limits = quantized.ranges[operator.output]
            units[operator.inputs[2]] = np.full(1, limits.high - limits.low, np.float32)
    return units


def _weight_unit(quantized: QuantizedGraph, operator: Operator) -> NDArray[np.float32]:
    weights = quantized.graph.constants[operator.inputs[1]]
    largest = channel_bounds(operator.kind, weights)
    return largest.reshape(weights.shape[2:]) if operator.kind == "DEPTHWISE_CONV_2D" else largest
