from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.convert.explain.tensors import (
    TensorReader,
    TensorValue,
    as_activations,
    dequantized,
    short_name,
)
from edgesmith.convert.parity import file_outputs
from edgesmith.runtime.images import load
from edgesmith.runtime.scores import UINT8_SCALE
from edgesmith.runtime.spec import InputSpec


@pytest.fixture
def pixels(photos: Path) -> NDArray[np.uint8]:
    return load(photos / "test" / "green" / "1.png", InputSpec(height=16, width=16, channels=3))


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_reading_tensors_does_not_change_the_answer(
    deployed: Path, pixels: NDArray[np.uint8], precision: str
) -> None:
    file = deployed / f"colours-{precision}.tflite"

    last = TensorReader(file).read(pixels)[-1].values

    scale = UINT8_SCALE if precision == "int8" else 1.0
    np.testing.assert_array_equal(last, file_outputs(file, pixels)[0].astype(np.float32) * scale)


def test_int8_tensors_come_as_real_numbers_near_the_float_ones(
    deployed: Path, pixels: NDArray[np.uint8]
) -> None:
    by_precision = {
        precision: as_activations(TensorReader(deployed / f"colours-{precision}.tflite").read(pixels))
        for precision in ("float32", "int8")
    }

    first = {precision: found[0].values for precision, found in by_precision.items()}
    assert first["int8"].shape == first["float32"].shape == (8, 8, 6)
    np.testing.assert_allclose(first["int8"], first["float32"], atol=0.1)
    assert np.ptp(first["float32"]) > 0.5


def test_the_kernels_are_named(deployed: Path) -> None:
    assert TensorReader(deployed / "colours-int8.tflite").kernels.startswith("XNNPACK for ")


def test_dequantization_follows_the_specification() -> None:
    parameters = {"scales": np.array([0.5], np.float32), "zero_points": np.array([-128])}

    real = dequantized(np.array([-128, 0, 127], np.int8), parameters)

    np.testing.assert_array_equal(real, np.array([0, 64, 127.5], np.float32))


def test_float_tensors_pass_as_they_are() -> None:
    values = np.array([1.5], np.float32)

    assert dequantized(values, {"scales": np.array([]), "zero_points": np.array([])}) == values


@pytest.mark.parametrize(
    ("operator", "name", "short"),
    [
        ("CONV_2D", "Relu6_12;BiasAdd_3;Conv2D_1", "CONV_2D Relu6_12"),
        ("MEAN", "model/average/Mean:0", "MEAN Mean"),
    ],
)
def test_short_names(operator: str, name: str, short: str) -> None:
    tensor = TensorValue(place=0, operator=operator, name=name, values=np.zeros((1, 1, 1), np.float32))

    assert short_name(tensor) == short
