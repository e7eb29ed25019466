"""A network that names ten colours, with the convolutions of a MobileNet, and pictures of those colours."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tests.arm64.small_mobilenet import deploy

SIDE = 64
COLOURS = {
    "black": (20, 20, 20),
    "blue": (30, 60, 200),
    "brown": (120, 70, 30),
    "cyan": (40, 190, 200),
    "green": (40, 140, 40),
    "magenta": (190, 40, 170),
    "orange": (240, 140, 30),
    "red": (200, 30, 40),
    "white": (235, 235, 235),
    "yellow": (235, 225, 60),
}


def picture(colour: str, *, seed: int, height: int = SIDE, width: int = SIDE) -> NDArray[np.uint8]:
    """A field of the colour with soft noise, uint8 [height, width, 3]."""
    generator = np.random.default_rng(seed)
    coarse = generator.normal(0, 14, (6, 6, 3)) + np.array(COLOURS[colour])
    field = Image.fromarray(np.clip(coarse, 0, 255).astype(np.uint8))
    return np.asarray(field.resize((width, height), Image.Resampling.BICUBIC))


def deploy_colours(folder: Path) -> Path:
    """DEPLOY as `edgesmith convert` writes it: `colours-{float32,int8}.{tflite,onnx}`."""
    photos = folder / "photos"
    photos.mkdir(parents=True)
    for seed in range(6):
        for colour in COLOURS:
            Image.fromarray(picture(colour, seed=seed)).save(photos / f"{colour}{seed}.png")
    return deploy(_network(), folder, labels=COLOURS, photos=photos)


def _network() -> Any:
    """Random convolutions; the last layer is the ridge regression of the classes on what they make of the colours."""
    import keras

    keras.utils.set_random_seed(11)
    layers = keras.layers
    image = keras.Input((SIDE, SIDE, 3))
    values = layers.Rescaling(1 / 127.5, -1)(image)
    values = layers.Conv2D(24, 3, strides=2, padding="same", activation="relu6")(values)
    branch = layers.DepthwiseConv2D(3, padding="same", activation="relu6")(values)
    values = layers.Add()([values, layers.Conv2D(24, 1)(branch)])
    values = layers.Conv2D(96, 1, activation="relu6")(values)
    values = layers.GlobalAveragePooling2D()(values)
    features = keras.Model(image, values)
    network = keras.Model(image, layers.Dense(len(COLOURS), activation="softmax")(values))
    seen = np.stack([picture(colour, seed=seed) for colour in COLOURS for seed in range(100, 112)])
    found = np.hstack([features.predict(seen, verbose=0), np.ones((len(seen), 1))])
    wanted = np.repeat(10 * np.eye(len(COLOURS)), 12, axis=0) - 1
    weights = np.linalg.solve(found.T @ found + 0.05 * np.eye(found.shape[1]), found.T @ wanted)
    network.layers[-1].set_weights([weights[:-1], weights[-1]])
    return network
