"""The golden inputs: four pictures from an integer formula, the same on every machine and in every language.

Only the answers are stored in a model file, so no photo travels with it. With 32-bit unsigned arithmetic,
`block` = 1, 8, 32, 96 for the pictures k = 0..3, and y, x, c the row, column and channel:

    h = (y div block) * 0x9E3779B1  xor  (x div block) * 0x85EBCA77  xor  c * 0xC2B2AE3D  xor  k * 0x27D4EB2F
    h = (h xor (h >> 15)) * 0x2C1B3C6D
    pixel = (h xor (h >> 12)) and 255

The multipliers are the usual odd mixing constants of xxHash32 (Y. Collet) and of C. Wellons' hash prospector;
any would do. Large blocks give the low spatial frequencies of photos, single pixels the high ones.
"""

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.spec import InputSpec

_BLOCKS = (1, 8, 32, 96)
COUNT = len(_BLOCKS)


def golden_inputs(spec: InputSpec) -> NDArray[np.uint8]:
    """The golden pictures for this input, uint8 [4, height, width, channels]."""
    return np.stack([_picture(number, block, spec) for number, block in enumerate(_BLOCKS)])


def _picture(number: int, block: int, spec: InputSpec) -> NDArray[np.uint8]:
    row = (np.arange(spec.height, dtype=np.uint32) // np.uint32(block))[:, None, None]
    column = (np.arange(spec.width, dtype=np.uint32) // np.uint32(block))[None, :, None]
    channel = np.arange(spec.channels, dtype=np.uint32)[None, None, :]
    picture = np.full(1, number, np.uint32)
    mixed = (
        row * np.uint32(0x9E3779B1)
        ^ column * np.uint32(0x85EBCA77)
        ^ channel * np.uint32(0xC2B2AE3D)
        ^ picture * np.uint32(0x27D4EB2F)
    )
    mixed = (mixed ^ (mixed >> np.uint32(15))) * np.uint32(0x2C1B3C6D)
    pixels: NDArray[np.uint8] = ((mixed ^ (mixed >> np.uint32(12))) & np.uint32(255)).astype(np.uint8)
    return pixels
