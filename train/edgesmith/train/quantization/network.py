"""From a float network to one that rounds where its int8 file rounds, and back.

Rounded is what an int8 file stores: each kernel, and each tensor between operators. No operator of its own,
so nothing between them, are BatchNormalization after a convolution and ReLU or ReLU6, which the converter
folds into what precedes them, and the normalisation of the pixels, which it folds into what follows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.errors import UnsupportedModelError
from edgesmith.train.backend import keras
from edgesmith.train.quantization.layers import (
    FrozenBatchNormalization,
    RoundedActivation,
    RoundedKernel,
    kernel_bounds,
)

_layers = keras.layers
Range = tuple[float, float]
Arrays = list[NDArray[np.float32]]

_WITH_KERNEL = (_layers.Conv2D, _layers.DepthwiseConv2D, _layers.SeparableConv2D, _layers.Dense)
# Raw pixels are integers, and stay on their 256 levels through these.
_NORMALISATION = (_layers.Rescaling, _layers.Normalization)
# These hand values on, or zero, or in training a multiple: what was on a level stays on one.
_MOVING = (
    _layers.ZeroPadding2D,
    _layers.Cropping2D,
    _layers.MaxPooling2D,
    _layers.GlobalMaxPooling2D,
    _layers.Flatten,
    _layers.Reshape,
    _layers.Dropout,
    _layers.SpatialDropout2D,
)
# Of the images that give the ranges; divides the recipe's 100, since TensorFlow traces each shape anew.
_BATCH = 20
_FOLDED_ACTIVATIONS = (keras.activations.relu, keras.activations.relu6)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundingNetwork:
    """`model`: the Keras model to train. `copies`: its layers by the name of the float layer they stand for."""

    model: Any
    copies: dict[str, list[Any]]

    def write_to(self, model: Any) -> None:
        """Set the weights of the float `model` that this was made from to what was learnt, unrounded."""
        for name, copies in self.copies.items():
            model.get_layer(name).set_weights([array for copy in copies for array in _plain_weights(copy)])


def rounding_network(model: Any, ranges: Sequence[Range]) -> RoundingNetwork:
    """A copy of a flat functional Keras `model` with rounding in it; `ranges` are those of `find_ranges`.

    Raises `UnsupportedModelError` for a layer with weights that has no rounded form here.
    """
    remaining = iter(ranges)

    def store(tensor: Any) -> Any:
        return RoundedActivation.covering(*next(remaining))(tensor)

    def round_layer(layer: Any, weights: Arrays) -> Any:
        return RoundedKernel(layer, bounds=kernel_bounds(layer, weights[0]), name=f"{layer.name}_rounded")

    walk = _Walk(store=store, wrap=round_layer)
    return RoundingNetwork(model=walk.copy(model), copies=walk.copies)


def find_ranges(model: Any, pixels: NDArray[np.uint8]) -> list[Range]:
    """The least and the greatest value of each tensor that `rounding_network` rounds, in its order.

    `pixels`: raw images [n, h, w, c]. Raises as `rounding_network`.
    """
    ops, extremes = keras.ops, []

    def store(tensor: Any) -> Any:
        axes = tuple(range(1, len(tensor.shape)))
        extremes.append(ops.stack([ops.min(tensor, axes), ops.max(tensor, axes)], axis=-1))
        return tensor

    copy = _Walk(store=store, wrap=lambda layer, weights: layer).copy(model)
    found = keras.Model(copy.inputs, ops.stack(extremes, axis=1)).predict(
        pixels, batch_size=_BATCH, verbose=0
    )
    return list(zip(found[..., 0].min(0).tolist(), found[..., 1].max(0).tolist(), strict=True))


class _Walk:
    """Copies a network. `store` is given each tensor that gets stored, `wrap` each layer with a kernel."""

    def __init__(self, *, store: Callable[[Any], Any], wrap: Callable[[Any, Arrays], Any]) -> None:
        self.copies: dict[str, list[Any]] = {}
        self._store, self._wrap = store, wrap
        # By id of the tensor, which the value keeps alive.
        self._stored: dict[int, tuple[Any, Any]] = {}
        self._convolved: dict[int, Any] = {}

    def copy(self, model: Any) -> Any:
        for layer in model.layers:
            _require_known(layer)
        copy = keras.models.clone_model(model, clone_function=lambda layer: layer, call_function=self._call)
        for name, copies in self.copies.items():
            for part, (_, weights) in zip(copies, _parts(model.get_layer(name)), strict=True):
                _load(part, weights)
        return copy

    def _call(self, layer: Any, *args: Any, **options: Any) -> Any:
        if isinstance(layer, _WITH_KERNEL):
            return self._call_with_kernel(layer, *args)
        if not _reads_unrounded(layer) and not self._folds(layer, args):
            args = keras.tree.map_structure(self._stored_form, args)
        (copy,) = self._copies_of(layer)
        output = copy(*args, **options)
        if isinstance(layer, (*_NORMALISATION, *_MOVING)):
            self._stored[id(output)] = (output, output)
        return output

    def _call_with_kernel(self, layer: Any, tensor: Any) -> Any:
        for copy in self._copies_of(layer):
            tensor = copy(self._stored_form(tensor))
        self._convolved[id(tensor)] = tensor
        if layer.activation is keras.activations.linear:
            return tensor
        return self._call(_layers.Activation(layer.activation, name=f"{layer.name}_activation"), tensor)

    def _copies_of(self, layer: Any) -> list[Any]:
        if layer.name not in self.copies:
            wrap = self._wrap if isinstance(layer, _WITH_KERNEL) else lambda part, _: part
            copies = [wrap(part, weights) for part, weights in _parts(layer)]
            if not isinstance(layer, keras.Layer) or not layer.weights:
                return copies
            self.copies[layer.name] = copies
        return self.copies[layer.name]

    def _folds(self, layer: Any, args: tuple[Any, ...]) -> bool:
        return isinstance(layer, _layers.BatchNormalization) and id(args[0]) in self._convolved

    def _stored_form(self, tensor: Any) -> Any:
        if not isinstance(tensor, keras.KerasTensor):
            return tensor  # a number, as in `x + 3.0`
        if id(tensor) not in self._stored:
            self._stored[id(tensor)] = (tensor, self._store(tensor))
        return self._stored[id(tensor)][1]


def _require_known(layer: Any) -> None:
    if hasattr(layer, "layers"):
        raise UnsupportedModelError(
            f"{layer.name!r} is a model inside of the model, which is not made quantization-aware",
            tip="call its layers directly, as the networks of `edgesmith train` do",
        )
    # `variables`, since a frozen layer has no trainable ones; a Dropout's are the state of its random numbers.
    plain = isinstance(layer, (*_WITH_KERNEL, *_NORMALISATION, *_MOVING, _layers.BatchNormalization))
    if layer.variables and not plain:
        raise UnsupportedModelError(
            f"{layer.name!r} is a {type(layer).__name__}, which has weights and no quantization-aware form",
            tip="Conv2D, DepthwiseConv2D, SeparableConv2D, Dense and BatchNormalization have one",
        )


def _reads_unrounded(layer: Any) -> bool:
    if isinstance(layer, _layers.ReLU):
        return layer.max_value in {None, 6.0} and not layer.negative_slope and not layer.threshold
    if isinstance(layer, _layers.Activation):
        return layer.activation in _FOLDED_ACTIVATIONS
    return isinstance(layer, _NORMALISATION)


def _parts(layer: Any) -> Iterator[tuple[Any, Arrays]]:
    """What the converter makes of `layer`, its activation left out, with the weights; or a copy of `layer`.

    Also of what is an operation on tensors and no layer. Nothing stays frozen that the float training froze.
    """
    config = layer.get_config()
    if not isinstance(layer, keras.Layer):
        yield type(layer).from_config(config), []
        return
    config["trainable"] = True
    weights = layer.get_weights()
    if isinstance(layer, _layers.SeparableConv2D):
        depthwise, pointwise = _split_separable(layer)
        yield depthwise, weights[:1]
        yield pointwise, weights[1:]
    elif isinstance(layer, _layers.BatchNormalization):
        yield FrozenBatchNormalization.from_config(config), weights
    elif isinstance(layer, _WITH_KERNEL):
        yield type(layer).from_config({**config, "activation": "linear"}), weights
    else:
        yield type(layer).from_config(config), weights


def _split_separable(layer: Any) -> tuple[Any, Any]:
    depthwise = _layers.DepthwiseConv2D(
        layer.kernel_size,
        layer.strides,
        padding=layer.padding,
        dilation_rate=layer.dilation_rate,
        depth_multiplier=layer.depth_multiplier,
        use_bias=False,
        name=f"{layer.name}_depthwise",
    )
    return depthwise, _layers.Conv2D(
        layer.filters, 1, use_bias=layer.use_bias, name=f"{layer.name}_pointwise"
    )


def _load(copy: Any, weights: Arrays) -> None:
    if isinstance(copy, RoundedKernel):
        copy.load(weights)
    else:
        copy.set_weights(weights)


def _plain_weights(copy: Any) -> Arrays:
    weights: Arrays = copy.plain_weights() if isinstance(copy, RoundedKernel) else copy.get_weights()
    return weights
