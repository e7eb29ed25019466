"""A network of your own for `edgesmith train`: a function that returns a Keras model.

Install:  pip install 'edgesmith[all]'
Run:      edgesmith train photos -o runs/own --model custom_network.py:build --recipe scratch --image-size 96
          edgesmith convert runs/own -o deploy/own

The contract: raw pixels 0..255 go in, probabilities come out, and the normalisation is part of the network, so that
no program that uses the model has to know of it. Operators that can be converted to int8 are listed in
docs/conversion.md; those of this network are all among them.
"""

import keras
from keras import layers

WIDTHS = (16, 32, 64, 128)  # channels of each stage, which halves height and width
MOMENTUM = 0.9  # Keras's own 0.99 needs hundreds of batches until validation shows what was learned


def build(input_shape: tuple[int, int, int], classes: int) -> keras.Model:
    """`input_shape`: (height, width, channels), as --image-size and --channels ask for it."""
    image = keras.Input(input_shape)
    values = layers.Rescaling(1 / 127.5, offset=-1)(image)
    for width in WIDTHS:
        values = separable(values, width, strides=2)
        values = layers.Add()([values, separable(values, width)])
    values = layers.GlobalAveragePooling2D()(values)
    values = layers.Dropout(0.2)(values)
    return keras.Model(image, layers.Dense(classes, activation="softmax")(values))


def separable(values: keras.KerasTensor, width: int, *, strides: int = 1) -> keras.KerasTensor:
    """A depthwise and a pointwise convolution, as in MobileNet: few weights, and fast in int8."""
    values = layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)(values)
    values = layers.BatchNormalization(momentum=MOMENTUM)(values)
    values = layers.Conv2D(width, 1, use_bias=False)(values)
    values = layers.BatchNormalization(momentum=MOMENTUM)(values)
    return layers.ReLU(6.0)(values)
