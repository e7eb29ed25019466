from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgesmith.convert.explain.pictures import channel_grid, heat_overlay, pattern_sheet, photo, save_png

RED = (0xE0, 0x3C, 0x31)


def _has(image: Image.Image, colour: tuple[int, int, int]) -> bool:
    return bool((np.asarray(image.convert("RGB")) == colour).all(axis=2).any())


def test_grid_has_sixteen_tiles_a_row_and_no_more_than_asked() -> None:
    values = np.random.default_rng(0).normal(size=(44, 44, 40)).astype(np.float32)

    assert channel_grid(values, most=64).size == (16 * 47 - 3, 3 * 47 - 3)
    assert channel_grid(values, most=5).size == (5 * 47 - 3, 44)


@pytest.mark.parametrize(
    ("height", "width", "size"),
    [(7, 7, (42, 42)), (200, 100, (22, 44)), (1, 1, (22, 22)), (400, 2, (1, 44))],
    ids=["small maps grow by whole factors", "large ones shrink", "vectors", "slivers"],
)
def test_tile_sizes(height: int, width: int, size: tuple[int, int]) -> None:
    assert channel_grid(np.zeros((height, width, 1), np.float32), most=1).size == size


def test_dead_channels_are_crossed_out() -> None:
    values = np.zeros((8, 8, 2), np.float32)
    values[2, 2, 0] = 1.0

    assert _has(channel_grid(values, most=2), RED)
    assert not _has(channel_grid(values[:, :, :1], most=1), RED)


def test_each_channel_fills_the_colour_map_by_itself() -> None:
    ramp = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    once = channel_grid(np.stack([ramp, 1000 * ramp + 5], axis=-1), most=2)

    pixels = np.asarray(once.convert("RGB"))
    np.testing.assert_array_equal(pixels[:, :40], pixels[:, 43:83])


def test_cold_places_show_the_photo_and_hot_ones_the_colour() -> None:
    picture = np.full((1, 4, 4, 3), 90, np.uint8)
    heat = np.zeros((4, 4), np.float32)
    heat[0, 0] = 1.0

    overlay = np.asarray(heat_overlay(picture, heat))

    assert overlay[3, 3].tolist() == [90, 90, 90]
    assert overlay[0, 0].tolist() == [219, 221, 149]  # inferno's end, four fifths opaque


@pytest.mark.parametrize("channels", [1, 3])
def test_grey_and_colour_inputs_become_pictures(channels: int) -> None:
    pixels = np.full((1, 5, 6, channels), 7, np.uint8)

    assert photo(pixels).size == (6, 5)
    assert heat_overlay(pixels, np.zeros((5, 6), np.float32)).mode == "RGB"
    assert pattern_sheet(np.concatenate([pixels] * 9)).size == (8 * 9 - 3, 2 * 8 - 3)


def test_pngs_are_written_with_their_folder(tmp_path: Path) -> None:
    save_png(Image.new("RGB", (2, 3)), tmp_path / "a" / "b.png")

    with Image.open(tmp_path / "a" / "b.png") as image:
        assert image.size == (2, 3)
