import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest

from edgesmith.train.backend import keras
from edgesmith.train.machine.precision import as_float32, save_as_float32


@pytest.fixture
def mixed() -> Iterator[None]:
    """What a GPU gets, forced on the processor."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy(before)


def tiny() -> keras.Model:
    inputs = keras.Input((8, 8, 3), name="image")
    scaled = keras.layers.Rescaling(1 / 255, name="normalisation")(inputs)
    inner = keras.Input((8, 8, 3))
    nested = keras.Model(inner, keras.layers.Conv2D(4, 3, name="inside")(inner), name="nested")
    normed = keras.layers.BatchNormalization()(nested(scaled))
    wrapped = keras.layers.SpectralNormalization(keras.layers.Conv2D(2, 1))(normed)
    pooled = keras.layers.Dropout(0.5)(keras.layers.GlobalAveragePooling2D()(wrapped))
    return keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(pooled), name="tiny")


def test_float32_model_is_left_alone() -> None:
    model = tiny()

    assert as_float32(model) is model


@pytest.mark.usefixtures("mixed")
def test_mixed_model_becomes_float32_with_its_weights(tmp_path: Path) -> None:
    model = tiny()
    assert model.get_layer("nested").get_layer("inside").compute_dtype == "float16"

    save_as_float32(model, tmp_path / "model.keras")

    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        config = archive.read("config.json").decode()
        weights = io.BytesIO(archive.read("model.weights.h5"))
    assert "float16" not in config
    assert json.loads(config)["config"]["name"] == "tiny"
    types: set[str] = set()
    with h5py.File(weights) as stored:
        stored.visititems(lambda _, entry: types.add(str(getattr(entry, "dtype", "float32"))))
    assert not {name for name in types if "16" in name}
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    for kept, old in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, old)


@pytest.mark.usefixtures("mixed")
def test_answers_are_those_of_the_mixed_model_within_its_rounding() -> None:
    model = tiny()
    pixels = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3)).astype(np.float32)

    exact = as_float32(model)

    assert exact.compute_dtype == "float32"
    assert keras.config.dtype_policy().name == "mixed_float16"
    np.testing.assert_allclose(
        exact.predict(pixels, verbose=0), model.predict(pixels, verbose=0), atol=2e-3
    )  # float16 has 11 bits


def test_the_file_has_one_output_and_no_optimizer(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(300, activation="softmax")])
    model.compile(optimizer="adam", loss="categorical_crossentropy")
    model.fit(np.zeros((8, 4), np.float32), np.eye(300, dtype=np.float32)[:8], verbose=0)

    save_as_float32(model, tmp_path / "model.keras")

    saved = keras.saving.load_model(tmp_path / "model.keras")
    assert not saved.compiled
    assert saved.output.shape == (None, 300)
    np.testing.assert_array_equal(saved.get_weights()[0], model.get_weights()[0])
