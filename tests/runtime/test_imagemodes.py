import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edgesmith.runtime import imagemodes
from edgesmith.runtime.imagemodes import to_rgb_or_grey


def _grey(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    return np.asarray(to_rgb_or_grey(Image.fromarray(values)))


def test_sixteen_bits_keep_their_upper_eight() -> None:
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    assert np.array_equal(_grey(values), (values >> 8).astype(np.uint8))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param([0.0, 0.5, 1.0, -1.0], [0, 127, 255, 0], id="shares of one"),
        pytest.param([0.0, 0.5, 200.0, 300.0], [0, 0, 200, 255], id="levels"),
        pytest.param([np.nan, 0.5, 1.0, 0.0], [0, 127, 255, 0], id="not a number"),
        pytest.param([np.nan] * 4, [0, 0, 0, 0], id="no numbers at all"),
        pytest.param([np.inf, -np.inf, 9.0, 0.0], [255, 0, 9, 0], id="infinite"),
    ],
)
def test_floats(row: list[float], expected: list[int]) -> None:
    assert _grey(np.array([row], np.float32)).tolist() == [expected]


@pytest.mark.parametrize("block", [1, 7, 64, 10_000])
def test_blocks_do_not_show(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(0).integers(0, 65536, (23, 7), dtype=np.uint16)
    monkeypatch.setattr(imagemodes, "_BLOCK", block)
    assert np.array_equal(_grey(values), (values >> 8).astype(np.uint8))


def test_a_large_integer_picture_takes_little_more_than_itself() -> None:
    """Found by fuzzing: a TIFF of 302 bytes claimed 45 million 32-bit pixels, and took 813 MB."""
    image = Image.new("I", (1000, 8000))
    tracemalloc.start()
    to_rgb_or_grey(image)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * 4 * 1000 * 8000
