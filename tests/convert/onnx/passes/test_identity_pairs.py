from typing import TYPE_CHECKING

import numpy as np
import pytest

from edgesmith.convert.onnx.passes.identity_pairs import remove_identity_pairs

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Lines, Parse

ALL = np.arange(256, dtype=np.uint8)


@pytest.mark.parametrize(
    ("body", "after"),
    [
        pytest.param(
            """
            real = DequantizeLinear(x, s, z)
            same = QuantizeLinear(real, s, z)
            y = Sub(same, one)
            """,
            ["y = Sub(x, one)"],
            id="in the middle",
        ),
        pytest.param(
            """
            less = Sub(x, one)
            real = DequantizeLinear(less, s, z)
            y = QuantizeLinear(real, s, z)
            """,
            ["y = Sub(x, one)"],
            id="at the graph's output, whose name stays",
        ),
        pytest.param(
            """
            real = DequantizeLinear(x, s, z)
            same = QuantizeLinear(real, s, z)
            negative = Neg(real)
            other = QuantizeLinear(negative, s, z)
            y = Sub(same, other)
            """,
            [
                "real = DequantizeLinear(x, s, z)",
                "negative = Neg(real)",
                "other = QuantizeLinear(negative, s, z)",
                "y = Sub(x, other)",
            ],
            id="the real values have another reader",
        ),
    ],
)
def test_removed(body: str, after: list[str], parse: "Parse", lines: "Lines", answer: "Answer") -> None:
    model = parse(
        f"g (uint8[256] x) => (uint8[256] y) <float s = {{0.5}}, uint8 z = {{3}}, uint8 one = {{1}}> {{ {body} }}"
    )
    before = answer(model, x=ALL)
    assert remove_identity_pairs(model.graph) == 1
    assert lines(model) == after
    assert [value.name for value in model.graph.outputs] == ["y"]
    assert np.array_equal(answer(model, x=ALL), before)


@pytest.mark.parametrize(
    "quantize",
    ["QuantizeLinear(real, s2, z)", "QuantizeLinear(real, s, z2)"],
    ids=["other scale", "other zero point"],
)
def test_requantization_stays(quantize: str, parse: "Parse", lines: "Lines") -> None:
    model = parse(
        "g (uint8[256] x) => (uint8[256] y)"
        "<float s = {0.5}, float s2 = {0.25}, uint8 z = {3}, uint8 z2 = {4}>"
        f"{{ real = DequantizeLinear(x, s, z) codes = {quantize} y = Sub(codes, z) }}"
    )
    before = lines(model)
    assert remove_identity_pairs(model.graph) == 0
    assert lines(model) == before


def test_a_graph_that_is_one_pair_stays_valid(parse: "Parse", answer: "Answer") -> None:
    """Its output cannot become its input: ONNX wants a node that writes it."""
    model = parse("""
    g (uint8[256] x) => (uint8[256] y) <float s = {0.5}, uint8 z = {3}>
    { real = DequantizeLinear(x, s, z) y = QuantizeLinear(real, s, z) }
    """)
    assert remove_identity_pairs(model.graph) == 0
    assert np.array_equal(answer(model, x=ALL), ALL)
