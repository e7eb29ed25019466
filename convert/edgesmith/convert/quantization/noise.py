"""Signal and noise of every operator's output, summed over images: quantized against float."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.graph import Operator
from edgesmith.convert.graph.evaluate import activations, apply
from edgesmith.convert.graph.model import SAME_SCALE
from edgesmith.convert.quantization.divergence import divergence, log_probabilities
from edgesmith.convert.quantization.observe import batches, input_values
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.simulate import round_output, rounded_constants, simulate

_Tensors = Mapping[str, Any]


_BATCH = 5  # images at a time: of each, all activations of three networks are there at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Powers of one operator's output, each summed over images and positions, float64 [channels].

    `signal`: float. `network`: error in the quantized network; `shift`: the part of it that is constant for
    each channel. `alone`: error of this operator alone on float inputs, without such a constant.
    `rounding`: error of rounding its float output to its range.
    """

    signal: NDArray[np.float64]
    network: NDArray[np.float64]
    shift: NDArray[np.float64]
    alone: NDArray[np.float64]
    rounding: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`noise`: by operator, in graph order. `divergences` [n], in nats, and `agreements` [n]: of the answers."""

    noise: tuple[Noise, ...]
    divergences: NDArray[np.float32]
    agreements: NDArray[np.bool_]


def compare(quantized: QuantizedGraph, images: NDArray[np.uint8]) -> Comparison:
    """Run the float and the quantized graph on raw pixels uint8 [n, height, width, channels]."""
    reference = quantized.reference

    def run(values: tf.Tensor) -> tuple[list[Any], tf.Tensor, tf.Tensor]:
        wanted, got = activations(reference, values), simulate(quantized, values)
        sums = [_sums(quantized, operator, wanted, got) for operator in reference.operators]
        answers = log_probabilities(reference, wanted), log_probabilities(reference, got)
        return sums, divergence(*answers), tf.argmax(answers[0], 1) == tf.argmax(answers[1], 1)

    # Eagerly: for so few images, tracing three networks takes longer than running them.
    batched = batches(images, size=_BATCH)
    parts = [run(tf.constant(input_values(reference, batch))) for batch in batched]
    by_operator = zip(*(sums for sums, _, _ in parts), strict=True)
    return Comparison(
        noise=tuple(_noise(operator_parts) for operator_parts in by_operator),
        divergences=np.concatenate([values for _, values, _ in parts]),
        agreements=np.concatenate([equal for _, _, equal in parts]),
    )


def _sums(
    quantized: QuantizedGraph, operator: Operator, wanted: _Tensors, got: _Tensors
) -> tuple[Any, Any, Any]:
    """Of one batch: powers [4, channels], sums of the two errors [2, channels], positions."""
    signal = wanted[operator.output]
    network = got[operator.output] - signal
    alone = _alone(quantized, operator, wanted) - signal
    rounding = quantized.ranges[operator.output].fake_quantize(signal) - signal
    channels = signal.shape[-1]
    errors = [tf.reshape(values, (-1, channels)) for values in (signal, network, alone, rounding)]
    powers = [_sum(tf.square(values)) for values in errors]
    shifts = [_sum(values) for values in errors[1:3]]
    return tf.stack(powers), tf.stack(shifts), tf.size(signal) // channels


def _sum(values: tf.Tensor) -> tf.Tensor:
    """Of each channel; as a matrix product, eight times as fast as `tf.reduce_sum` over the leading axis."""
    return tf.matmul(tf.ones((1, values.shape[0])), values)[0]


def _alone(quantized: QuantizedGraph, operator: Operator, wanted: _Tensors) -> Any:
    if operator.output in quantized.keep_float:
        return wanted[operator.output]
    constants = rounded_constants(quantized, operator)
    operands = [wanted[name] if name in wanted else constants[name] for name in operator.inputs]
    values = apply(operator, operands)
    if operator.kind in SAME_SCALE:
        return quantized.ranges[operator.output].fake_quantize(values)
    return round_output(quantized, operator, values)


def _noise(parts: tuple[tuple[Any, Any, Any], ...]) -> Noise:
    powers, shifts, positions = (
        np.sum([np.asarray(part[place], np.float64) for part in parts], 0) for place in range(3)
    )
    constant = shifts**2 / positions
    return Noise(
        signal=powers[0],
        network=powers[1],
        shift=constant[0],
        alone=np.maximum(powers[2] - constant[1], 0),
        rounding=powers[3],
    )
