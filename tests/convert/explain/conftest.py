from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow  # noqa: F401 - before keras
from numpy.typing import NDArray
from PIL import Image

import keras  # isort: skip
from edgesmith.convert.explain.keras_subject import KerasSubject
from edgesmith.runtime.images import load
from edgesmith.runtime.spec import InputSpec

SHARED_DATA = Path(__file__).parents[3].parent / "shared" / "data"

Pixels = NDArray[np.uint8]
Photos = Callable[[str, int], list[Path]]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED_DATA.is_dir():
        pytest.skip("needs ../shared/data beside the checkout")
    return SHARED_DATA


@pytest.fixture(scope="session")
def photo_files(shared_data: Path) -> Photos:
    """photo_files("cats_dogs/train/cats", 5): that many photos of a folder, spread over it."""

    def list_files(folder: str, count: int) -> list[Path]:
        files = sorted((shared_data / folder).iterdir())
        return files[:: max(1, len(files) // count)][:count]

    return list_files


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A blue field with a red square in its lower right."""
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[:, :, 2] = 180
    pixels[24:36, 24:36] = (230, 20, 20)
    file = tmp_path / "red square.png"
    Image.fromarray(pixels).save(file)
    return file


def _make_subject(model: Any, *labels: str) -> KerasSubject:
    _, height, width, channels = model.inputs[0].shape
    return KerasSubject(
        model,
        name="tiny",
        labels=labels,
        geometry=InputSpec(height=height, width=width, channels=channels),
    )


@pytest.fixture(scope="session")
def make_subject() -> Callable[..., KerasSubject]:
    return _make_subject


def _make_red_detector(*, side: int = 32, nested: bool = False, activation: str = "softmax") -> Any:
    """A hand-made network: class `red` where red exceeds blue, class `blue` for the contrary.

    Channel 2 of `conv` is dead. `nested`: the convolutional part is a model of its own, named `body`.
    """
    image = keras.Input((side, side, 3), name="image")
    pixels = keras.layers.Rescaling(1 / 255, name="scale")(image)
    inside = keras.Input((side, side, 3)) if nested else pixels
    values = keras.layers.Conv2D(3, 3, padding="same", name="conv")(inside)
    values = keras.layers.BatchNormalization(name="norm")(values)
    values = keras.layers.ReLU(name="relu")(values)
    values = keras.layers.MaxPooling2D(2, name="pool")(values)
    if nested:
        values = keras.Model(inside, values, name="body")(pixels)
    values = keras.layers.GlobalAveragePooling2D(name="average")(values)
    values = keras.layers.Dense(2, activation=activation, name="scores")(values)
    model = keras.Model(image, values)
    owner = model.get_layer("body") if nested else model
    kernel = np.zeros((3, 3, 3, 3), np.float32)
    kernel[1, 1, :, 0] = (1, 0, -1)
    kernel[1, 1, :, 1] = (-1, 0, 1)
    owner.get_layer("conv").set_weights([kernel, np.array([0, 0, -1], np.float32)])
    model.get_layer("scores").set_weights(
        [np.array([[4, -4], [-4, 4], [0, 0]], np.float32), np.zeros(2, np.float32)]
    )
    return model


@pytest.fixture(scope="session")
def red_detector() -> Callable[..., Any]:
    return _make_red_detector


@pytest.fixture(scope="session")
def red_subject() -> KerasSubject:
    return _make_subject(_make_red_detector(), "red", "blue")


@pytest.fixture
def red_pixels(picture: Path, red_subject: KerasSubject) -> Pixels:
    return load(picture, red_subject.geometry)
