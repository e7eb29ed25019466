from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.spec import InputSpec
from edgesmith.train.backend import keras
from edgesmith.train.plan import NetworkName
from edgesmith.train.weights import load_weights
from edgesmith.train.zoo.catalogue import NETWORKS
from edgesmith.train.zoo.network import build_body

SPEC = InputSpec(height=32, width=32, channels=3)
CASES: list[tuple[NetworkName, str, bool]] = [
    ("mobilenet_v3_small", "MobileNetV3Small", False),
    ("mobilenet_v3_small_minimalistic", "MobileNetV3Small", True),
]


@pytest.mark.parametrize(
    ("name", "application", "minimalistic"),
    [
        *CASES,
        ("mobilenet_v3_large", "MobileNetV3Large", False),
        ("mobilenet_v3_large_minimalistic", "MobileNetV3Large", True),
    ],
)
def test_download_is_asked_for_by_the_right_name_and_copied(
    monkeypatch: pytest.MonkeyPatch, name: NetworkName, application: str, minimalistic: bool
) -> None:
    asked = []

    def downloaded(**arguments: Any) -> Any:
        asked.append(arguments)
        tensor = inputs = keras.Input((32, 32, 3))
        for layer in ("conv", "conv_1"):
            tensor = keras.layers.Conv2D(2, 1, name=layer)(tensor)
        model = keras.Model(inputs, tensor)
        model.set_weights([np.full(weight.shape, 0.5) for weight in model.weights])
        return model

    tensor = inputs = keras.Input((32, 32, 3))
    for layer in ("conv", "conv_1"):
        tensor = keras.layers.Conv2D(2, 1, name=layer)(tensor)
    model = keras.Model(inputs, tensor)
    monkeypatch.setattr(keras.applications, application, downloaded)
    load = NETWORKS[name].load_imagenet

    assert load is not None
    load(model, 1.0)

    assert all((weight == 0.5).all() for weight in model.get_weights())
    assert [(a["weights"], a["alpha"], a["minimalistic"], a["include_top"]) for a in asked] == [
        ("imagenet", 1.0, minimalistic, False)
    ]


@pytest.mark.parametrize(("name", "application", "minimalistic"), CASES)
def test_local_file_of_keras_fills_every_layer(
    tmp_path: Path, name: NetworkName, application: str, minimalistic: bool
) -> None:
    # As Keras builds it, with a Rescaling of its own.
    original = getattr(keras.applications, application)(
        input_shape=(32, 32, 3), alpha=0.75, include_top=False, weights=None, minimalistic=minimalistic
    )
    numbers = np.random.default_rng(0)
    original.set_weights([numbers.random(weight.shape) for weight in original.weights])
    original.save_weights(tmp_path / "local.weights.h5")
    body = build_body(NETWORKS[name], SPEC, alpha=0.75)

    assert load_weights(body, tmp_path / "local.weights.h5") == []

    pixels = numbers.integers(0, 256, (2, 32, 32, 3)).astype(np.float32)
    expected = original.predict(pixels, verbose=0).mean(axis=(1, 2))
    np.testing.assert_allclose(body.predict(pixels, verbose=0), expected, rtol=1e-4)


def test_minimalistic_has_neither_squeeze_nor_hard_swish_nor_large_kernels() -> None:
    body = build_body(NETWORKS["mobilenet_v3_small_minimalistic"], SPEC, alpha=0.35)

    kinds = {type(layer).__name__ for layer in body.layers}
    assert not kinds & {"Activation", "Multiply"}
    sizes = {layer.kernel_size for layer in body.layers if isinstance(layer, keras.layers.DepthwiseConv2D)}
    assert sizes == {(3, 3)}
