"""Narrowed ranges, against what all values at once say."""

from dataclasses import replace

import numpy as np
import pytest

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.quantization.calibrate import activation_ranges
from edgesmith.convert.quantization.clipping import clip_extremes
from edgesmith.convert.quantization.observe import BATCH, observe
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.scheme import CALIBRATION_METHODS, CalibrationMethod, Scheme

COUNT = 2 * BATCH + 1


def images(*, rare: int | None) -> np.ndarray:
    """Dim pictures 40x40; with `rare`, that many bright pixels in the last one."""
    pictures = np.random.default_rng(0).integers(0, 20, (COUNT, 40, 40, 1), dtype=np.uint8)
    if rare is not None:
        pictures[-1].reshape(-1)[:rare] = 255
    return pictures


def graph(gain: float = 1.0) -> Graph:
    return Graph(
        input="image",
        input_shape=(1, 40, 40, 1),
        output="out",
        operators=(Operator(kind="MUL", inputs=("image", "gain"), output="out"),),
        constants={"gain": np.array(gain, np.float32)},
    )


def narrowed(pictures: np.ndarray, method: CalibrationMethod, gain: float = 1.0) -> tuple[float, float]:
    subject = graph(gain)
    assert method != "minmax"
    return clip_extremes(subject, pictures, observe(subject, pictures).extremes, method)["out"]


@pytest.mark.parametrize("gain", [0.1, -0.1], ids=["upper end", "lower end"])
def test_percentile_cuts_one_value_in_ten_thousand(gain: float) -> None:
    pixels = COUNT * 1600
    for rare, kept in ((pixels // 20_000, 1.9), (pixels // 5_000, 25.5)):
        low, high = narrowed(images(rare=rare), "percentile", gain)
        assert max(-low, high) == pytest.approx(kept, abs=0.05)


def one_in_many() -> tuple[Graph, np.ndarray]:
    """Squares of 281,600 dim pixels, and of one bright one that makes the steps too large for all others."""
    pictures = np.random.default_rng(0).integers(0, 20, (COUNT, 160, 160, 1), dtype=np.uint8)
    pictures[-1, 0, 0] = 255
    squares = (Operator(kind="MUL", inputs=("image", "image"), output="out"),)
    return replace(graph(), input_shape=(1, 160, 160, 1), operators=squares), pictures


def test_squared_error_is_the_least_of_all_ends() -> None:
    subject, pictures = one_in_many()
    squares = pictures.astype(np.float64) ** 2
    low, high = clip_extremes(subject, pictures, observe(subject, pictures).extremes, "mse")["out"]

    def error(limit: float) -> float:
        step = limit / 255
        return float(((np.clip(np.round(squares / step) * step, 0, limit) - squares) ** 2).sum())

    assert (low, high < 0.8 * squares.max()) == (0, True)
    assert error(high) <= 1.05 * min(error(squares.max() * share) for share in np.linspace(0.05, 1, 60))


@pytest.mark.parametrize("method", ["mse", "percentile"])
@pytest.mark.parametrize("gain", [1.0, -3.0])
def test_even_values_keep_nearly_all_of_their_range(method: CalibrationMethod, gain: float) -> None:
    low, high = narrowed(images(rare=None), method, gain)
    assert high - low == pytest.approx(19 * abs(gain), rel=0.05)


@pytest.mark.parametrize("method", ["mse", "percentile"])
def test_a_dead_tensor_is_no_trouble(method: CalibrationMethod) -> None:
    assert narrowed(images(rare=None), method, 0.0) == (0, 0)


def test_the_scheme_chooses_the_method() -> None:
    subject, pictures = one_in_many()
    found = {
        method: quantize(
            subject, pictures, Scheme(calibration_method=method), progress=lambda done, total: None
        ).ranges["out"]
        for method in CALIBRATION_METHODS
    }
    assert found["minmax"] == activation_ranges(subject, pictures)["out"]
    assert found["percentile"].high < found["mse"].high < found["minmax"].high
