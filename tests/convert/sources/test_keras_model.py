"""Keras files: what the source says of itself, and clear errors for what is no image classifier."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from numpy.typing import NDArray

from edgesmith.convert.sources.keras_model import load_keras
from edgesmith.runtime.errors import ModelFileError, UnsupportedModelError
from edgesmith.runtime.runrecord import sha256_of

Runner = Callable[[bytes, NDArray[np.uint8]], NDArray[Any]]
Pictures = Callable[..., NDArray[np.uint8]]


@keras.saving.register_keras_serializable("edgesmith_tests")
class Doubling(layers.Layer):  # type: ignore[misc]  # keras is untyped
    def call(self, values: Any) -> Any:
        return values * 2


def saved(model: Any, folder: Path, name: str = "model.keras") -> Path:
    model.save(folder / name)
    return folder / name


def test_flatbuffer_and_predict_are_the_model(
    colour_file: Path, colour_model: Any, make_pictures: Pictures, run_model: Runner
) -> None:
    pixels = make_pictures(40, height=16, width=16)
    source = load_keras(colour_file, run=None)
    wanted = np.asarray(colour_model(pixels.astype(np.float32)))
    np.testing.assert_allclose(source.predict(pixels.astype(np.float32)), wanted, atol=1e-6)
    np.testing.assert_allclose(run_model(source.flatbuffer, pixels), wanted, atol=1e-5)
    assert source.framework == f"keras {keras.__version__}"
    assert source.sha256 == sha256_of(colour_file)


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")  # that is what is tested
def test_keras_2_depthwise_layers_load(tmp_path: Path, make_pictures: Pictures, run_model: Runner) -> None:
    """Keras 2 wrote `groups` into the configuration, which Keras 3 refuses."""
    h5py = pytest.importorskip("h5py")
    image = keras.Input((8, 8, 3))
    values = layers.GlobalAveragePooling2D()(layers.DepthwiseConv2D(3, name="depthwise")(image))
    model = keras.Model(image, layers.Dense(2, activation="softmax")(values))
    file = saved(model, tmp_path, "old.h5")
    with h5py.File(file, "r+") as content:
        configuration = content.attrs["model_config"]
        content.attrs["model_config"] = configuration.replace(
            '"depth_multiplier"', '"groups": 1, "depth_multiplier"'
        )
        assert '"groups": 1' in content.attrs["model_config"]
    pixels = make_pictures(3, height=8, width=8)
    got = run_model(load_keras(file, run=None).flatbuffer, pixels)
    np.testing.assert_allclose(got, np.asarray(model(pixels.astype(np.float32))), atol=1e-5)


def unknown_layer(folder: Path) -> Path:
    image = keras.Input((8, 8, 3))
    file = saved(keras.Model(image, layers.Flatten()(Doubling()(image))), folder)
    del keras.saving.get_custom_objects()["edgesmith_tests>Doubling"]
    return file


def truncated(folder: Path) -> Path:
    image = keras.Input((8, 8, 3))
    file = saved(keras.Model(image, layers.Flatten()(image)), folder)
    file.write_bytes(file.read_bytes()[:-200])
    return file


def damaged(folder: Path) -> Path:
    image = keras.Input((8, 8, 3))
    file = saved(keras.Model(image, layers.Dense(9)(layers.Flatten()(image))), folder)
    data = bytearray(file.read_bytes())
    place = data.index(b"config.json") + 100
    data[place : place + 8] = b"\xa5" * 8
    file.write_bytes(data)
    return file


def text(folder: Path) -> Path:
    file = folder / "model.keras"
    file.write_text("This is no model.")
    return file


def spoilt_data(folder: Path) -> Path:
    image = keras.Input((8, 8, 3))
    file = saved(keras.Model(image, layers.Dense(9)(layers.Flatten()(image))), folder)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)
    return file


def text_h5(folder: Path) -> Path:
    return text(folder).rename(folder / "model.h5")


def truncated_h5(folder: Path) -> Path:
    image = keras.Input((8, 8, 3))
    file = saved(keras.Model(image, layers.Dense(9)(layers.Flatten()(image))), folder, "model.h5")
    file.write_bytes(file.read_bytes()[:-200])
    return file


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")  # one of them is
@pytest.mark.parametrize("make", [truncated, damaged, spoilt_data, text, text_h5, truncated_h5])
def test_damaged_file_is_called_that(make: Callable[[Path], Path], tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"model\.(keras|h5)' is damaged or truncated") as refusal:
        load_keras(make(tmp_path), run=None)
    assert refusal.value.tip == "copy it again, or train again"


def test_custom_layer_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"cannot load it.*Doubling") as refusal:
        load_keras(unknown_layer(tmp_path), run=None)
    assert "--custom MODULE" in str(refusal.value.tip)


def two_inputs() -> Any:
    images = [keras.Input((8, 8, 3)), keras.Input((8, 8, 3))]
    return keras.Model(images, layers.Flatten()(layers.Add()(images)))


def two_outputs() -> Any:
    image = keras.Input((8, 8, 3))
    return keras.Model(image, [layers.Flatten()(image), layers.GlobalAveragePooling2D()(image)])


def open_size() -> Any:
    image = keras.Input((None, None, 3))
    return keras.Model(image, layers.GlobalAveragePooling2D()(image))


def vector() -> Any:
    image = keras.Input((8,))
    return keras.Model(image, layers.Dense(2)(image))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (two_inputs, "2 inputs and 1 outputs"),
        (two_outputs, "1 inputs and 2 outputs"),
        (open_size, r"input shape \(None, None, None, 3\)"),
        (vector, r"input shape \(None, 8\)"),
    ],
)
def test_other_shapes_are_refused(make: Callable[[], Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedModelError, match=message):
        load_keras(saved(make(), tmp_path), run=None)
