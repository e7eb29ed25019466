"""How integer kernels round."""

import numpy as np
from numpy.typing import NDArray


def shift_halves_away(values: NDArray[np.int64], shift: int) -> NDArray[np.int64]:
    """`values / 2**shift`, rounded, halves away from zero; `shift` from 1.

    As ONNX Runtime does it on ARM: NEON's VRSHL, which rounds halves up, of negative values less one.
    """
    shifted: NDArray[np.int64] = (values - (values < 0) + (1 << (shift - 1))) >> shift
    return shifted
