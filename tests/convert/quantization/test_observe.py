"""What one pass through the float graph finds out."""

import numpy as np
import pytest

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.quantization.observe import BATCH, batches, input_values, observe


def pictures(*levels: int) -> np.ndarray:
    """One grey picture of 2x2 pixels for each level."""
    return np.stack([np.full((2, 2, 1), level, np.uint8) for level in levels])


def doubling(offset: float = 0.0) -> Graph:
    return Graph(
        input="image",
        input_shape=(1, 2, 2, 1),
        output="doubled",
        operators=(
            Operator(
                kind="CONV_2D",
                inputs=("image", "weights", "bias"),
                output="doubled",
                options={"stride": (1, 1), "dilation": (1, 1), "padding": "VALID"},
            ),
        ),
        constants={"weights": np.full((1, 1, 1, 1), 2, np.float32), "bias": np.zeros(1, np.float32)},
        input_offset=offset,
    )


@pytest.mark.parametrize("count", [1, BATCH, 2 * BATCH + 1])
def test_mean_images_are_those_of_the_first_images_extremes_of_all(count: int) -> None:
    first, others = pictures(*range(10, 10 + count)), pictures(200, 3)
    found = observe(doubling(), first, others)
    assert found.extremes == {"image": (3, 200), "doubled": (6, 400)}
    assert list(found.mean_images) == ["image"]
    np.testing.assert_allclose(found.mean_images["image"], np.full((1, 2, 2, 1), 10 + (count - 1) / 2))


def test_input_values_subtract_the_offset() -> None:
    assert input_values(doubling(127.5), pictures(7)).max() == -120.5


def test_batches_leave_no_image_out() -> None:
    images = pictures(*range(2 * BATCH + 3))
    assert [len(batch) for batch in batches(images)] == [BATCH, BATCH, 3]
    assert np.array_equal(np.concatenate(list(batches(images))), images)
