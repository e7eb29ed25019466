import functools
from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.spec import InputSpec
from edgesmith.train.plan import NETWORK_NAMES, NetworkName
from edgesmith.train.zoo.catalogue import NETWORKS
from edgesmith.train.zoo.network import build_body, build_head, join

# mode "tf" of keras.applications, the builder of EfficientNet-Lite, and a share of full brightness.
NORMALISED: dict[NetworkName, tuple[float, float]] = {
    "mobilenet_v1": (-1.0, 1.0),
    "mobilenet_v2": (-1.0, 1.0),
    "mobilenet_v3_small": (-1.0, 1.0),
    "mobilenet_v3_large": (-1.0, 1.0),
    "mobilenet_v3_small_minimalistic": (-1.0, 1.0),
    "mobilenet_v3_large_minimalistic": (-1.0, 1.0),
    "efficientnet_lite0": (-127 / 128, 1.0),
    "separable_small": (0.0, 1.0),
}


@functools.cache  # building MobileNetV3 takes seconds, and the tests only look
def build(name: NetworkName, *, channels: int = 3, classes: int = 4) -> Any:
    network = NETWORKS[name]
    spec = InputSpec(height=32, width=32, channels=channels)
    body = build_body(network, spec, alpha=network.alphas[0])
    return join(body, build_head(body.output.shape[-1], classes, dropout=0.2), name=name)


@pytest.mark.parametrize("name", NETWORK_NAMES)
def test_raw_pixels_become_probabilities(name: NetworkName) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)

    scores = build(name).predict(pixels, verbose=0)

    assert scores.shape == (3, 4)
    np.testing.assert_allclose(scores.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("name", NETWORK_NAMES)
def test_normalisation_is_a_layer_of_the_model(name: NetworkName) -> None:
    layer = build(name).get_layer("normalisation")

    np.testing.assert_allclose(np.asarray(layer(np.array([0, 255], np.float32))), NORMALISED[name], atol=1e-6)


@pytest.mark.parametrize("name", NETWORK_NAMES)
def test_layers_are_flat_and_can_be_exported(name: NetworkName) -> None:
    model = build(name)

    # A SavedModel refuses names with an underscore in front; a nested model would hide layers from `explain`.
    assert not [
        layer.name for layer in model.layers if layer.name.startswith("_") or hasattr(layer, "layers")
    ]
    assert len({layer.name for layer in model.layers}) == len(model.layers)


@pytest.mark.parametrize("name", ["mobilenet_v1", "separable_small"])
def test_joined_model_is_the_head_on_the_body(name: NetworkName) -> None:
    network = NETWORKS[name]
    body = build_body(network, InputSpec(height=32, width=32, channels=3), alpha=network.default_alpha)
    head = build_head(body.output.shape[-1], 3, dropout=0.2)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), np.uint8)

    scores = join(body, head, name=name).predict(pixels, verbose=0)

    expected = head.predict(body.predict(pixels, verbose=0), verbose=0)
    np.testing.assert_allclose(scores, expected, atol=1e-6)


def test_separable_small_is_what_it_is_called() -> None:
    model = build("separable_small", channels=1, classes=10)

    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("SeparableConv2D") == 5
    assert kinds.count("GlobalAveragePooling2D") == 1
    assert model.get_layer("dense").units == 32
    assert model.input_shape == (None, 32, 32, 1)
    assert model.count_params() < 25_000
