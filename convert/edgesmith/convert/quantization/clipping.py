"""Ranges narrower than the extremes: rare values are clipped so that all others get finer steps.

Never the default: percentiles destroy ReLU6 networks and logits, and squared errors gained nothing measurable
on MobileNetV1 0.25 and EfficientNet-Lite0. They help where single values stretch a range far beyond the rest.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph
from edgesmith.convert.graph.evaluate import activations
from edgesmith.convert.quantization.observe import batches, input_values, trace
from edgesmith.convert.quantization.scales import ActivationRange

Extremes = Mapping[str, tuple[float, float]]

PERCENT = 99.99
"""Of the values lie below the high end, and as many above the low one. At 99.9, agreement of MobileNetV1 0.25
with its float model fell by nine points, at 99.99 by half a point (research/quantization.md)."""

BINS = 2048
"""Eight for each code, so that rounding within a bin is small against rounding to a code."""

_SHARES = np.linspace(0.02, 1.0, 99)  # of an end's extreme, tried in turn


def clip_extremes(
    graph: Graph, images: NDArray[np.uint8], extremes: Extremes, method: Literal["mse", "percentile"]
) -> dict[str, tuple[float, float]]:
    """Narrowed (low, high) of every activation.

    `images`: raw pixels uint8 [n, height, width, channels]. Their values are counted in a second pass, in
    `BINS` bins between the extremes; only the counts are kept.
    """
    constant = {name: ends for name, ends in extremes.items() if ends[1] <= ends[0]}
    varied = {name: ends for name, ends in extremes.items() if name not in constant}
    counts = _histograms(graph, images, varied)
    narrow = _least_squares if method == "mse" else _percentiles
    return {**constant, **{name: narrow(*ends, counts[name]) for name, ends in varied.items()}}


def _histograms(graph: Graph, images: NDArray[np.uint8], extremes: Extremes) -> dict[str, NDArray[np.int64]]:
    def count(values: tf.Tensor) -> tf.Tensor:
        tensors = activations(graph, values)
        return tf.stack(
            [tf.histogram_fixed_width(tensors[name], ends, BINS) for name, ends in extremes.items()]
        )

    traced = trace(graph, count)
    total = sum(traced(input_values(graph, batch)).numpy().astype(np.int64) for batch in batches(images))
    return dict(zip(extremes, np.asarray(total), strict=True))


def _centres(low: float, high: float) -> NDArray[np.float64]:
    return low + (np.arange(BINS) + 0.5) * (high - low) / BINS


def _percentiles(low: float, high: float, counts: NDArray[np.int64]) -> tuple[float, float]:
    shares, centres = np.cumsum(counts) / counts.sum(), _centres(low, high)
    within = (shares > 1 - PERCENT / 100) & (shares - counts / counts.sum() < PERCENT / 100)
    kept = centres[within]
    # Bins are wider than nothing: an end that cuts nothing off stays where it is.
    return (
        low if within[0] else float(kept[0]),
        high if within[-1] else float(kept[-1]),
    )


def _least_squares(low: float, high: float, counts: NDArray[np.int64]) -> tuple[float, float]:
    """Both ends together first, then each by itself."""
    centres = _centres(low, high)

    def best(candidates: list[tuple[float, float]]) -> tuple[float, float]:
        return min(
            candidates, key=lambda ends: _squared_error(ActivationRange.covering(*ends), centres, counts)
        )

    found = best([(low * share, high * share) for share in _SHARES[::-1]])
    found = best([found, *((low * share, found[1]) for share in _SHARES[::-1])])
    return best([found, *((found[0], high * share) for share in _SHARES[::-1])])


def _squared_error(limits: ActivationRange, centres: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    step = (limits.high - limits.low) / 255
    rounded = np.clip(np.round(centres / step) * step, limits.low, limits.high)
    return float((counts * (centres - rounded) ** 2).sum())
