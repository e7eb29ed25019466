from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.errors import UnsupportedModelError
from edgesmith.train.backend import keras
from edgesmith.train.quantization.layers import RoundedActivation
from edgesmith.train.quantization.network import find_ranges, rounding_network

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 16, 16, 3), np.uint8)


def network() -> Any:
    """Every kind of layer with a kernel, a residual, hard-swish, and operations on tensors."""
    layers = keras.layers
    inputs = keras.Input((16, 16, 3), name="image")
    tensor = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    tensor = layers.ZeroPadding2D(1)(tensor)
    tensor = layers.Conv2D(8, 3, use_bias=False, name="conv")(tensor)
    tensor = layers.BatchNormalization(name="norm")(tensor)
    tensor = shortcut = layers.ReLU(6.0, name="relu")(tensor)
    tensor = layers.DepthwiseConv2D(3, padding="same", name="depthwise")(tensor)
    tensor = layers.Activation("hard_swish", name="swish")(tensor)
    tensor = layers.Add(name="residual")([shortcut, tensor])
    tensor = layers.MaxPooling2D()(tensor)
    tensor = layers.SeparableConv2D(6, 3, activation="relu", name="separable")(tensor)
    tensor = layers.ReLU(6.0, name="gate")(tensor + 3.0) * (1 / 6)
    tensor = layers.GlobalAveragePooling2D(name="pool")(tensor)
    tensor = layers.Dropout(0.5)(tensor)
    outputs = layers.Dense(3, activation="softmax", name="predictions")(tensor)
    model = keras.Model(inputs, outputs)
    numbers = np.random.default_rng(1)
    model.set_weights([numbers.uniform(0.1, 1, weight.shape) - 0.3 for weight in model.weights])
    model.get_layer("norm").moving_variance.assign(numbers.uniform(0.5, 2, 8))
    return model


def producers(model: Any) -> list[str]:
    """What is in front of each rounded activation, in order."""
    names = []
    for layer in model.layers:
        if isinstance(layer, RoundedActivation):
            (node,) = layer._inbound_nodes
            names.append(node.input_tensors[0]._keras_history.operation.name)
    return names


def test_tensors_that_an_int8_file_stores_are_rounded_and_no_others() -> None:
    model = network()

    copy = rounding_network(model, find_ranges(model, PIXELS)).model

    found = [name.partition("_rounded")[0] for name in producers(copy)]
    assert found[:4] == ["relu", "depthwise", "swish", "residual"]
    # Between the two halves of the separable convolution; its ReLU comes with `+ 3.0` behind it.
    assert found[4] == "separable_depthwise"
    assert found[5].startswith("separable_activation")
    assert found[6:7] == ["gate"]
    assert found[8:] == ["pool", "predictions"]
    assert len(found) == 10


def test_rounding_is_close_to_the_float_network_and_not_the_same() -> None:
    model = network()

    copy = rounding_network(model, find_ranges(model, PIXELS)).model

    difference = np.abs(copy.predict(PIXELS, verbose=0) - model.predict(PIXELS, verbose=0)).max()
    assert 1e-6 < difference < 0.02


def test_ranges_are_the_extremes_over_all_images() -> None:
    model = network()

    ranges = find_ranges(model, PIXELS)

    relu = keras.Model(model.input, model.get_layer("relu").output).predict(PIXELS, verbose=0)
    depthwise = keras.Model(model.input, model.get_layer("depthwise").output).predict(PIXELS, verbose=0)
    np.testing.assert_allclose(ranges[0], (relu.min(), relu.max()), rtol=1e-5)
    np.testing.assert_allclose(ranges[1], (depthwise.min(), depthwise.max()), rtol=1e-5)


def test_weights_go_there_and_back() -> None:
    model = network()
    before = model.get_weights()
    rounding = rounding_network(model, find_ranges(model, PIXELS))
    model.set_weights([np.zeros(weight.shape) for weight in model.weights])

    rounding.write_to(model)

    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_allclose(new, old, rtol=1e-6, atol=1e-7)


def test_frozen_layers_are_trained_again_and_statistics_are_not() -> None:
    model = network()
    model.get_layer("conv").trainable = False
    rounding = rounding_network(model, find_ranges(model, PIXELS))
    before = model.get_weights()
    rounding.model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="sparse_categorical_crossentropy")

    rounding.model.fit(PIXELS, np.arange(6) % 3, epochs=3, verbose=0)

    rounding.write_to(model)
    moved = {
        weight.path
        for weight, old in zip(model.weights, before, strict=True)
        if not np.allclose(weight.numpy(), old, rtol=1e-6, atol=1e-7)
    }
    expected = {weight.path for weight in model.weights if "moving" not in weight.path}
    assert moved == expected


def test_unknown_layer_with_weights_is_named() -> None:
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, keras.layers.PReLU(name="slope")(inputs))

    with pytest.raises(UnsupportedModelError, match="'slope' is a PReLU"):
        rounding_network(model, [])


def test_nested_model_is_named() -> None:
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)], name="inner")
    inputs = keras.Input((4,))

    with pytest.raises(UnsupportedModelError, match="'inner' is a model inside"):
        rounding_network(keras.Model(inputs, inner(inputs)), [])
