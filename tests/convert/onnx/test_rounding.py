"""Rounding shifts."""

import numpy as np
import pytest

from edgesmith.convert.onnx.rounding import shift_halves_away


@pytest.mark.parametrize("shift", [1, 3, 30])
def test_halves_go_away_from_zero(shift: int) -> None:
    half = 1 << (shift - 1)
    values = np.array([half, half - 1, -half, -half + 1, 3 * half, -3 * half], np.int64)
    assert shift_halves_away(values, shift).tolist() == [1, 0, -1, 0, 2, -2]
