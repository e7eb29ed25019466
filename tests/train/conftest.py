import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgesmith.train.zoo.catalogue import NETWORKS
from edgesmith.train.zoo.network import Network, Normalisation

# As the command does, before any test imports TensorFlow.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

SHARED_DATA = Path(__file__).parents[2].parent / "shared" / "data"

Draw = Callable[..., Path]


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Features of tests do not get into the cache of who runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EDGESMITH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def tiny_network() -> Iterator[Network]:
    """`--model mobilenet_v1` is three convolutions of 24×24 pixels, with weights drawn by seed for "ImageNet"."""
    network = Network(
        name="mobilenet_v1",
        default_size=24,
        smallest_size=8,
        normalisation=Normalisation(scale=1 / 255, offset=0.0),
        body=_tiny_body,
        load_imagenet=_draw_weights,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(NETWORKS, "mobilenet_v1", network)
        yield network


def _tiny_body(pixels: Any, alpha: float) -> Any:
    del alpha
    from edgesmith.train.backend import keras

    layers, tensor = keras.layers, pixels
    for index in (1, 2, 3):
        tensor = layers.Conv2D(6, 3, 2, name=f"block_{index}_conv")(tensor)
        tensor = layers.BatchNormalization(name=f"block_{index}_bn")(tensor)
    tensor = layers.Dropout(0.1, name="drop")(tensor)
    return layers.GlobalAveragePooling2D(name="pool")(tensor)


def _draw_weights(model: Any, alpha: float) -> None:
    del alpha
    generator = np.random.default_rng(0)
    for layer in model.layers:
        if layer.name.endswith("_conv"):
            layer.set_weights([generator.normal(0, 0.3, array.shape) for array in layer.get_weights()])


@pytest.fixture
def shared_data() -> Path:
    if not SHARED_DATA.is_dir():
        pytest.skip("needs ../shared/data beside the checkout")
    return SHARED_DATA


@pytest.fixture(scope="session")
def draw() -> Draw:
    """draw(folder, "red", "blue", count=4): noisy pictures whose class is their colour."""

    def write(folder: Path, *classes: str, count: int = 4, size: int = 40, seed: int = 0) -> Path:
        colours = {"red": (200, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 200)}
        noise = np.random.default_rng([seed, *folder.name.encode()])
        for name in classes:
            (folder / name).mkdir(parents=True, exist_ok=True)
            for index in range(count):
                pixels = np.array(colours[name]) + noise.integers(-25, 25, (size, size, 3))
                Image.fromarray(pixels.astype(np.uint8)).save(folder / name / f"{index}.png")
        return folder

    return write


@pytest.fixture
def three_splits(tmp_path: Path, draw: Draw) -> Path:
    """DATA/{train,val,test}/{blue,red}: 8, 4 and 4 pictures of each class."""
    for split, count in (("train", 8), ("val", 4), ("test", 4)):
        draw(tmp_path / "data" / split, "red", "blue", count=count)
    return tmp_path / "data"
