import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

# As the command does, before any test imports TensorFlow.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

SHARED_DATA = Path(__file__).parents[2].parent / "shared" / "data"

Draw = Callable[..., Path]


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
