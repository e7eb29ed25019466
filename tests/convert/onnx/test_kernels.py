"""ONNX Runtime's kernels on given codes."""

import numpy as np

from edgesmith.convert.onnx.kernels import run_kernel

CODES = np.arange(256, dtype=np.uint8)


def test_adds() -> None:
    total = run_kernel("QLinearAdd", (CODES, CODES[::-1].copy()), [(1.0, 0), (0.5, 0), (2.0, 7)])
    exact = (np.arange(256) + 0.5 * np.arange(256)[::-1]) / 2 + 7
    assert np.abs(total - exact).max() <= 0.5


def test_attribute_reaches_the_kernel() -> None:
    def negative_half(alpha: float) -> list[int]:
        codes = run_kernel("QLinearLeakyRelu", (CODES,), [(1.0, 128), (1.0, 128)], alpha=alpha)
        return [int(code) for code in codes[:128]]

    assert negative_half(1.0) == list(range(128))
    assert negative_half(0.0) == [128] * 128
