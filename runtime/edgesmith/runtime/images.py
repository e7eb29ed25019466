"""From any picture to raw pixels: the one decoding that training, evaluation and the device share."""

import io
import struct
from contextlib import nullcontext
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from edgesmith.runtime.errors import ImageError
from edgesmith.runtime.spec import InputSpec

ImageSource = str | Path | bytes | IO[bytes] | Image.Image | NDArray[np.uint8]

# The most pixels an image may have, about 9459 × 9459. Pillow's own default, a quarter of a gigabyte of RGB.
MAX_PIXELS = 1024 * 1024 * 1024 // 4 // 3

# What cameras, scanners and the web produce (a phone's MPO counts as JPEG). Pillow knows forty more, some of
# which start other programs (EPS, Ghostscript): not for files of strangers.
_FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "PPM")

# What Pillow's decoders answer damage with, according to format and place of the damage.
_DAMAGE = (
    *(OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, OverflowError, RuntimeError),
    *(KeyError, AttributeError, struct.error),
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

IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"}
)


def decode(source: ImageSource) -> Image.Image:
    """Read a picture completely and return it upright, in mode RGB or, for grey pictures, L.

    EXIF orientation is applied (damaged EXIF counts as upright); palettes and CMYK become RGB, 16-bit grey keeps its upper eight bits, and
    what is transparent is laid on white. Arrays are uint8: [height, width], or [height, width, 3] as RGB.
    Raises `ImageError` with the file's name for anything unreadable, truncated or above `MAX_PIXELS`.
    """
    if isinstance(source, np.ndarray):
        return _from_array(source)
    name = _name_of(source)
    try:
        # `with`, since Pillow keeps a file of several frames open after `load`.
        with nullcontext(source) if isinstance(source, Image.Image) else _open(source) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ImageError(
                    f"{name}: {image.width}x{image.height} pixels are more than the {MAX_PIXELS} allowed"
                )
            image.load()
            return _to_rgb_or_grey(_upright(image))
    except UnidentifiedImageError as error:
        raise ImageError(f"{name} is not an image that can be read", tip="JPEG, PNG, WebP, …?") from error
    # The warning is Pillow's, for up to twice its limit; it is an exception where warnings are errors.
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(f"{name}: more pixels than the {MAX_PIXELS} allowed") from error
    except FileNotFoundError as error:
        raise ImageError(f"{name}: no such file") from error
    except (IsADirectoryError, PermissionError) as error:
        raise ImageError(f"{name} cannot be read: {error.strerror}") from error
    except _DAMAGE as error:
        raise ImageError(f"{name} is damaged or truncated: {error}") from error


def fit(image: Image.Image, spec: InputSpec) -> NDArray[np.uint8]:
    """Scale a decoded picture to raw pixels, uint8 [1, height, width, channels], as `spec` says."""
    mode = "L" if spec.channels == 1 else "RGB"
    if image.mode != mode:
        image = image.convert(mode)
    if image.size != (spec.width, spec.height) or spec.resize == "crop":
        box = _centre_box(image, spec) if spec.resize == "crop" else None
        image = image.resize((spec.width, spec.height), Image.Resampling.BILINEAR, box=box)
    return np.asarray(image, dtype=np.uint8).reshape(spec.shape)


def load(source: ImageSource, spec: InputSpec) -> NDArray[np.uint8]:
    """`decode` and `fit` in one: the model's input, uint8 [1, height, width, channels]."""
    return fit(decode(source), spec)


def _open(source: str | Path | bytes | IO[bytes]) -> Image.Image:
    return Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=_FORMATS)


def _from_array(array: NDArray[np.uint8]) -> Image.Image:
    grey = array.ndim == 2
    if array.dtype != np.uint8 or not (grey or (array.ndim == 3 and array.shape[2] == 3)) or array.size == 0:
        raise ImageError(
            f"an array of shape {array.shape} and type {array.dtype} is no picture",
            tip="give uint8 [height, width] or [height, width, 3], RGB",
        )
    return Image.fromarray(np.ascontiguousarray(array))


def _upright(image: Image.Image) -> Image.Image:
    """A copy with the EXIF orientation applied.

    Not `ImageOps.exif_transpose`: it packs all other EXIF tags again, and fails at those with odd values.
    """
    try:
        orientation = image.getexif().get(_ORIENTATION)
    except _DAMAGE:
        orientation = None
    step = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return image.copy() if step is None else image.transpose(step)


def _to_rgb_or_grey(image: Image.Image) -> Image.Image:
    if image.mode in ("RGB", "L"):
        # A PNG may name one of its colours transparent without having an alpha channel.
        if "transparency" not in image.info:
            return image
    elif image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _upper_eight_bits(image)
    elif image.mode == "1":
        return image.convert("L")
    if "A" in image.getbands() or "transparency" in image.info:
        rgba = image.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(paper, rgba).convert("RGB")
    return image.convert("RGB")


def _upper_eight_bits(image: Image.Image) -> Image.Image:
    # 16-bit files arrive as I;16, or as I from Pillow before 11; mode F holds 0..255 by Pillow's convention.
    scale = 1 if image.mode == "F" else 256
    values = np.nan_to_num(np.asarray(image) / scale)
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def _centre_box(image: Image.Image, spec: InputSpec) -> tuple[float, float, float, float]:
    aspect = spec.width / spec.height
    width = min(image.width, image.height * aspect) * spec.crop_fraction
    height = width / aspect
    # Rounding can leave the picture by one bit, which Pillow refuses.
    left, top = max(0.0, (image.width - width) / 2), max(0.0, (image.height - height) / 2)
    return (left, top, min(image.width, left + width), min(image.height, top + height))


def _name_of(source: ImageSource) -> str:
    if isinstance(source, (str, Path)):
        return str(source)
    return str(getattr(source, "filename", None) or getattr(source, "name", None) or "the image")
