"""From any picture to raw pixels: the one decoding that training, evaluation and the device share."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from edgesmith.runtime.errors import ImageError, OptionError
from edgesmith.runtime.imagemodes import DAMAGE, lies_sideways, to_rgb_or_grey, upright
from edgesmith.runtime.spec import InputSpec

ImageSource = str | Path | bytes | bytearray | memoryview | IO[bytes] | Image.Image | NDArray[np.uint8]

_PICTURES = (str, os.PathLike, bytes, bytearray, memoryview, Image.Image)  # beside arrays and open files

# How an array's three channels lie; OpenCV's and libcamera's frames are BGR.
ChannelOrder = Literal["RGB", "BGR"]
CHANNEL_ORDERS: tuple[ChannelOrder, ...] = get_args(ChannelOrder)

# The most pixels an image may have, about 9459 × 9459. Pillow's own default, a quarter of a gigabyte of RGB.
MAX_PIXELS = 1024 * 1024 * 1024 // 4 // 3

# What cameras, scanners and the web produce (a phone's MPO counts as JPEG). Pillow knows forty more, some of
# which start other programs (EPS, Ghostscript): not for files of strangers.
_FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "PPM")

IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"}
)

# A JPEG decoder can leave out the finest 7/8, 3/4 or 1/2 of the frequencies in each direction (libjpeg's
# scaled inverse DCT). What remains is at least so many times the input, so that the filter below it still
# averages: the pixels move by 0.2 to 0.6 of 255 levels in the mean on enlarged 12-megapixel photos, and by 0.9
# (at 1/2), 1.5 (1/4) or 2.9 (1/8) on photos as sharp as their pixels (tests/runtime/test_reduced_photos.py).
# 1/8 may come closer to the input: 12 megapixels become 500x375 for an input of 224 and take two thirds of the
# time of 1000x750, and a margin of 1.5 moves the pixels hardly more than one of 2 (on 200 photos as sharp as their
# pixels 2.4 against 2.3).
_DRAFTED = ("JPEG", "MPO")
_DRAFT_MARGINS = {8: 1.5, 4: 2.0, 2: 2.0}


def decode(
    source: ImageSource,
    spec: InputSpec | None = None,
    *,
    channel_order: ChannelOrder = "RGB",
    max_pixels: int = MAX_PIXELS,
) -> Image.Image:
    """Read a picture completely and return it upright, in mode RGB or, for grey pictures, L.

    EXIF orientation is applied (damaged EXIF counts as upright); palettes and CMYK become RGB, 16-bit grey
    keeps its upper eight bits, and what is transparent is laid on white. Arrays are uint8: [height, width],
    or [height, width, 3] in `channel_order`, which is for arrays alone. With `spec`, a JPEG that is much
    larger than the input is decoded at 1/2, 1/4 or 1/8 of its size, never below 1.5 times the input's.
    Raises `ImageError` with the file's name for anything unreadable, truncated or above `max_pixels` (at most
    `MAX_PIXELS`), `OptionError` for another channel order, and `TypeError` for what can be no picture.
    """
    _require_order(channel_order)
    if isinstance(source, np.ndarray):
        return _from_array(source, channel_order)
    if not (isinstance(source, _PICTURES) or hasattr(source, "read")):
        raise TypeError(
            f"a {type(source).__name__} is no picture: a path, bytes, a binary file, a PIL image or a uint8 array is"
        )
    name = _name_of(source)
    # `with`, since Pillow keeps a file of several frames open after `load`.
    with (
        _damage_named(name),
        nullcontext(source) if isinstance(source, Image.Image) else _open(source) as image,
    ):
        allowed = min(max_pixels, MAX_PIXELS)
        if image.width * image.height > allowed:
            raise ImageError(
                f"{name}: {image.width}x{image.height} pixels are more than the {allowed} allowed",
                tip="scale it down before, or leave it out",
            )
        if spec is not None and image.format in _DRAFTED and image is not source:  # a caller's stays as it is
            _draft(image, spec)
        image.load()
        return to_rgb_or_grey(upright(image))


def fit(image: Image.Image, spec: InputSpec) -> NDArray[np.uint8]:
    """Scale a decoded picture to raw pixels, uint8 [1, height, width, channels], as `spec` says."""
    mode = "L" if spec.channels == 1 else "RGB"
    if image.mode != mode:
        image = image.convert(mode)
    if image.size != (spec.width, spec.height) or spec.resize == "crop":
        box = _centre_box(image.size, spec) if spec.resize == "crop" else None
        image = image.resize((spec.width, spec.height), Image.Resampling.BILINEAR, box=box)
    return np.asarray(image, dtype=np.uint8).reshape(spec.shape)


def load(
    source: ImageSource,
    spec: InputSpec,
    *,
    channel_order: ChannelOrder = "RGB",
    max_pixels: int = MAX_PIXELS,
) -> NDArray[np.uint8]:
    """`decode` and `fit` in one: the model's input, uint8 [1, height, width, channels].

    For an array of the input's size this is a view of the array: nothing is copied. Raises as `decode`.
    """
    _require_order(channel_order)
    if isinstance(source, np.ndarray) and source.dtype == np.uint8 and spec.resize == "stretch":
        if source.shape == spec.shape[1:] and spec.channels == 3:
            return source[None] if channel_order == "RGB" else source[None, :, :, ::-1]
        if source.shape == spec.shape[1:3] and spec.channels == 1:
            return source[None, :, :, None]
    return fit(decode(source, spec, channel_order=channel_order, max_pixels=max_pixels), spec)


def _require_order(channel_order: ChannelOrder) -> None:
    if channel_order not in CHANNEL_ORDERS:
        raise OptionError(
            f"channel_order {channel_order!r} is none of {', '.join(CHANNEL_ORDERS)}",
            tip="RGB, or BGR for the frames of OpenCV",
        )


@contextmanager
def _damage_named(name: str) -> Iterator[None]:
    """Turn whatever Pillow answers a bad file with into `ImageError`."""
    try:
        yield
    except UnidentifiedImageError as error:
        raise ImageError(f"{name} is not an image that can be read", tip="JPEG, PNG, WebP, …?") from error
    # The warning is Pillow's, for up to twice its limit; it is an exception where warnings are errors.
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(
            f"{name}: more pixels than the {MAX_PIXELS} allowed", tip="scale it down before, or leave it out"
        ) from error
    except FileNotFoundError as error:
        raise ImageError(
            f"{name}: no such file", tip="`ls` shows what is there; names count from the current folder"
        ) from error
    except (IsADirectoryError, PermissionError) as error:
        raise ImageError(f"{name} cannot be read: {error.strerror}", tip="check its permissions") from error
    except DAMAGE as error:
        raise ImageError(
            f"{name} is damaged or truncated: {error}",
            tip="copy it again, or leave it out; `edgesmith check DATA` finds all such pictures of a folder",
        ) from error


def _open(source: str | Path | bytes | bytearray | memoryview | IO[bytes]) -> Image.Image:
    file = io.BytesIO(source) if isinstance(source, (bytes, bytearray, memoryview)) else source
    return Image.open(file, formats=_FORMATS)


def _draft(image: Image.Image, spec: InputSpec) -> None:
    """Tell the decoder, before it starts, to what part of its size to decode."""
    size = (image.height, image.width) if lies_sideways(image) else image.size
    left, top, right, bottom = (
        _centre_box(size, spec) if spec.resize == "crop" else (0.0, 0.0, float(size[0]), float(size[1]))
    )
    room = min((right - left) / spec.width, (bottom - top) / spec.height)
    scale = next((scale for scale, margin in _DRAFT_MARGINS.items() if scale * margin <= room), 1)
    if scale > 1:
        image.draft(None, (image.width // scale, image.height // scale))


def _from_array(array: NDArray[np.uint8], channel_order: ChannelOrder) -> Image.Image:
    grey = array.ndim == 2
    if array.dtype != np.uint8 or not (grey or (array.ndim == 3 and array.shape[2] == 3)) or array.size == 0:
        raise ImageError(
            f"an array of shape {array.shape} and type {array.dtype} is no picture",
            tip="give uint8 [height, width] or [height, width, 3], RGB",
        )
    height, width = array.shape[:2]
    mode, raw_mode = ("L", "L") if grey else ("RGB", channel_order)
    return Image.frombuffer(mode, (width, height), np.ascontiguousarray(array), "raw", raw_mode, 0, 1)


def _centre_box(size: tuple[int, int], spec: InputSpec) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of what `crop` takes of a picture of `size` (width, height)."""
    aspect = spec.width / spec.height
    width = min(size[0], size[1] * aspect) * spec.crop_fraction
    height = width / aspect
    # Rounding can leave the picture by one bit, which Pillow refuses.
    left, top = max(0.0, (size[0] - width) / 2), max(0.0, (size[1] - height) / 2)
    return (left, top, min(size[0], left + width), min(size[1], top + height))


def _name_of(source: ImageSource) -> str:
    if isinstance(source, (str, Path)):
        return str(source)
    return str(getattr(source, "filename", None) or getattr(source, "name", None) or "the image")
