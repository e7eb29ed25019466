"""The pattern each filter answers to most, by gradient ascent on the picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.explain.gradients import ascent_step
from edgesmith.convert.explain.network import Network, flatten, without_activation
from edgesmith.runtime.errors import UnsupportedModelError

import keras  # isort: skip

# Pixels a side. Convolutions do not mind the size; a smaller canvas than the model's input saves most of the time.
_CANVAS = 80
_STEPS = 28
_STEP_PIXELS = 9.0  # root mean square of one step, in units of 0..255
_JITTER = 8  # pixels; by at most this much is the picture shifted in each step
_PICTURE_BLUR = 0.08  # share of each neighbour; a Gaussian of 0.4 pixels
_GRADIENT_BLURS = (1, 2, 2)  # distances of passes with shares of a quarter; together a Gaussian of 2 pixels
_COLOUR = 0.5  # how much of the gradient's colour is kept; photos vary far less in hue than in brightness


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FilterPatterns:
    """`patterns`: uint8 [n, side, side, channels], one for each filter of `indices` of the layer.

    `blank`: filters whose gradient is zero everywhere; their picture is the start's noise, drawn grey.
    """

    layer: str
    filters: int
    indices: tuple[int, ...]
    patterns: NDArray[np.uint8]
    blank: tuple[int, ...]


def filter_patterns(model: Any, layer: str, indices: tuple[int, ...], *, seed: int = 0) -> FilterPatterns:
    """Climb from grey noise towards the largest mean answer of each filter, before its activation.

    K. Simonyan et al., Deep Inside Convolutional Networks, 2014, with the normalised gradient of F. Chollet's
    textbook, and jitter and blur against the fine noise that networks answer to (C. Olah et al., Feature
    Visualization, Distill 2017). Raises `UnsupportedModelError` for a layer that gives no map.
    """
    network = _small(model)
    node = network.find(layer)
    if len(node.output.shape) != 4:
        raise UnsupportedModelError(
            f"{layer!r} gives vectors; filter patterns need a convolutional layer",
            tip="--filter-layer with a convolution, or leave it out",
        )
    answer = keras.Model(network.input, without_activation(node))
    pictures, moved = _climb(answer, indices, seed)
    return FilterPatterns(
        layer=node.path,
        filters=int(node.output.shape[-1]),
        indices=indices,
        patterns=np.stack([_displayed(picture) for picture in pictures]),
        blank=tuple(index for index, does in zip(indices, moved, strict=True) if not does),
    )


def default_filter_layer(network: Network) -> str:
    """The convolution two thirds down: deep enough for textures and parts, not so deep that all look alike.

    Depthwise ones, which see one channel each, only where there are no others.
    """
    convolutions = [node for node in network.nodes if node.kind == "convolution" and node.is_map]
    mixing = [node for node in convolutions if not isinstance(node.layer, keras.layers.DepthwiseConv2D)]
    candidates = mixing or convolutions
    if not candidates:
        raise UnsupportedModelError(
            "the model has no convolution, so no filters to show",
            tip="--show activations heatmaps leaves the filters out",
        )
    return candidates[len(candidates) * 2 // 3].path


def _small(model: Any) -> Network:
    """The network on a smaller canvas, where its layers can do that."""
    height, width, channels = model.inputs[0].shape[1:]
    if min(height, width) <= _CANVAS:
        return flatten(model)
    try:
        return flatten(model, shape=(_CANVAS, _CANVAS, channels))
    except ValueError:  # a Dense layer behind Flatten was built for one size only
        return flatten(model)


def _climb(answer: Any, indices: tuple[int, ...], seed: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The pictures [n, h, w, c] after all steps, and which of them had a gradient."""
    generator = np.random.default_rng(seed)
    step = ascent_step(answer, np.array(indices, np.int32))
    size = (len(indices), *answer.inputs[0].shape[1:])
    pictures = generator.normal(127, 8, size).astype(np.float32)
    moved = np.zeros(len(indices), np.bool_)
    for _ in range(_STEPS):
        down, right = generator.integers(-_JITTER, _JITTER + 1, 2)
        shifted = np.roll(pictures, (down, right), axis=(1, 2))
        gradient = keras.ops.convert_to_numpy(step(keras.ops.convert_to_tensor(shifted)))
        moved |= gradient.any(axis=(1, 2, 3))
        shifted += _STEP_PIXELS * _calmed(gradient)
        shifted = np.clip(_blurred(shifted, _PICTURE_BLUR), 0, 255)
        pictures = np.roll(shifted, (-down, -right), axis=(1, 2))
    return pictures, moved


def _calmed(gradient: NDArray[np.float32]) -> NDArray[np.float32]:
    """Low frequencies and brightness raised, as they are in photos, then of root mean square 1 again."""
    coarse = gradient
    for distance in _GRADIENT_BLURS:
        coarse = _blurred(coarse, 0.25, distance=distance)
    calm = gradient / 3 + coarse
    grey = calm.mean(axis=3, keepdims=True)
    calm = grey + _COLOUR * (calm - grey)
    size = np.sqrt((calm**2).mean(axis=(1, 2, 3), keepdims=True))
    rescaled: NDArray[np.float32] = calm / np.maximum(size, 1e-12)
    return rescaled


def _blurred(pictures: NDArray[np.float32], share: float, *, distance: int = 1) -> NDArray[np.float32]:
    """Each pixel gives `share` to each of its neighbours at a distance, along both axes."""
    for axis in (1, 2):
        neighbours = np.roll(pictures, distance, axis) + np.roll(pictures, -distance, axis)
        pictures = (1 - 2 * share) * pictures + share * neighbours
    return pictures


def _displayed(picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Contrast spread: three standard deviations to each side of the mean fill 0..255."""
    spread = picture.std()
    centred = (picture - picture.mean()) / (6 * spread if spread > 1e-6 else 1.0) + 0.5
    shown: NDArray[np.uint8] = (np.clip(centred, 0, 1) * 255).astype(np.uint8)
    return shown
