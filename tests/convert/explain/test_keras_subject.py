from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import keras  # isort: skip
from edgesmith.convert.explain.keras_subject import KerasSubject, load_keras_subject
from edgesmith.convert.explain.masking import centre_of_mass
from edgesmith.runtime.errors import DataError, ModelFileError, UnsupportedModelError

Pixels = NDArray[np.uint8]


def test_scores_are_the_model_s_probabilities(red_subject: KerasSubject, red_pixels: Pixels) -> None:
    scores = red_subject.scores(red_pixels)

    expected = red_subject.model.predict(red_pixels.astype(np.float32), verbose=0)
    np.testing.assert_allclose(scores, expected, atol=1e-6)


def test_one_sigmoid_stands_for_two_classes(make_subject: Callable[..., KerasSubject]) -> None:
    image = keras.Input((8, 8, 3))
    values = keras.layers.Conv2D(2, 3, name="conv")(image)
    values = keras.layers.GlobalAveragePooling2D()(values)
    subject = make_subject(
        keras.Model(image, keras.layers.Dense(1, activation="sigmoid")(values)), "off", "on"
    )
    pixels = np.random.default_rng(0).integers(0, 255, (1, 8, 8, 3), dtype=np.uint8)

    _, (off, on) = subject.class_gradients(pixels, None, (0, 1))

    assert subject.scores(pixels).sum() == pytest.approx(1)
    assert off is not None
    assert on is not None
    np.testing.assert_allclose(off, -on)


def test_activations_are_those_of_convolutions_poolings_and_activations(
    red_subject: KerasSubject, red_pixels: Pixels
) -> None:
    found = red_subject.activations(red_pixels)

    assert [(entry.name, entry.kind, entry.values.shape) for entry in found] == [
        ("conv", "convolution", (32, 32, 3)),
        ("relu", "activation", (32, 32, 3)),
        ("pool", "pooling", (16, 16, 3)),
        ("average", "pooling", (1, 1, 3)),
    ]
    assert centre_of_mass(found[1].values[:, :, 0]) == pytest.approx((0.75, 0.75), abs=0.05)


def test_gradients_are_of_the_score_before_softmax(red_subject: KerasSubject, red_pixels: Pixels) -> None:
    features, (red, blue) = red_subject.class_gradients(red_pixels, None, (0, 1))

    # Through max pooling and the mean, each strongest place of four passes 4 · 1/256 on.
    assert features.shape == (32, 32, 3)
    assert red is not None
    assert blue is not None
    np.testing.assert_allclose(red.max(axis=(0, 1))[0], 4 / 256, rtol=1e-5)
    np.testing.assert_allclose(red, -blue)


def test_a_map_that_the_score_does_not_use_has_no_gradient(make_subject: Callable[..., KerasSubject]) -> None:
    image = keras.Input((8, 8, 3))
    rounded = keras.ops.round(keras.layers.Conv2D(4, 3, name="conv")(image))
    values = keras.layers.GlobalAveragePooling2D()(rounded)
    subject = make_subject(keras.Model(image, keras.layers.Dense(2, activation="softmax")(values)), "a", "b")

    _, gradients = subject.class_gradients(np.zeros((1, 8, 8, 3), np.uint8), "conv", (0,))

    assert gradients == [None]


def test_a_layer_of_vectors_is_no_map(red_subject: KerasSubject) -> None:
    with pytest.raises(UnsupportedModelError, match="output shape") as caught:
        red_subject.map_node("average")

    assert "'relu'" in str(caught.value.tip)


def test_a_file_without_labels_counts_its_classes(red_detector: Callable[..., Any], tmp_path: Path) -> None:
    red_detector().save(tmp_path / "m.keras")

    subject = load_keras_subject(tmp_path / "m.keras", name="m", labels=None, geometry=None)

    assert subject.labels == ("class 0", "class 1")
    assert subject.geometry.shape == (1, 32, 32, 3)


def test_wrong_labels_and_files_are_told(red_detector: Callable[..., Any], tmp_path: Path) -> None:
    red_detector().save(tmp_path / "m.keras")
    (tmp_path / "broken.keras").write_bytes(b"PK no")

    with pytest.raises(DataError, match="3 labels"):
        load_keras_subject(tmp_path / "m.keras", name="m", labels=("a", "b", "c"), geometry=None)
    with pytest.raises(ModelFileError, match=r"broken\.keras"):
        load_keras_subject(tmp_path / "broken.keras", name="m", labels=None, geometry=None)


@pytest.mark.parametrize("shape", [(None, None, 3), (8, 8, 4)], ids=["open size", "four channels"])
def test_unfit_inputs_are_refused(shape: tuple[int | None, ...], tmp_path: Path) -> None:
    image = keras.Input(shape)
    values = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(2, 3)(image))
    keras.Model(image, values).save(tmp_path / "m.keras")

    with pytest.raises(UnsupportedModelError):
        load_keras_subject(tmp_path / "m.keras", name="m", labels=None, geometry=None)
