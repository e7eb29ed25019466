import functools
from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.plan import NETWORK_NAMES, NetworkName
from edgesmith.train.zoo.catalogue import NETWORKS
from edgesmith.train.zoo.classic import CLASSIC_NETWORKS
from edgesmith.train.zoo.network import build_body, build_head, join

SIGNED = ((-1.0,) * 3, (1.0,) * 3)
UNIT = ((0.0,) * 3, (1.0,) * 3)
# Minus the means of red, green and blue.
CENTRED = ((-123.68, -116.779, -103.939), (131.32, 138.221, 151.061))

# Black and white as the network sees them: modes "tf", "caffe" and "torch" of keras.applications, the builder of
# EfficientNet-Lite, and a share of full brightness.
NORMALISED: dict[NetworkName, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "mobilenet_v1": SIGNED,
    "mobilenet_v2": SIGNED,
    "mobilenet_v3_small": SIGNED,
    "mobilenet_v3_large": SIGNED,
    "mobilenet_v3_small_minimalistic": SIGNED,
    "mobilenet_v3_large_minimalistic": SIGNED,
    "efficientnet_lite0": ((-127 / 128,) * 3, (1.0,) * 3),
    "vgg16": CENTRED,
    "vgg19": CENTRED,
    "resnet50": CENTRED,
    "inception_v3": SIGNED,
    "xception": SIGNED,
    "densenet121": ((-2.117904, -2.035714, -1.804444), (2.248908, 2.428571, 2.64)),
    "nasnet_mobile": SIGNED,
    "inception_resnet_v2": SIGNED,
    "separable_small": UNIT,
    "separable_fashion": UNIT,
    "convnet_mnist": UNIT,
    "convnet_small": UNIT,
}

CLASSIC = {network.name for network in CLASSIC_NETWORKS}
EACH = [pytest.param(name, marks=pytest.mark.slow if name in CLASSIC else ()) for name in NETWORK_NAMES]


def size_of(name: NetworkName) -> int:
    return max(32, NETWORKS[name].smallest_size)


@functools.cache  # building MobileNetV3 takes seconds, and the tests only look
def build(name: NetworkName, *, channels: int = 3, classes: int = 4) -> Any:
    network, size = NETWORKS[name], size_of(name)
    spec = InputSpec(height=size, width=size, channels=channels)
    body = build_body(network, spec, alpha=network.alphas[0])
    return join(body, build_head(body.output.shape[-1], classes, dropout=0.2), name=name)


@pytest.mark.parametrize("name", EACH)
def test_raw_pixels_become_probabilities(name: NetworkName) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (3, size_of(name), size_of(name), 3), np.uint8)

    scores = build(name).predict(pixels, verbose=0)

    assert scores.shape == (3, 4)
    np.testing.assert_allclose(scores.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("name", EACH)
def test_normalisation_is_a_layer_of_the_model(name: NetworkName) -> None:
    layer = build(name).get_layer("normalisation")

    black_and_white = np.array([[0, 0, 0], [255, 255, 255]], np.float32)
    np.testing.assert_allclose(np.asarray(layer(black_and_white)), NORMALISED[name], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", EACH)
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


def test_one_sigmoid_tells_two_classes_apart() -> None:
    head = build_head(4, 2, dropout=0.2, sigmoid=True)

    scores = head.predict(np.random.default_rng(0).normal(0, 9, (50, 4)), verbose=0)

    assert scores.shape == (50, 1)
    assert 0 <= scores.min() < 0.5 < scores.max() <= 1
    with pytest.raises(OptionError, match="not 3"):
        build_head(4, 3, dropout=0.2, sigmoid=True)


@pytest.mark.parametrize(
    ("name", "alpha", "imagenet", "message"),
    [
        pytest.param(
            "mobilenet_v1", 0.6, True, "no ImageNet weights", id="no ImageNet weights of this width"
        ),
        pytest.param("mobilenet_v2", 0.02, False, "0.02", id="too narrow"),
        pytest.param("mobilenet_v2", 2.1, False, "2.1", id="too wide"),
        pytest.param("mobilenet_v2", float("nan"), False, "nan", id="no number"),
        pytest.param("efficientnet_lite0", 0.5, False, "0.5", id="one width only"),
        pytest.param("mobilenet_v3_small", 0.5, True, "no ImageNet weights", id="width of the paper only"),
    ],
)
def test_other_widths_are_refused(name: NetworkName, alpha: float, imagenet: bool, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        NETWORKS[name].require_alpha(alpha, imagenet=imagenet)


@pytest.mark.parametrize(
    "name",
    ["mobilenet_v1", "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large_minimalistic"],
)
@pytest.mark.parametrize("alpha", [0.05, 0.6, 2.0])
def test_any_width_can_be_built_from_random_weights(name: NetworkName, alpha: float) -> None:
    network = NETWORKS[name]
    network.require_alpha(alpha, imagenet=False)

    body = build_body(network, InputSpec(height=32, width=32, channels=3), alpha=alpha)

    assert body.output_shape[1] >= 1


def test_channels_that_a_network_does_not_take_are_refused() -> None:
    NETWORKS["convnet_mnist"].require_input(size=28, channels=1)

    with pytest.raises(OptionError, match="takes 3 channels, not 1"):
        NETWORKS["vgg16"].require_input(size=224, channels=1)
