"""What a decoded picture must become before it is scaled: upright, and 8-bit RGB or grey."""

import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# What Pillow's decoders answer damage with, according to format and place of the damage; a UserWarning where
# warnings are errors.
DAMAGE = (
    *(OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, OverflowError, RuntimeError),
    *(KeyError, AttributeError, struct.error, UserWarning),
)

# What makes stored pixels upright, by the value of the EXIF tag Orientation (TIFF 6.0, tag 274).
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_BLOCK = 2**20  # values that are converted at once

_SIDEWAYS = (5, 6, 7, 8)  # the orientations whose rows are the columns of the scene


def lies_sideways(image: Image.Image) -> bool:
    """Whether making the picture upright swaps its width and height."""
    return _orientation_of(image) in _SIDEWAYS


def upright(image: Image.Image) -> Image.Image:
    """The loaded picture with its EXIF orientation applied; the very same object where it is upright.

    Not `ImageOps.exif_transpose`: it packs all other EXIF tags again, and fails at those with odd values.
    """
    # Pillow turns a TIFF itself when it loads it; 9.4, the oldest allowed, leaves the tag there all the same.
    step = None if image.format == "TIFF" else _UPRIGHT.get(_orientation_of(image))
    return image if step is None else image.transpose(step)


def to_rgb_or_grey(image: Image.Image) -> Image.Image:
    """The picture in mode RGB or, for grey ones, L; what is transparent is laid on white."""
    if image.mode in ("RGB", "L"):
        # A PNG may name one of its colours transparent without having an alpha channel.
        if "transparency" not in image.info:
            return image
    elif image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _eight_bits(image)
    elif image.mode == "1":
        return image.convert("L")
    if "A" in image.getbands() or "transparency" in image.info:
        rgba = image.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(paper, rgba).convert("RGB")
    return image.convert("RGB")


def _orientation_of(image: Image.Image) -> int:
    """The EXIF orientation 1..8; 1 (upright) where there is none, or damaged EXIF.

    Pillow turns a TIFF itself on loading, and takes its tag off.
    """
    try:
        value = image.getexif().get(_ORIENTATION)
    except DAMAGE:
        return 1
    return value if isinstance(value, int) and value in _UPRIGHT else 1


def _eight_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image)
    # 16-bit files arrive as I;16, or as I from Pillow before 11: their upper eight bits
    scale = _float_scale(values) if image.mode == "F" else 1 / 256
    pixels = np.empty(values.shape, np.uint8)
    rows = max(1, _BLOCK // image.width)
    for top in range(0, image.height, rows):  # whole, its float64 copies would take eight times its memory
        block = np.nan_to_num(values[top : top + rows]) * scale
        pixels[top : top + rows] = np.clip(block, 0, 255)
    return Image.fromarray(pixels)


def _float_scale(values: NDArray[np.float32]) -> float:
    """255 for pictures of 0..1, 1 for those that hold, by Pillow's convention, 0..255."""
    return 1.0 if np.fmax.reduce(values, axis=None) > 1 else 255.0  # fmax passes over NaN
