"""A small plain network for 64×64 pixels: five separable convolutions, 22,181 parameters for ten classes.

`edgesmith train digits -o RUN --model separable_small --channels 1 --epochs 6`, on 5,000 MNIST digits split
80/10/10: 97.6 % of the test digits.
"""

from typing import Any, Literal

from edgesmith.train.zoo.network import Network, Normalisation

# Filters of each, and how it halves the picture. A pool costs training more time than a stride and gains more
# accuracy; at full resolution, where most of the time goes, the stride is the better bargain.
_Halving = Literal["stride", "pool", "none"]
_LAYERS: tuple[tuple[int, _Halving], ...] = (
    (16, "stride"),
    (32, "pool"),
    (64, "pool"),
    (64, "pool"),
    (128, "none"),
)


def _body(pixels: Any, alpha: float) -> Any:
    del alpha  # there is one width
    from edgesmith.train.backend import keras

    layers = keras.layers
    tensor = pixels
    for index, (filters, halving) in enumerate(_LAYERS, start=1):
        stride = 2 if halving == "stride" else 1
        tensor = layers.SeparableConv2D(
            filters, 3, stride, padding="same", use_bias=False, name=f"separable_{index}"
        )(tensor)
        # Momentum for runs of a few hundred steps: at Keras' 0.99 the averages would lag behind the weights.
        tensor = layers.BatchNormalization(momentum=0.9, name=f"separable_{index}_bn")(tensor)
        tensor = layers.ReLU(name=f"separable_{index}_relu")(tensor)
        if halving == "pool":
            tensor = layers.MaxPooling2D(name=f"pool_{index}")(tensor)
    tensor = layers.GlobalAveragePooling2D(name="global_average_pooling")(tensor)
    return layers.Dense(32, activation="relu", name="dense")(tensor)


SEPARABLE_SMALL = Network(
    name="separable_small",
    default_size=64,
    normalisation=Normalisation(scale=1 / 255, offset=0.0),
    body=_body,
    smallest_size=15,  # leaves two pixels to the last pool
    channels=(3, 1),
)
