import io

import numpy as np
import pytest
from PIL import Image

from edgesmith.train.augmentation.preview import caption, draw_preview
from edgesmith.train.augmentation.settings import PHOTOS, Augmentation

PIXELS = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def test_sheet_shows_the_original_and_seven_draws() -> None:
    sheet = opened(draw_preview(PIXELS, Augmentation(), seed=0))

    # 32 pixels three times as large, eight in a row with gaps of 4 and margins of 12; three rows below two lines.
    assert sheet.size == (2 * 12 + 8 * 96 + 7 * 4, 12 + 2 * 21 + 4 + 3 * 100 - 4 + 12)
    tile = sheet.crop((12, 58, 12 + 96, 58 + 96)).resize((32, 32), Image.Resampling.NEAREST)
    assert np.array_equal(np.asarray(tile), PIXELS[0])


def test_seed_decides() -> None:
    first, again, other = (draw_preview(PIXELS, PHOTOS, seed=seed) for seed in (0, 0, 2**32 - 1))

    assert first == again != other


@pytest.mark.parametrize("shape", [(1, 28, 28, 1), (2, 300, 200, 3)], ids=["small grey", "large"])
def test_any_size_is_drawn(shape: tuple[int, ...]) -> None:
    assert opened(draw_preview(np.zeros(shape, np.uint8), PHOTOS, seed=0)).format == "PNG"


def test_caption_names_the_knobs_that_are_set() -> None:
    assert caption(Augmentation(rotation=15, zoom=0.2, horizontal_flip=True, mixup=0.4)) == (
        "rotation 15°, zoom 0.2, horizontal flip, mixup 0.4"
    )
    assert caption(Augmentation()) == "no augmentation"
