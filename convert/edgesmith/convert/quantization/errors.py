"""Why a quantized network differs from its float one: the error of every operator, on the same images."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.graph import Operator
from edgesmith.convert.graph.model import PROBABILITY, SAME_SCALE, WEIGHTED
from edgesmith.convert.quantization.advice import advise, mostly_rounding
from edgesmith.convert.quantization.noise import Noise, compare
from edgesmith.convert.quantization.operator_error import MAX_DB, OperatorError
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scales import channel_bounds

OUTLIER = 10.0
"""A channel stands out whose largest weight is this many times the median channel's: where both share a range,
the others are left with 256 / 10 codes, less than five bits."""


_TELLING = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantizationErrors:
    """`operators`: in graph order. `divergence`: mean KL(float || quantized) of the answers, in nats.

    `agreement`: share 0..1 of the images with the same best class. `images`: how many this is from.
    """

    operators: tuple[OperatorError, ...]
    divergence: float
    agreement: float
    images: int

    def to_json(self) -> dict[str, Any]:
        """The JSON object of `convert.json`."""
        return asdict(self)


def quantization_errors(quantized: QuantizedGraph, images: NDArray[np.uint8]) -> QuantizationErrors:
    """Compare with the float graph on `images`: raw pixels uint8 [n, height, width, channels]; see `telling`."""
    found = compare(quantized, images)
    pairs = zip(quantized.reference.operators, found.noise, strict=True)
    return QuantizationErrors(
        operators=tuple(_error(quantized, operator, noise) for operator, noise in pairs),
        divergence=float(found.divergences.mean()),
        agreement=float(found.agreements.mean()),
        images=len(images),
    )


def telling(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Some ten of the images [n, ...], which tell operator errors well enough: means over thousands of positions.

    Evenly spread, since images come in folder order, class by class.
    """
    return images[:: max(1, len(images) // _TELLING)]


def worst_operators(quantized: QuantizedGraph, errors: QuantizationErrors, count: int) -> frozenset[str]:
    """What to keep float: outputs of the `count` operators that add most noise of their own.

    Where the rounding of an output is what hurts, its readers are included: between float operators nothing
    is rounded.
    """
    own = [error for error in errors.operators if error.kind not in SAME_SCALE | PROBABILITY]
    worst = sorted(own, key=lambda error: error.alone_snr_db)[:count]
    readers = {
        reader.output
        for error in worst
        if mostly_rounding(error)
        for reader in _readers(quantized.graph.operators, error.output)
    }
    return frozenset(readers | {error.output for error in worst})


def _readers(operators: Sequence[Operator], tensor: str) -> list[Operator]:
    """Who reads the tensor's values, behind operators that only hand them on."""
    found = []
    for operator in operators:
        if tensor in operator.inputs:
            found.append(operator)
            if operator.kind in SAME_SCALE:
                found += _readers(operators, operator.output)
    return found


def _error(quantized: QuantizedGraph, operator: Operator, noise: Noise) -> OperatorError:
    weights = quantized.reference.constants[operator.inputs[1]] if operator.kind in WEIGHTED else None
    limits = quantized.ranges[operator.output]
    error = OperatorError(
        output=operator.output,
        kind=operator.kind,
        snr_db=_decibels(noise.signal.sum(), noise.network.sum()),
        alone_snr_db=_median_decibels(noise.signal, noise.alone),
        rounding_snr_db=_median_decibels(noise.signal, noise.rounding),
        # Of two sums of the same values, the part may be the larger one by float32's last digits.
        shift_share=min(1.0, float(noise.shift.sum() / max(noise.network.sum(), 1e-30))),
        weight_range=None if weights is None else (float(weights.min()), float(weights.max())),
        activation_range=(limits.low, limits.high),
        outlier_channels=() if weights is None else _outliers(channel_bounds(operator.kind, weights)),
        advice=None,
    )
    # What stays float has lost nothing, and of probabilities the specification fixes the range.
    if operator.output in quantized.keep_float or operator.kind in PROBABILITY:
        return error
    return replace(error, advice=advise(error))


def _outliers(bounds: NDArray[np.float32]) -> tuple[int, ...]:
    return tuple(int(channel) for channel in np.flatnonzero(bounds > OUTLIER * np.median(bounds)))


def _median_decibels(signal: NDArray[np.float64], noise: NDArray[np.float64]) -> float:
    """Of the channels that are not dead."""
    found = [_decibels(*powers) for powers in zip(signal, noise, strict=True) if powers[0] > 0]
    return float(np.median(found)) if found else MAX_DB


def _decibels(signal: float, noise: float) -> float:
    if noise <= 0:
        return MAX_DB
    return float(np.clip(10 * np.log10(max(signal, 1e-30) / noise), -MAX_DB, MAX_DB))
