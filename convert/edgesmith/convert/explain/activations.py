"""Numbers about a layer's answer to one picture: how much of it is zero, and which channels say nothing."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

LayerKind = Literal["convolution", "pooling", "activation", "other"]

# Of the layer's largest magnitude. A channel that varies less than this says the same everywhere; float32
# keeps about seven digits, of which summation costs one.
_FLAT = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerActivation:
    """`values`: float32 [height, width, channels]; vectors are [1, 1, channels]. Dequantized where quantized."""

    name: str
    kind: LayerKind
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSummary:
    """`shape`: height, width, channels. `sparsity`: share of values that are exactly zero, 0..1.

    `dead`: channels that give the same value everywhere on this picture; of vectors, those that give zero.
    """

    name: str
    kind: LayerKind
    shape: tuple[int, int, int]
    sparsity: float
    dead: tuple[int, ...]


def summarise(activation: LayerActivation) -> LayerSummary:
    """Sparsity and dead channels of one layer for one picture."""
    values = activation.values
    height, width, channels = values.shape
    return LayerSummary(
        name=activation.name,
        kind=activation.kind,
        shape=(height, width, channels),
        sparsity=float((values == 0).mean()),
        dead=tuple(int(index) for index in np.flatnonzero(dead_channels(values))),
    )


def dead_channels(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Of each channel of [height, width, channels], whether it tells nothing about this picture."""
    tiny = _FLAT * float(np.abs(values).max(initial=0.0))
    if values.shape[:2] == (1, 1):
        silent: NDArray[np.bool_] = np.abs(values[0, 0]) <= tiny
        return silent
    flat: NDArray[np.bool_] = values.max(axis=(0, 1)) - values.min(axis=(0, 1)) <= tiny
    return flat


def strongest_channels(values: NDArray[np.float32], count: int) -> list[int]:
    """The channels with the highest peak over their own mean, in units of the layer's spread, best first."""
    peaks = values.max(axis=(0, 1)) - values.mean(axis=(0, 1))
    return [int(index) for index in np.argsort(-peaks, kind="stable")[:count]]
