import io
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from edgesmith.runtime.errors import DataError
from edgesmith.train.data.arrays import StoredArray, image_array


def stored(values: bytes, *shape: int, dtype: str = "u1") -> StoredArray:
    @contextmanager
    def opened() -> Iterator[io.BytesIO]:
        yield io.BytesIO(values)

    return StoredArray(name="x", shape=shape, dtype=np.dtype(dtype), open=opened)


def test_large_arrays_come_in_blocks() -> None:
    values = np.random.default_rng(0).integers(0, 256, (30, 512, 512), np.uint8)

    blocks = list(stored(values.tobytes(), *values.shape).blocks())

    assert [len(block) for block in blocks] == [16, 14]
    np.testing.assert_array_equal(np.concatenate(blocks), values)


@pytest.mark.parametrize(
    ("count", "message"),
    [(23, r"truncated: 3 of 4 rows"), (25, "longer than its shape")],
    ids=["short", "long"],
)
def test_number_of_bytes_must_fit(count: int, message: str) -> None:
    with pytest.raises(DataError, match=message):
        list(stored(bytes(count), 4, 2, 3).blocks())


def test_absurd_sizes_are_refused_before_reading() -> None:
    with pytest.raises(DataError, match="more than the"):
        image_array(stored(b"", 1, 100_000, 100_000))


def test_small_floats_beside_an_exact_one() -> None:
    images = image_array(stored(np.array([[[0.0, 0.5, 1.0]]], "f4").tobytes(), 1, 1, 3, dtype="f4"))

    assert next(images.images()).tolist() == [[0, 128, 255]]
