import numpy as np
import pytest

from edgesmith.runtime.golden import COUNT, golden_inputs
from edgesmith.runtime.spec import InputSpec

WORD = 0xFFFFFFFF


def _documented(k: int, y: int, x: int, c: int) -> int:
    """The formula of the module's docstring, in plain integers."""
    block = (1, 8, 32, 96)[k]
    h = y // block * 0x9E3779B1 & WORD
    h ^= x // block * 0x85EBCA77 & WORD
    h ^= c * 0xC2B2AE3D & WORD
    h ^= k * 0x27D4EB2F & WORD
    h = (h ^ h >> 15) * 0x2C1B3C6D & WORD
    return (h ^ h >> 12) & 255


@pytest.mark.parametrize(
    ("height", "width", "channels"), [(5, 7, 3), (40, 33, 1), (1, 1, 3), (3, 200, 3)], ids=str
)
def test_pixels_follow_the_documented_formula(height: int, width: int, channels: int) -> None:
    pictures = golden_inputs(InputSpec(height=height, width=width, channels=channels))
    assert pictures.shape == (4, height, width, channels)
    assert pictures.dtype == np.uint8
    expected = [_documented(*place) for place in np.ndindex(pictures.shape)]
    assert pictures.ravel().tolist() == expected


# Stored golden answers live as long as model files do: these pixels must never change.
@pytest.mark.parametrize(
    ("place", "pixel"),
    [
        ((0, 0, 0, 0), 0),
        ((0, 0, 0, 1), 217),
        ((0, 3, 5, 2), 101),
        ((0, 223, 223, 2), 68),
        ((1, 8, 17, 0), 62),
        ((2, 100, 200, 1), 167),
        ((3, 0, 0, 0), 55),
        ((3, 223, 0, 2), 115),
    ],
)
def test_pixels_that_files_in_the_field_rely_on(place: tuple[int, int, int, int], pixel: int) -> None:
    assert golden_inputs(InputSpec(height=224, width=224, channels=3))[place] == pixel


def test_the_four_pictures_differ_and_come_out_equal_every_time() -> None:
    spec = InputSpec(height=16, width=16, channels=3)
    pictures = golden_inputs(spec)
    assert len({picture.tobytes() for picture in pictures}) == COUNT == 4
    assert golden_inputs(spec).tobytes() == pictures.tobytes()


def test_no_picture_is_dark_or_flat() -> None:
    finest = golden_inputs(InputSpec(height=224, width=224, channels=3))[0]
    assert 120 < finest.mean() < 135
    assert np.unique(finest).size == 256
