"""Each operator against numbers worked out by hand or by plain numpy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.evaluate import activate, apply, linear, run
from edgesmith.convert.graph.model import KINDS, Activation, Kind

SIX = [-4.0, -3.0, -1.0, 0.5, 3.0, 8.0]


def grid(*shape: int) -> NDArray[np.float32]:
    """0, 1, 2, … in this shape."""
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def convolved(
    values: NDArray[np.float32], weights: NDArray[np.float32], *, stride: tuple[int, int], dilation: int = 1
) -> NDArray[np.float32]:
    """VALID convolution by its definition: values [n, h, w, in], weights [rows, columns, in, out]."""
    rows, columns = weights.shape[:2]
    height = (values.shape[1] - (rows - 1) * dilation - 1) // stride[0] + 1
    width = (values.shape[2] - (columns - 1) * dilation - 1) // stride[1] + 1
    result = np.zeros((len(values), height, width, weights.shape[3]), np.float32)
    for y, x, row, column in np.ndindex(height, width, rows, columns):
        pixel = values[:, y * stride[0] + row * dilation, x * stride[1] + column * dilation]
        result[:, y, x] += pixel @ weights[row, column]
    return result


WEIGHTS = np.random.default_rng(0).normal(size=(3, 2, 2, 4)).astype(np.float32)
PICTURES = np.random.default_rng(1).normal(size=(2, 6, 5, 2)).astype(np.float32)
BIAS = np.array([1, -2, 3, -4], np.float32)
# SAME over 6x5 with a 3x2 window and stride 2 pads one row below, and one column on the right.
PADDED = np.pad(PICTURES, ((0, 0), (0, 1), (0, 1), (0, 0)))
# Channel c of a depthwise convolution writes the channels 2c and 2c + 1: a block-diagonal full one.
DEPTHWISE = WEIGHTS[:, :, :, :2]
BLOCKS = np.zeros((3, 2, 2, 4), np.float32)
BLOCKS[:, :, 0, :2], BLOCKS[:, :, 1, 2:] = DEPTHWISE[:, :, 0], DEPTHWISE[:, :, 1]


def conv_options(stride: tuple[int, int], padding: str, dilation: int = 1) -> dict[str, Any]:
    return {"stride": stride, "padding": padding, "dilation": (dilation, dilation)}


POOL_IN = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], np.float32).reshape(1, 3, 3, 1)
POOL = {"window": (2, 2), "stride": (2, 2)}

CASES: dict[str, tuple[Kind, dict[str, Any], Sequence[Any], Any]] = {
    "add": ("ADD", {}, (SIX, 1.0), [-3, -2, 0, 1.5, 4, 9]),
    "sub keeps its order": ("SUB", {}, (1.0, SIX), [5, 4, 2, 0.5, -2, -7]),
    "mul": ("MUL", {}, (SIX, -2.0), [8, 6, 2, -1, -6, -16]),
    "relu": ("RELU", {}, (SIX,), [0, 0, 0, 0.5, 3, 8]),
    "relu6": ("RELU6", {}, (SIX,), [0, 0, 0, 0.5, 3, 6]),
    "leaky relu": ("LEAKY_RELU", {"alpha": 0.25}, (SIX,), [-1, -0.75, -0.25, 0.5, 3, 8]),
    "hard swish": ("HARD_SWISH", {}, (SIX,), [0, 0, -1 / 3, 0.5 * 3.5 / 6, 3, 8]),
    "logistic": ("LOGISTIC", {}, ([0.0, np.log(3.0)],), [0.5, 0.75]),
    "softmax": ("SOFTMAX", {"beta": 1.0}, ([[0.0, np.log(3.0)]],), [[0.25, 0.75]]),
    "softmax with beta": ("SOFTMAX", {"beta": 2.0}, ([[0.0, np.log(3.0)]],), [[0.1, 0.9]]),
    "mean drops axes": ("MEAN", {"axes": (1, 2), "keep_dims": False}, (grid(2, 2, 2, 1),), [[1.5], [5.5]]),
    "mean keeps axes": ("MEAN", {"axes": (1,), "keep_dims": True}, (grid(1, 2, 2),), [[[1, 2]]]),
    "reshape of a batch": ("RESHAPE", {"shape": (1, 4)}, (grid(2, 2, 2),), [[0, 1, 2, 3], [4, 5, 6, 7]]),
    "resize, corners to corners": (
        "RESIZE_BILINEAR",
        {"size": (1, 3), "align_corners": True, "half_pixel_centers": False},
        (np.array([0, 10], np.float32).reshape(1, 1, 2, 1),),
        [[[[0], [5], [10]]]],
    ),
    "resize, centres to centres": (
        "RESIZE_BILINEAR",
        {"size": (1, 4), "align_corners": False, "half_pixel_centers": True},
        (np.array([0, 8], np.float32).reshape(1, 1, 2, 1),),
        [[[[0], [2], [6], [8]]]],
    ),
    "pad": (
        "PAD",
        {"paddings": ((0, 0), (1, 0), (0, 2))},
        ([[[1.0, 2.0]]],),
        [[[0, 0, 0, 0], [1, 2, 0, 0]]],
    ),
    "concatenation": ("CONCATENATION", {"axis": 1}, ([[1.0]], [[2.0, 3.0]]), [[1, 2, 3]]),
    "concatenation, last axis": ("CONCATENATION", {"axis": -1}, ([[1.0]], [[2.0]]), [[1, 2]]),
    "strided slice of a batch": (
        "STRIDED_SLICE",
        {"begin": [0, 1, None], "end": [1, 3, None], "strides": [1, 1, -1]},
        (grid(2, 3, 2),),
        [[[3, 2], [5, 4]], [[9, 8], [11, 10]]],
    ),
    "max pool, valid": ("MAX_POOL_2D", {**POOL, "padding": "VALID"}, (POOL_IN,), [[[[5]]]]),
    "max pool, same": ("MAX_POOL_2D", {**POOL, "padding": "SAME"}, (POOL_IN,), [[[[5], [6]], [[8], [9]]]]),
    "average pool leaves padding out": (
        "AVERAGE_POOL_2D",
        {**POOL, "padding": "SAME"},
        (POOL_IN,),
        [[[[3], [4.5]], [[7.5], [9]]]],
    ),
    "dense": ("FULLY_CONNECTED", {"keep_num_dims": False}, ([[1.0, 2.0]], [[1.0], [3.0]], [10.0]), [[17]]),
    "dense flattens a batch": (
        "FULLY_CONNECTED",
        {"keep_num_dims": False},
        (grid(2, 1, 1, 2), np.array([[1.0], [10.0]], np.float32), [0.0]),
        [[10], [32]],
    ),
    "dense keeps dimensions": (
        "FULLY_CONNECTED",
        {"keep_num_dims": True},
        (grid(2, 2, 2), np.array([[1.0], [10.0]], np.float32), [0.0]),
        [[[10], [32]], [[54], [76]]],
    ),
    "convolution": (
        "CONV_2D",
        conv_options((1, 2), "VALID"),
        (PICTURES, WEIGHTS, BIAS),
        convolved(PICTURES, WEIGHTS, stride=(1, 2)) + BIAS,
    ),
    "convolution, same": (
        "CONV_2D",
        conv_options((2, 2), "SAME"),
        (PICTURES, WEIGHTS, BIAS),
        convolved(PADDED, WEIGHTS, stride=(2, 2)) + BIAS,
    ),
    "convolution, dilated": (
        "CONV_2D",
        conv_options((1, 1), "VALID", dilation=2),
        (PICTURES, WEIGHTS, BIAS),
        convolved(PICTURES, WEIGHTS, stride=(1, 1), dilation=2) + BIAS,
    ),
    "depthwise, multiplier 2": (
        "DEPTHWISE_CONV_2D",
        conv_options((2, 2), "VALID"),
        (PICTURES, DEPTHWISE, BIAS),
        convolved(PICTURES, BLOCKS, stride=(2, 2)) + BIAS,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_operator_computes(case: str) -> None:
    kind, options, operands, expected = CASES[case]
    arrays = [np.asarray(operand, np.float32) for operand in operands]
    inputs = tuple(f"operand {place}" for place in range(len(arrays)))
    operator = Operator(kind=kind, inputs=inputs, output="out", options=options)
    result = np.asarray(linear(operator, arrays))
    assert result.shape == np.shape(expected)
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5)


def test_every_kind_has_a_case() -> None:
    assert {kind for kind, *_ in CASES.values()} == set(KINDS)


@pytest.mark.parametrize(
    ("activation", "expected"),
    [("NONE", SIX), ("RELU", [0, 0, 0, 0.5, 3, 8]), ("RELU6", [0, 0, 0, 0.5, 3, 6])],
)
def test_activation(activation: Activation, expected: list[float]) -> None:
    assert np.array_equal(np.asarray(activate(activation, np.array(SIX, np.float32))), expected)


def test_linear_leaves_the_fused_activation_to_apply() -> None:
    operator = Operator(kind="ADD", inputs=("a", "b"), output="c", activation="RELU")
    operands = (np.array([-5, 5], np.float32), np.array([1, 1], np.float32))
    assert np.asarray(linear(operator, operands)).tolist() == [-4, 6]
    assert np.asarray(apply(operator, operands)).tolist() == [0, 6]


def test_run_feeds_tensors_and_constants_by_name() -> None:
    graph = Graph(
        input="image",
        input_shape=(1, 1, 1, 1),
        output="product",
        operators=(
            Operator(kind="SUB", inputs=("two", "image"), output="difference"),
            Operator(kind="MUL", inputs=("difference", "image"), output="product"),
        ),
        constants={"two": np.array(2, np.float32)},
    )
    assert np.asarray(run(graph, np.array([3, 5], np.float32))).tolist() == [-3, -15]
