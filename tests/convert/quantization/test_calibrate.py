"""Ranges are the exact extremes over all images; operators that share a scale share a range."""

import numpy as np
import pytest

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.model import Activation, Kind
from edgesmith.convert.quantization.calibrate import activation_ranges
from edgesmith.convert.quantization.observe import BATCH
from edgesmith.convert.quantization.scales import PROBABILITY_RANGE, ActivationRange

POOL = {"window": (2, 2), "stride": (2, 2), "padding": "VALID"}


def operator(
    kind: Kind, inputs: str, output: str, activation: Activation = "NONE", **options: object
) -> Operator:
    return Operator(
        kind=kind, inputs=tuple(inputs.split()), output=output, activation=activation, options=options
    )


def graph(*operators: Operator, offset: float = 0.0) -> Graph:
    return Graph(
        input="image",
        input_shape=(1, 2, 2, 1),
        output=operators[-1].output,
        operators=operators,
        constants={
            "tenth": np.array(0.1, np.float32),
            "minus": np.array(-0.01, np.float32),
            "hundred": np.array(100, np.float32),
        },
        input_offset=offset,
    )


def pictures(*levels: int) -> np.ndarray:
    """One picture of 2x2 pixels for each level, with a black corner."""
    found = np.zeros((len(levels), 2, 2, 1), np.uint8)
    found[:, 1, 1, 0] = levels
    return found


@pytest.mark.parametrize("place", [0, BATCH, 2 * BATCH], ids=["first batch", "second", "last, of one image"])
def test_extremes_are_those_of_all_images_in_all_batches(place: int) -> None:
    levels = [10] * (2 * BATCH + 1)
    levels[place] = 200
    ranges = activation_ranges(
        graph(operator("MUL", "image tenth", "tenths"), operator("MUL", "tenths minus", "negative")),
        pictures(*levels),
    )
    high = np.float32(200) * np.float32(0.1)
    assert ranges["tenths"] == ActivationRange.covering(0.0, float(high))
    assert ranges["negative"] == ActivationRange.covering(float(high * np.float32(-0.01)), 0.0)


def test_extremes_follow_the_fused_activation() -> None:
    ranges = activation_ranges(
        graph(operator("MUL", "image tenth", "scaled", "RELU6"), operator("SUB", "scaled hundred", "less")),
        pictures(250),
    )
    assert ranges["scaled"] == ActivationRange.covering(0, 6)
    assert ranges["less"] == ActivationRange.covering(-100, -94)


@pytest.mark.parametrize("offset", [0.0, 127.0])
def test_input_range_is_that_of_pixels(offset: float) -> None:
    ranges = activation_ranges(graph(operator("MUL", "image tenth", "out"), offset=offset), pictures(9))
    assert ranges["image"] == ActivationRange(low=-offset, high=255 - offset)


def test_probabilities_have_the_fixed_range() -> None:
    ranges = activation_ranges(
        graph(operator("MUL", "image tenth", "scaled"), operator("LOGISTIC", "scaled", "out")), pictures(50)
    )
    assert ranges["out"] == PROBABILITY_RANGE
    assert ranges["scaled"] == ActivationRange.covering(0, 5)


@pytest.mark.parametrize(
    ("shared", "options", "inputs"),
    [
        ("MAX_POOL_2D", POOL, "small"),
        ("AVERAGE_POOL_2D", POOL, "small"),
        ("PAD", {"paddings": ((0, 0), (1, 0), (0, 0), (0, 0))}, "small"),
        ("RESHAPE", {"shape": (1, 4)}, "small"),
        ("STRIDED_SLICE", {"begin": [None] * 4, "end": [None] * 4, "strides": [1] * 4}, "small"),
        ("CONCATENATION", {"axis": 3}, "small large"),
    ],
)
def test_operators_of_one_scale_have_one_range(shared: Kind, options: dict[str, object], inputs: str) -> None:
    ranges = activation_ranges(
        graph(
            operator("MUL", "image minus", "small"),
            operator("MUL", "image tenth", "large"),
            Operator(kind=shared, inputs=tuple(inputs.split()), output="out", options=options),
        ),
        pictures(100),
    )
    both = "large" in inputs
    assert ranges["small"] == ranges["out"] == ActivationRange.covering(-1, 10 if both else 0)
    assert ranges["large"] == ActivationRange.covering(-1 if both else 0, 10)


def test_one_scale_reaches_through_a_chain() -> None:
    """small -> pool -> concatenation with large: the pool's input has large's range too."""
    ranges = activation_ranges(
        graph(
            operator("MUL", "image minus", "small"),
            operator("MAX_POOL_2D", "small", "pooled", "NONE", **POOL),
            operator("MUL", "image tenth", "large"),
            operator("MAX_POOL_2D", "large", "also pooled", "NONE", **POOL),
            Operator(
                kind="CONCATENATION", inputs=("pooled", "also pooled"), output="out", options={"axis": 3}
            ),
        ),
        pictures(100),
    )
    assert {ranges[name] for name in ("small", "pooled", "large", "also pooled", "out")} == {
        ActivationRange.covering(-1, 10)
    }


def test_padded_input_keeps_the_range_of_pixels() -> None:
    ranges = activation_ranges(
        graph(operator("PAD", "image", "padded", paddings=((0, 0), (1, 1), (1, 1), (0, 0))), offset=127.0),
        pictures(3),
    )
    assert ranges["padded"] == ActivationRange(low=-127, high=128)
