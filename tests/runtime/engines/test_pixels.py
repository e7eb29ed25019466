import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.runtime import Classifier
from edgesmith.runtime.engines import open_engine
from edgesmith.runtime.engines.pixels import require_fit, write_pixels

EVERY_VALUE = np.arange(256, dtype=np.uint8).reshape(1, 8, 32, 1)


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        ("uint8", EVERY_VALUE),
        ("int8", EVERY_VALUE.astype(np.int16) - 128),
        ("float32", EVERY_VALUE.astype(np.float32)),
        ("float16", EVERY_VALUE.astype(np.float16)),
    ],
)
def test_every_pixel_value_in_every_type(dtype: str, expected: NDArray[Any]) -> None:
    tensor = np.zeros(EVERY_VALUE.shape, dtype)
    write_pixels(EVERY_VALUE, tensor)
    np.testing.assert_array_equal(tensor, expected)


@pytest.mark.parametrize("dtype", ["int8", "float32"])
def test_values_of_the_tensors_type_are_taken_as_they_are(dtype: str) -> None:
    values = np.array([[-7, 0, 7]], dtype)
    tensor = np.empty_like(values)
    write_pixels(values, tensor)
    np.testing.assert_array_equal(tensor, values)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "float32"])
def test_views_in_another_order(dtype: str, noise: NDArray[np.uint8]) -> None:
    tensor, plain = np.empty((1, 13, 17, 3), dtype), np.empty((1, 13, 17, 3), dtype)
    write_pixels(noise[None, :, :, ::-1], tensor)
    write_pixels(np.ascontiguousarray(noise[None, :, :, ::-1]), plain)
    np.testing.assert_array_equal(tensor, plain)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "float32"])
def test_nothing_is_allocated(dtype: str) -> None:
    pixels, tensor = np.zeros((1, 224, 224, 3), np.uint8), np.empty((1, 224, 224, 3), dtype)
    write_pixels(pixels, tensor)
    tracemalloc.start()
    write_pixels(pixels, tensor)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000  # of 150,528


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [((1, 8, 8, 1), "uint8"), ((8, 8, 3), "uint8"), ((1, 8, 8, 3), "float64"), ((1, 8, 8, 3), "int8")],
    ids=["one channel", "no batch", "float64", "int8 for a float input"],
)
def test_what_does_not_fit(shape: tuple[int, ...], dtype: str) -> None:
    with pytest.raises(ValueError, match=r"for an input float32 \(1, 8, 8, 3\)"):
        require_fit(np.zeros(shape, dtype), (1, 8, 8, 3), np.dtype(np.float32))


@pytest.mark.parametrize("name", ["float tflite", "int8 tflite", "float onnx", "uint8 onnx", "int8 onnx"])
def test_raw_pixels_mean_the_same_to_every_input_type(
    name: str, models: dict[str, Path], noise: NDArray[np.uint8]
) -> None:
    with Classifier(models[name]) as classify, Classifier(models["float onnx"]) as real:
        step = 0.51 / 256 if "int8" in name else 1e-6
        np.testing.assert_allclose(classify(noise).values, real(noise).values, atol=step)


@pytest.mark.parametrize("name", ["int8 tflite", "int8 onnx"])
def test_int8_tensors_may_be_given_as_they_are(name: str, models: dict[str, Path]) -> None:
    engine = open_engine(models[name])
    assert (engine.input_dtype.name, engine.output_dtype.name) == ("int8", "int8")
    raw = np.full((1, 8, 8, 3), (255, 0, 0), np.uint8)
    shifted = (raw.astype(np.int16) - 128).astype(np.int8)
    np.testing.assert_array_equal(engine.run(raw), engine.run(shifted))
    assert engine.run(raw).tolist() == [127, -128, -128]


def test_what_is_no_array() -> None:
    with pytest.raises(TypeError, match="a list for pixels; a uint8 array is needed"):
        require_fit([[1, 2]], (1, 2), np.dtype(np.uint8))  # type: ignore[arg-type]  # what callers do
