"""One preparation for all: training, calibration, evaluation and the device see the same bytes of a picture."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edgesmith.convert.images import load_pixels
from edgesmith.runtime.imagefolder import LabelledImages
from edgesmith.runtime.images import load
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.images import ImageSet

SPEC = InputSpec(height=48, width=40, channels=3)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, ...]:
    """A JPEG that is decoded at a quarter of its size, the same on its side, a small one, and a PNG."""
    coarse = np.random.default_rng(0).integers(0, 256, (75, 100, 3), dtype=np.uint8)
    picture = Image.fromarray(coarse).resize((800, 600), Image.Resampling.BICUBIC)
    sideways = Image.Exif()
    sideways[0x0112] = 6
    picture.save(tmp_path / "large.jpg")
    picture.save(tmp_path / "turned.jpg", exif=sideways)
    picture.resize((70, 60)).save(tmp_path / "small.jpg")
    picture.save(tmp_path / "large.png")
    return tuple(sorted(tmp_path.iterdir()))


def test_training_conversion_and_the_device_see_equal_bytes(files: tuple[Path, ...]) -> None:
    images = LabelledImages(labels=("a", "b"), files=files, classes=(0, 1, 0, 1))
    kept, read_again = (ImageSet(images, SPEC, keep=keep) for keep in (True, False))
    kept.read(lambda _: None)
    on_device: NDArray[np.uint8] = np.concatenate([load(file, SPEC) for file in files])
    in_memory = np.concatenate([load(file.read_bytes(), SPEC) for file in files])
    trained = (kept.load(np.arange(4)), read_again.load(np.arange(4)))
    for pixels in (*trained, load_pixels(files, SPEC), in_memory):
        np.testing.assert_array_equal(pixels, on_device)


def test_the_large_jpeg_was_decoded_at_reduced_scale(files: tuple[Path, ...]) -> None:
    by_name = {file.name: load(file, SPEC).astype(int) for file in files}
    difference = np.abs(by_name["large.jpg"] - by_name["large.png"])
    assert 0 < difference.mean() < 3
