"""A network with the parts of a MobileNet, small enough to be converted in a test, and pictures for it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edgesmith.cli import main

SIDE = 32
LABELS = ("amber", "blue", "cyan", "grey", "lime", "mauve", "olive", "pink", "red", "teal")


def make_pictures(count: int = 40) -> NDArray[np.uint8]:
    """Smooth colour fields with noise, uint8 [count, 32, 32, 3]."""
    generator = np.random.default_rng(5)
    coarse = generator.integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)
    smooth = [np.asarray(Image.fromarray(each).resize((SIDE, SIDE)), np.float64) for each in coarse]
    noisy = np.stack(smooth) + generator.normal(0, 8, (count, SIDE, SIDE, 3))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def write_photos(folder: Path, pictures: NDArray[np.uint8]) -> Path:
    """The pictures as files, enlarged: eight JPEG and the others PNG."""
    folder.mkdir(parents=True)
    for number, pixels in enumerate(pictures):
        photo = Image.fromarray(pixels).resize((75, 50), Image.Resampling.BICUBIC)
        photo.save(folder / f"{number:02}.{'jpg' if number < 8 else 'png'}")
    return folder


def deploy_small_mobilenet(folder: Path, photos: Path) -> Path:
    """DEPLOY as `edgesmith convert` writes it: `colours-{float32,int8}.{tflite,onnx}`, calibrated on `photos`."""
    return deploy(_network(), folder, labels=LABELS, photos=photos)


def deploy(network: Any, folder: Path, *, labels: Iterable[str], photos: Path) -> Path:
    """The same of any Keras network."""
    network.save(folder / "colours.keras")
    (folder / "labels.txt").write_text("\n".join(labels))
    words = ["convert", folder / "colours.keras", "-o", folder / "deploy", "--labels", folder / "labels.txt"]
    words += ["--calibration", photos, "--precision", "float32", "int8", "--format", "tflite", "onnx"]
    assert main([str(word) for word in words]) == 0
    return folder / "deploy"


def _network() -> Any:
    import keras

    keras.utils.set_random_seed(11)
    layers = keras.layers
    image = keras.Input((SIDE, SIDE, 3))
    values = layers.Rescaling(1 / 127.5, -1)(image)
    values = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu6")(values)
    for _ in range(2):
        branch = layers.DepthwiseConv2D(3, padding="same", activation="relu6")(values)
        values = layers.Add()([values, layers.Conv2D(16, 1)(branch)])
    values = layers.Conv2D(64, 1, activation="relu6")(values)
    values = layers.GlobalAveragePooling2D()(values)
    # Enough of a spread that the probabilities are neither all alike nor all 0 or 1.
    spread = keras.initializers.RandomNormal(stddev=0.7, seed=3)
    values = layers.Dense(len(LABELS), activation="softmax", kernel_initializer=spread)(values)
    return keras.Model(image, values)
