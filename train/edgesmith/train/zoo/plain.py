"""Plain networks of the textbook, from random weights: convolutions, max pools, a dense layer.

F. Chollet, "Deep Learning with Python": `convnet_mnist` and `convnet_small` (the digits and the cats and dogs of
chapter 5, first edition). `separable_fashion`: pairs of a convolution and a separable one, for Fashion-MNIST.
"""

from collections.abc import Callable, Sequence
from typing import Any

from edgesmith.train.zoo.network import Network, Normalisation

_UNIT_RANGE = Normalisation(scale=1 / 255, offset=0.0)


def _convolutions(filters: Sequence[int], *, pools: int, dense: int) -> Callable[[Any, float], Any]:
    """Convolutions 3×3 without padding, a 2×2 max pool after each of the first `pools`, a dense layer."""

    def body(pixels: Any, alpha: float) -> Any:
        del alpha  # there is one width
        from edgesmith.train.backend import keras

        layers, tensor = keras.layers, pixels
        for index, count in enumerate(filters, start=1):
            tensor = layers.Conv2D(count, 3, activation="relu", name=f"conv_{index}")(tensor)
            if index <= pools:
                tensor = layers.MaxPooling2D(name=f"pool_{index}")(tensor)
        tensor = layers.Flatten(name="flatten")(tensor)
        return layers.Dense(dense, activation="relu", name="dense")(tensor)

    return body


def _separable_pairs(pixels: Any, alpha: float) -> Any:
    del alpha  # there is one width
    from edgesmith.train.backend import keras

    layers, tensor = keras.layers, pixels
    for index, filters in enumerate((32, 64, 128), start=1):
        tensor = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"conv_{index}")(tensor)
        tensor = layers.SeparableConv2D(
            filters, 3, padding="same", activation="relu", name=f"separable_{index}"
        )(tensor)
        tensor = layers.MaxPooling2D(name=f"pool_{index}")(tensor)
    tensor = layers.Flatten(name="flatten")(tensor)
    return layers.Dense(128, activation="relu", name="dense")(tensor)


CONVNET_MNIST = Network(
    name="convnet_mnist",
    default_size=28,
    smallest_size=18,  # leaves one pixel to the third convolution
    normalisation=_UNIT_RANGE,
    body=_convolutions((32, 64, 64), pools=2, dense=64),
    channels=(1, 3),
)

CONVNET_SMALL = Network(
    name="convnet_small",
    default_size=150,
    smallest_size=46,  # leaves two pixels to the fourth pool
    normalisation=_UNIT_RANGE,
    body=_convolutions((32, 64, 128, 128), pools=4, dense=512),
    channels=(3, 1),
)

SEPARABLE_FASHION = Network(
    name="separable_fashion",
    default_size=28,
    smallest_size=8,  # three halvings leave one pixel
    normalisation=_UNIT_RANGE,
    body=_separable_pairs,
    channels=(1, 3),
)
