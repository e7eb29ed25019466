import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.backend import keras
from edgesmith.train.plan import NetworkName
from edgesmith.train.weights import load_weights
from edgesmith.train.zoo.catalogue import NETWORKS
from edgesmith.train.zoo.network import build_body

slow = pytest.mark.slow
# The network, the function of keras.applications and the module of its preprocess_input.
CASES = [
    pytest.param("vgg16", "VGG16", "vgg16", id="vgg16"),
    pytest.param("vgg19", "VGG19", "vgg19", id="vgg19", marks=slow),
    pytest.param("resnet50", "ResNet50", "resnet", id="resnet50", marks=slow),
    pytest.param("inception_v3", "InceptionV3", "inception_v3", id="inception_v3", marks=slow),
    pytest.param("xception", "Xception", "xception", id="xception", marks=slow),
    pytest.param("densenet121", "DenseNet121", "densenet", id="densenet121", marks=slow),
    pytest.param("nasnet_mobile", "NASNetMobile", "nasnet", id="nasnet_mobile", marks=slow),
    pytest.param(
        "inception_resnet_v2",
        "InceptionResNetV2",
        "inception_resnet_v2",
        id="inception_resnet_v2",
        marks=slow,
    ),
]


def small(name: NetworkName) -> InputSpec:
    size = NETWORKS[name].smallest_size
    return InputSpec(height=size, width=size, channels=3)


def random_application(function: Any, size: int) -> Any:
    model = function(input_shape=(size, size, 3), include_top=False, weights=None)
    numbers = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            # Away from zero and one, so that a mix-up of two layers shows.
            layer.set_weights([numbers.uniform(0.5, 1.5, weight.shape) for weight in layer.weights])
    return model


def expected_features(model: Any, module: str, pixels: np.ndarray) -> Any:
    preprocess = importlib.import_module(f"keras.applications.{module}").preprocess_input
    return model.predict(preprocess(pixels.copy()), verbose=0).mean(axis=(1, 2))


@pytest.mark.parametrize(("name", "function", "module"), CASES)
def test_raw_pixels_give_what_keras_gives_of_preprocessed_ones(
    monkeypatch: pytest.MonkeyPatch, name: NetworkName, function: str, module: str
) -> None:
    network, spec = NETWORKS[name], small(name)
    original = random_application(getattr(keras.applications, function), spec.height)
    asked = []

    def downloaded(**arguments: Any) -> Any:
        asked.append(arguments)
        return original

    body = build_body(network, spec, alpha=1.0)
    monkeypatch.setattr(keras.applications, function, downloaded)
    assert network.load_imagenet is not None
    network.load_imagenet(body, 1.0)

    size = network.default_size
    assert asked == [{"input_shape": (size, size, 3), "include_top": False, "weights": "imagenet"}]
    pixels = np.random.default_rng(1).integers(0, 256, (2, *spec.shape[1:])).astype(np.float32)
    expected = expected_features(original, module, pixels)
    assert expected.std() > 1e-3
    np.testing.assert_allclose(body.predict(pixels, verbose=0), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("suffix", ["weights.h5", "keras"])
def test_file_of_keras_is_turned_to_red_first(tmp_path: Path, suffix: str) -> None:
    file, network, spec = tmp_path / f"vgg.{suffix}", NETWORKS["vgg16"], small("vgg16")
    original = random_application(keras.applications.VGG16, spec.height)
    (original.save if suffix == "keras" else original.save_weights)(file)
    body = build_body(network, spec, alpha=1.0)

    load_weights(body, file, bgr_layer=network.bgr_layer)

    pixels = np.random.default_rng(1).integers(0, 256, (2, *spec.shape[1:])).astype(np.float32)
    expected = expected_features(original, "vgg16", pixels)
    np.testing.assert_allclose(body.predict(pixels, verbose=0), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("suffix", ["weights.h5", "keras"])
def test_file_of_ours_is_red_first_already(tmp_path: Path, suffix: str) -> None:
    file, network, spec = tmp_path / f"ours.{suffix}", NETWORKS["vgg16"], small("vgg16")
    ours = build_body(network, spec, alpha=1.0)
    (ours.save if suffix == "keras" else ours.save_weights)(file)
    body = build_body(network, spec, alpha=1.0)

    load_weights(body, file, bgr_layer=network.bgr_layer)

    for loaded, expected in zip(body.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_array_equal(loaded, expected)


@pytest.mark.parametrize(
    ("name", "function", "smallest"),
    [
        ("vgg16", "VGG16", 32),
        ("vgg19", "VGG19", 32),
        ("resnet50", "ResNet50", 32),
        ("inception_v3", "InceptionV3", 75),
        ("xception", "Xception", 71),
        ("densenet121", "DenseNet121", 32),
        ("nasnet_mobile", "NASNetMobile", 32),
        ("inception_resnet_v2", "InceptionResNetV2", 75),
    ],
)
def test_too_small_an_input_is_refused_as_keras_would(
    name: NetworkName, function: str, smallest: int
) -> None:
    NETWORKS[name].require_input(size=smallest, channels=3)

    with pytest.raises(OptionError, match=f"{smallest - 1} is outside {smallest}.*for {name}"):
        NETWORKS[name].require_input(size=smallest - 1, channels=3)
    with pytest.raises(ValueError, match=f"at least {smallest}x{smallest}"):
        getattr(keras.applications, function)(
            input_shape=(smallest - 1, smallest - 1, 3), include_top=False, weights=None
        )


@slow
@pytest.mark.parametrize("name", ["inception_v3", "xception", "inception_resnet_v2"])
def test_layers_have_the_same_names_however_many_were_built(name: NetworkName) -> None:
    first, second = (build_body(NETWORKS[name], small(name), alpha=1.0) for _ in range(2))

    assert [layer.name for layer in first.layers] == [layer.name for layer in second.layers]
