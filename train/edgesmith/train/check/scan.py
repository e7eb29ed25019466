"""Reading every picture once: is it whole, how large, what is on it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import imagehash
import numpy as np
from PIL import Image

from edgesmith.runtime.errors import ImageError
from edgesmith.runtime.imagemodes import lies_sideways
from edgesmith.runtime.images import decode
from edgesmith.train.data.inorder import map_in_order

# pHash (C. Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010): which of the
# lowest 16x16 DCT coefficients of the picture, scaled to 64x64 grey, lie above their median. The usual 8x8
# separate too little: of sign_digits' pairs of different hands 194 are within 6 of 64 bits (docs/check.md).
HASH_SIZE = 16
HASH_BITS = HASH_SIZE * HASH_SIZE
HASHED_SIZE = HASH_SIZE * 4  # imagehash.phash's highfreq_factor


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one decoded picture showed.

    `content`: SHA-256 of its upright pixels, so that another file format or other metadata hide no copy.
    `bits`: the perceptual hash, packed, 32 bytes. `contrast`: standard deviation of the 64x64 grey picture,
    0..127.5 levels. `sideways`: stored lying, with an EXIF tag that says so.
    """

    width: int
    height: int
    grey: bool
    sideways: bool
    contrast: float
    content: bytes
    bits: bytes


def read_pictures(files: Sequence[Path], *, advance: Callable[[int], None]) -> list[Reading | ImageError]:
    """Decode every file, in threads, and keep what it showed or why it could not be read, in order."""
    readings = []
    for reading in map_in_order(_read, files):
        readings.append(reading)
        advance(1)
    return readings


def _read(file: Path) -> Reading | ImageError:
    try:
        image = decode(file)
    except ImageError as error:
        return error
    with Image.open(file) as stored:  # decode has turned it upright
        sideways = lies_sideways(stored)
    small = image.convert("L").resize((HASHED_SIZE, HASHED_SIZE), Image.Resampling.LANCZOS)
    content = hashlib.sha256(f"{image.mode} {image.width} {image.height} ".encode())
    content.update(np.asarray(image).data)
    return Reading(
        width=image.width,
        height=image.height,
        grey=image.mode == "L",
        sideways=sideways,
        contrast=float(np.asarray(small).std()),
        content=content.digest(),
        bits=np.packbits(imagehash.phash(small, hash_size=HASH_SIZE).hash).tobytes(),
    )
