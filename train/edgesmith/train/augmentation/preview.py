"""A contact sheet of what augmentation makes of some images."""

import io
from collections.abc import Iterator

import numpy as np
from matplotlib import font_manager
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from edgesmith.runtime.spec import InputSpec
from edgesmith.train.augmentation.augmenter import make_augmenter
from edgesmith.train.augmentation.settings import Augmentation

DRAWS = 7  # beside the original

# Pixels.
_GAP, _MARGIN = 4, 12
_LETTERS = 15
_LEAST_SIDE = 96  # of a tile; smaller images are shown by a whole factor
_LARGEST_SIDE = 224


def draw_preview(images: NDArray[np.uint8], augmentation: Augmentation, *, seed: int) -> bytes:
    """A PNG with a row for each image, uint8 [n, h, w, c] with n at least 1: the original, then seven draws.

    The whole array is one batch, so MixUp and CutMix draw their partners from it.
    """
    columns = [images, *_drawn(images, augmentation, seed=seed)]
    size = _tile_size(*images.shape[1:3])
    lines = _wrapped(caption(augmentation), width=len(columns) * (size[0] + _GAP) - _GAP)
    line = round(1.4 * _LETTERS)
    top = _MARGIN + line * len(lines) + line + _GAP
    sheet = Image.new(
        "RGB",
        (
            2 * _MARGIN + len(columns) * (size[0] + _GAP) - _GAP,
            top + len(images) * (size[1] + _GAP) - _GAP + _MARGIN,
        ),
        "white",
    )
    _write(sheet, [*lines, "original"], line=line)
    for column, pixels in enumerate(columns):
        for row, image in enumerate(pixels):
            corner = (_MARGIN + column * (size[0] + _GAP), top + row * (size[1] + _GAP))
            sheet.paste(_tile(image, size), corner)
    stream = io.BytesIO()
    sheet.save(stream, "PNG")
    return stream.getvalue()


def caption(augmentation: Augmentation) -> str:
    """The knobs that are set, with their values and units."""
    units = {"rotation": "°", "shear": "°"}
    shown = []
    for name, value in augmentation.to_json().items():
        words = name.replace("_", " ")
        if value is True:
            shown.append(words)
        elif value:
            shown.append(f"{words} {value:g}{units.get(name, '')}")
    return ", ".join(shown) or "no augmentation"


def _drawn(
    images: NDArray[np.uint8], augmentation: Augmentation, *, seed: int
) -> Iterator[NDArray[np.uint8]]:
    _, height, width, channels = images.shape
    augment = make_augmenter(
        augmentation, spec=InputSpec(height=height, width=width, channels=channels), classes=2
    )
    labels = np.tile(np.array([1, 0], np.float32), (len(images), 1))
    for draw in range(DRAWS):
        changed, _ = augment(images.astype(np.float32), labels, np.array([seed % 2**31, draw], np.int32))
        yield np.asarray(changed).round().astype(np.uint8)


def _tile_size(height: int, width: int) -> tuple[int, int]:
    """Width and height in pixels of a tile: small images by a whole factor, large ones scaled down."""
    longest = max(height, width)
    if longest > _LARGEST_SIDE:
        scale = _LARGEST_SIDE / longest
        return max(1, round(width * scale)), max(1, round(height * scale))
    factor = -(-_LEAST_SIDE // longest)
    return width * factor, height * factor


def _tile(image: NDArray[np.uint8], size: tuple[int, int]) -> Image.Image:
    picture = Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)
    enlarged = size[0] > picture.width
    return picture.resize(size, Image.Resampling.NEAREST if enlarged else Image.Resampling.LANCZOS)


def _wrapped(text: str, *, width: int) -> list[str]:
    """`text` in lines of at most `width` pixels, broken between knobs."""
    lines = [""]
    for part in text.split(", "):
        longer = f"{lines[-1]}, {part}" if lines[-1] else part
        if lines[-1] and _font().getlength(longer) > width:
            lines.append(part)
        else:
            lines[-1] = longer
    return lines


def _write(sheet: Image.Image, lines: list[str], *, line: int) -> None:
    drawing = ImageDraw.Draw(sheet)
    for number, text in enumerate(lines):
        drawing.text((_MARGIN, _MARGIN + number * line), text, fill="black", font=_font())


def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_manager.findfont("DejaVu Sans"), _LETTERS)  # matplotlib brings it
