"""Arrays as pictures: grids of channels, heat laid over a photo, rows of filter patterns."""

from functools import cache
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from edgesmith.convert.explain.activations import dead_channels
from edgesmith.convert.explain.subject import Pixels
from edgesmith.runtime.atomic import write_bytes

# Perceptually uniform maps of matplotlib: equal steps of value look like equal steps, also without colour.
_CHANNEL_MAP, _HEAT_MAP = "viridis", "inferno"

_TILE = 44  # pixels a side; larger maps are scaled down, smaller ones up
_GAP = 3
_COLUMNS = 16
_DEAD, _PAPER = 254, 255  # palette places of the two colours beside the map's 254

_HEAT_OPACITY = 0.8  # of the hottest place; the coldest shows the photo as it is


def channel_grid(values: NDArray[np.float32], *, most: int) -> Image.Image:
    """The first `most` channels of [height, width, channels], 16 a row, each from its own least to its own
    largest value; vectors from the layer's least to its largest. Dead channels are crossed out in red.
    """
    height, width, channels = values.shape
    shown = min(channels, most)
    codes = _codes(values[:, :, :shown])
    size = _tile_size(height, width)
    columns = min(_COLUMNS, shown)
    step = (size[0] + _GAP, size[1] + _GAP)
    rows = -(-shown // columns)
    sheet = Image.new("P", (columns * step[0] - _GAP, rows * step[1] - _GAP), _PAPER)
    sheet.putpalette(_palette())
    for index, dead in enumerate(dead_channels(values)[:shown]):
        row, column = divmod(index, columns)
        corner = (column * step[0], row * step[1])
        tile = Image.fromarray(codes[:, :, index]).resize(size, Image.Resampling.NEAREST)
        sheet.paste(_crossed(tile) if dead else tile, corner)
    return sheet


def heat_overlay(picture: Pixels, heat: NDArray[np.float32]) -> Image.Image:
    """Heat [height, width] 0..1 over the picture [1, height, width, channels], in grey so that colour is heat."""
    grey = np.asarray(_rgb(picture).convert("L"), np.float64)[:, :, None]
    colours = mpl.colormaps[_HEAT_MAP](heat)[:, :, :3] * 255
    opacity = _HEAT_OPACITY * np.sqrt(heat.astype(np.float64))[:, :, None]
    return Image.fromarray((grey * (1 - opacity) + colours * opacity).astype(np.uint8))


def photo(picture: Pixels) -> Image.Image:
    """The model's input [1, height, width, channels] as a picture."""
    return _rgb(picture)


def pattern_sheet(patterns: NDArray[np.uint8]) -> Image.Image:
    """Pictures [n, side, side, channels] in rows of 8."""
    count, height, width, _ = patterns.shape
    columns = min(8, count)
    sheet = Image.new(
        "RGB",
        (columns * (width + _GAP) - _GAP, -(-count // columns) * (height + _GAP) - _GAP),
        "white",
    )
    for index, pattern in enumerate(patterns):
        row, column = divmod(index, columns)
        sheet.paste(_rgb(pattern[None]), (column * (width + _GAP), row * (height + _GAP)))
    return sheet


def save_png(image: Image.Image, path: Path) -> None:
    """Write atomically, the folder too."""
    import io

    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=False)
    write_bytes(path, stream.getvalue())


def _codes(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Places in the palette's map, 0..253."""
    axes = None if values.shape[:2] == (1, 1) else (0, 1)
    low, high = values.min(axis=axes), values.max(axis=axes)
    scaled = (values - low) / np.maximum(high - low, 1e-30)
    codes: NDArray[np.uint8] = np.round(scaled * (_DEAD - 1)).astype(np.uint8)
    return codes


def _tile_size(height: int, width: int) -> tuple[int, int]:
    """Width and height of a tile whose longer side is near `_TILE`, small maps by a whole factor."""
    longest = max(height, width)
    if longest <= _TILE:
        factor = max(1, _TILE // longest) if longest > 1 else _TILE // 2
        return width * factor, height * factor
    return max(1, width * _TILE // longest), max(1, height * _TILE // longest)


def _crossed(tile: Image.Image) -> Image.Image:
    crossed = Image.new("P", tile.size, 0)
    drawing = ImageDraw.Draw(crossed)
    right, bottom = tile.width - 1, tile.height - 1
    for line in ((0, 0, right, bottom), (0, bottom, right, 0)):
        drawing.line(line, fill=_DEAD, width=2)
    return crossed


def _rgb(picture: Pixels) -> Image.Image:
    grey = picture.shape[3] == 1
    return Image.fromarray(picture[0, :, :, 0] if grey else picture[0]).convert("RGB")


@cache
def _palette() -> list[int]:
    colours = (mpl.colormaps[_CHANNEL_MAP](np.linspace(0, 1, _DEAD))[:, :3] * 255).round().astype(int)
    return [*colours.reshape(-1).tolist(), 0xE0, 0x3C, 0x31, 0xFF, 0xFF, 0xFF]
