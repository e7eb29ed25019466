"""An explicit PAD in front of a convolution becomes SAME where that pads the same, and only there."""

import numpy as np
import pytest

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.evaluate import run
from edgesmith.convert.graph.fold_padding import fold_padding
from edgesmith.convert.graph.model import Kind
from edgesmith.convert.graph.shapes import tensor_shapes

Pads = tuple[tuple[int, int], tuple[int, int]]


def padded(
    size: tuple[int, int],
    pads: Pads,
    *,
    window: int = 3,
    stride: int = 2,
    dilation: int = 1,
    kind: Kind = "CONV_2D",
    padding: str = "VALID",
) -> Graph:
    weights = np.random.default_rng(0).normal(size=(window, window, 2, 1)).astype(np.float32)
    channels = 2 if kind == "DEPTHWISE_CONV_2D" else 1
    return Graph(
        input="image",
        input_shape=(1, *size, 2),
        output="out",
        operators=(
            Operator(
                kind="PAD",
                inputs=("image",),
                output="padded",
                options={"paddings": ((0, 0), *pads, (0, 0))},
            ),
            Operator(
                kind=kind,
                inputs=("padded", "weights", "bias"),
                output="out",
                options={"stride": (stride, stride), "dilation": (dilation, dilation), "padding": padding},
            ),
        ),
        constants={"weights": weights, "bias": np.arange(channels, dtype=np.float32)},
    )


@pytest.mark.parametrize(
    "graph",
    [
        pytest.param(padded((8, 6), ((0, 1), (0, 1))), id="even, stride 2: below and right"),
        pytest.param(padded((7, 5), ((1, 1), (1, 1))), id="odd, stride 2: all round"),
        pytest.param(padded((8, 5), ((0, 1), (1, 1))), id="even rows, odd columns"),
        pytest.param(padded((6, 6), ((1, 1), (1, 1)), stride=1), id="stride 1"),
        pytest.param(padded((6, 6), ((2, 2), (2, 2)), stride=1, dilation=2), id="dilated"),
        pytest.param(padded((8, 8), ((1, 2), (1, 2)), window=5), id="window 5"),
        pytest.param(padded((8, 8), ((0, 1), (0, 1)), kind="DEPTHWISE_CONV_2D"), id="depthwise"),
    ],
)
def test_folds_with_equal_results(graph: Graph) -> None:
    folded = fold_padding(graph, tensor_shapes(graph))
    (only,) = folded.operators
    assert (only.inputs[0], only.options["padding"]) == ("image", "SAME")
    pixels = np.random.default_rng(1).normal(size=(2, *graph.input_shape[1:])).astype(np.float32)
    np.testing.assert_allclose(run(folded, pixels), run(graph, pixels), atol=1e-5)


@pytest.mark.parametrize(
    "graph",
    [
        pytest.param(padded((8, 8), ((1, 1), (1, 1))), id="even, all round, as PyTorch pads"),
        pytest.param(padded((7, 7), ((0, 1), (0, 1))), id="odd, below and right"),
        pytest.param(padded((8, 8), ((0, 1), (0, 1)), padding="SAME"), id="padded twice"),
        pytest.param(padded((8, 8), ((0, 1), (1, 0))), id="wrong side"),
    ],
)
def test_keeps_padding_that_same_would_change(graph: Graph) -> None:
    assert fold_padding(graph, tensor_shapes(graph)) is graph


def test_keeps_padding_with_two_readers() -> None:
    graph = padded((8, 8), ((0, 1), (0, 1)))
    pool = Operator(
        kind="MAX_POOL_2D",
        inputs=("padded",),
        output="pooled",
        options={"window": (2, 2), "stride": (2, 2), "padding": "VALID"},
    )
    total = Operator(kind="CONCATENATION", inputs=("out", "pooled"), output="both", options={"axis": 3})
    shared = Graph(
        input=graph.input,
        input_shape=graph.input_shape,
        output="both",
        operators=(*graph.operators, pool, total),
        constants=graph.constants,
    )
    assert fold_padding(shared, tensor_shapes(shared)) is shared


def test_keeps_padding_before_max_pool() -> None:
    graph = padded((8, 8), ((0, 1), (0, 1)))
    pool = Operator(
        kind="MAX_POOL_2D",
        inputs=("padded",),
        output="out",
        options={"window": (3, 3), "stride": (2, 2), "padding": "VALID"},
    )
    pooled = Graph(
        input="image",
        input_shape=(1, 8, 8, 2),
        output="out",
        operators=(graph.operators[0], pool),
        constants={},
    )
    assert fold_padding(pooled, tensor_shapes(pooled)) is pooled
