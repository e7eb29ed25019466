"""Folding the normalisation: what becomes of the graph, and that it still computes the same."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.evaluate import run
from edgesmith.convert.graph.fold_normalisation import (
    fold_normalisation,
    normalisation_as_operator,
    with_integer_offset,
)
from edgesmith.convert.graph.model import Kind

GENERATOR = np.random.default_rng(0)
RAW = GENERATOR.integers(0, 256, (4, 7, 6, 3)).astype(np.float32)
CONVOLUTION = {"stride": (1, 1), "dilation": (1, 1)}

Steps = Sequence[tuple[Kind, float | list[float]]]

KERAS_RESCALING: Steps = [("MUL", 1 / 127.5), ("ADD", -1.0)]
MINUS_127: Steps = [("SUB", 127.0), ("MUL", 1 / 128)]
IMAGENET: Steps = [("SUB", [123.7, 116.3, 103.5]), ("MUL", [1 / 58.4, 1 / 57.1, 1 / 57.4])]


def conv(source: str, output: str, *, kind: Kind = "CONV_2D", padding: str = "VALID") -> Operator:
    options = {**CONVOLUTION, "padding": padding}
    return Operator(kind=kind, inputs=(source, f"{output}:w", f"{output}:b"), output=output, options=options)


def network(steps: Steps, *readers: Operator) -> Graph:
    """The steps, one after the other, from "image" to "normalised"; then the readers, the last one's output."""
    operators: list[Operator] = []
    constants: dict[str, NDArray[Any]] = {}
    names = ["image", *(f"step {place}" for place in range(1, len(steps))), "normalised"]
    for place, (kind, number) in enumerate(steps):
        constants[f"number {place}"] = np.asarray(number, np.float32)
        operators.append(
            Operator(kind=kind, inputs=(names[place], f"number {place}"), output=names[place + 1])
        )
    for reader in readers:
        if reader.kind in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            shape = (3, 3, 3, 1 if reader.kind == "DEPTHWISE_CONV_2D" else 4)
            constants[reader.inputs[1]] = GENERATOR.normal(0, 0.3, shape).astype(np.float32)
            outputs = 3 if reader.kind == "DEPTHWISE_CONV_2D" else 4
            constants[reader.inputs[2]] = GENERATOR.normal(size=outputs).astype(np.float32)
    return Graph(
        input="image",
        input_shape=(1, 7, 6, 3),
        output=readers[-1].output,
        operators=(*operators, *readers),
        constants=constants,
    )


def outputs(graph: Graph, raw: NDArray[np.float32] = RAW) -> NDArray[np.float32]:
    return np.asarray(run(graph, raw - np.float32(graph.input_offset)))


def kinds(graph: Graph) -> list[Kind]:
    return [operator.kind for operator in graph.operators]


CONV = conv("normalised", "out")
SAME = conv("normalised", "out", padding="SAME")
PAD = Operator(
    kind="PAD",
    inputs=("normalised",),
    output="padded",
    options={"paddings": ((0, 0), (1, 0), (0, 1), (0, 0))},
)
MAX_POOL = Operator(
    kind="MAX_POOL_2D",
    inputs=("normalised",),
    output="out",
    options={"window": (2, 2), "stride": (2, 2), "padding": "VALID"},
)


@pytest.mark.parametrize(
    ("graph", "folded_kinds", "offset"),
    [
        pytest.param(network(KERAS_RESCALING, CONV), ["CONV_2D"], 127.5, id="keras rescaling"),
        pytest.param(network(MINUS_127, CONV), ["CONV_2D"], 127, id="minus 127 over 128"),
        pytest.param(network([("MUL", 1 / 255)], CONV), ["CONV_2D"], 0, id="scale only"),
        pytest.param(network([("SUB", 120.0)], CONV), ["CONV_2D"], 120, id="offset only"),
        pytest.param(
            network([("SUB", 120.0), ("MUL", [0.02, 0.01, 0.03])], CONV), ["CONV_2D"], 120, id="channel std"
        ),
        pytest.param(
            network([("SUB", [99.0] * 3), ("MUL", 0.02)], CONV), ["CONV_2D"], 99, id="three equal means"
        ),
        pytest.param(network(KERAS_RESCALING, SAME), ["CONV_2D"], 127.5, id="padded convolution"),
        pytest.param(
            network(KERAS_RESCALING, PAD, conv("padded", "out")),
            ["PAD", "CONV_2D"],
            127.5,
            id="explicit padding",
        ),
        pytest.param(
            network(KERAS_RESCALING, conv("normalised", "out", kind="DEPTHWISE_CONV_2D")),
            ["DEPTHWISE_CONV_2D"],
            127.5,
            id="depthwise",
        ),
        pytest.param(
            network(
                MINUS_127,
                conv("normalised", "left"),
                conv("normalised", "right"),
                Operator(kind="ADD", inputs=("left", "right"), output="out"),
            ),
            ["CONV_2D", "CONV_2D", "ADD"],
            127,
            id="two readers",
        ),
        pytest.param(network(IMAGENET, SAME), ["DEPTHWISE_CONV_2D", "CONV_2D"], 0, id="channel mean"),
        pytest.param(
            network(KERAS_RESCALING, MAX_POOL), ["DEPTHWISE_CONV_2D", "MAX_POOL_2D"], 0, id="before max pool"
        ),
        pytest.param(
            network(
                KERAS_RESCALING,
                conv("normalised", "right", padding="SAME"),
                Operator(
                    kind="CONCATENATION", inputs=("normalised", "right"), output="out", options={"axis": 3}
                ),
            ),
            ["DEPTHWISE_CONV_2D", "CONV_2D", "CONCATENATION"],
            0,
            id="a convolution and a concatenation",
        ),
    ],
)
def test_folded_graph_computes_the_same(graph: Graph, folded_kinds: list[Kind], offset: float) -> None:
    folded = fold_normalisation(graph)
    assert kinds(folded) == folded_kinds
    assert folded.input_offset == offset
    np.testing.assert_allclose(outputs(folded), outputs(graph), atol=1e-5)


@pytest.mark.parametrize(
    "graph",
    [
        pytest.param(network([], conv("image", "out")), id="no normalisation"),
        pytest.param(
            Graph(
                input="image",
                input_shape=(1, 7, 6, 3),
                output="out",
                operators=(Operator(kind="SUB", inputs=("white", "image"), output="out"),),
                constants={"white": np.array(255, np.float32)},
            ),
            id="white minus the image",
        ),
        pytest.param(
            Graph(
                input="image",
                input_shape=(1, 7, 6, 3),
                output="out",
                operators=(Operator(kind="ADD", inputs=("image", "one"), output="out", activation="RELU"),),
                constants={"one": np.array(1, np.float32)},
            ),
            id="fused activation",
        ),
        pytest.param(
            Graph(
                input="image",
                input_shape=(1, 3, 3, 3),
                output="out",
                operators=(Operator(kind="ADD", inputs=("image", "column"), output="out"),),
                constants={"column": np.array([[1], [2], [3]], np.float32)},
            ),
            id="one number a column",
        ),
    ],
)
def test_what_is_no_normalisation_stays(graph: Graph) -> None:
    assert fold_normalisation(graph) is graph


def test_rounded_offset_is_exact_where_nothing_is_padded() -> None:
    folded = fold_normalisation(network(KERAS_RESCALING, CONV))
    rounded = with_integer_offset(folded)
    assert rounded.input_offset == 128
    np.testing.assert_allclose(outputs(rounded), outputs(folded), atol=1e-5)


def test_rounded_offset_of_a_depthwise_convolution_is_exact_where_nothing_is_padded() -> None:
    folded = fold_normalisation(network(KERAS_RESCALING, conv("normalised", "out", kind="DEPTHWISE_CONV_2D")))
    np.testing.assert_allclose(outputs(with_integer_offset(folded)), outputs(folded), atol=1e-5)


def test_rounded_offset_pads_borders_half_a_level_off() -> None:
    folded = fold_normalisation(network(KERAS_RESCALING, SAME))
    difference = outputs(with_integer_offset(folded)) - outputs(folded)
    np.testing.assert_allclose(difference[:, 1:-1, 1:-1], 0, atol=1e-5)
    # In the corner, five of nine weights meet padding, half a grey level above what they met before.
    weights = folded.constants["out:w"].copy()
    weights[1:, 1:] = 0
    np.testing.assert_allclose(difference[0, 0, 0], 0.5 * weights.sum((0, 1, 2)), atol=1e-5)


def test_integer_offset_needs_no_rounding() -> None:
    folded = fold_normalisation(network(MINUS_127, CONV))
    assert with_integer_offset(folded) is folded


@pytest.mark.parametrize("reader", [CONV, SAME], ids=["valid", "same"])
def test_undone_folding_is_exact(reader: Operator) -> None:
    folded = fold_normalisation(network(KERAS_RESCALING, reader))
    undone = normalisation_as_operator(folded)
    assert kinds(undone) == ["DEPTHWISE_CONV_2D", "CONV_2D"]
    assert undone.input_offset == 0
    np.testing.assert_allclose(outputs(undone), outputs(folded), atol=1e-5)
