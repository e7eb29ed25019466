"""A classifier of colours, and cameras and videos for it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.runtime import Classifier

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}


@pytest.fixture
def classify(models: dict[str, Path]) -> Iterator[Classifier]:
    """The uint8 ONNX of colours; its input is 8x8."""
    with Classifier(models["uint8 onnx"], threads=1) as classifier:
        yield classifier


@pytest.fixture(scope="session")
def colour() -> dict[str, NDArray[np.uint8]]:
    """Frames of one colour, uint8 [8, 8, 3], by its name."""
    return {name: np.full((8, 8, 3), value, np.uint8) for name, value in COLOURS.items()}
