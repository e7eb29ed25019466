"""Raw pixels into an input tensor: the one place that knows how each tensor type holds them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# q = pixel - 128 in two's complement: the top bit flipped. An int8 input has scale 1 and zero point -128.
_TOP_BIT = np.uint8(0x80)


def require_fit(pixels: NDArray[Any], shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """Raise `ValueError` unless `pixels` have the tensor's shape, and are raw (uint8) or of its own type; `TypeError` for no array."""
    if not isinstance(pixels, np.ndarray):
        raise TypeError(f"a {type(pixels).__name__} for pixels; a uint8 array is needed")
    if pixels.shape != shape or pixels.dtype not in (np.uint8, dtype):
        raise ValueError(f"pixels {pixels.dtype} {pixels.shape} for an input {dtype} {shape}")


def write_pixels(pixels: NDArray[Any], tensor: NDArray[Any]) -> None:
    """Write raw pixels (uint8, 0..255) into `tensor` in its type; values of that very type as they are.

    uint8 and float tensors hold the pixel's value, int8 ones the value - 128. Allocates nothing.
    """
    if tensor.dtype == np.int8 and pixels.dtype == np.uint8:
        np.bitwise_xor(pixels, _TOP_BIT, out=tensor.view(np.uint8))
    else:
        np.copyto(tensor, pixels)
