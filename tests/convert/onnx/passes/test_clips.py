"""A Clip goes where the codes imply it, and behind QuantizeLinear where they do not."""

from typing import TYPE_CHECKING

import numpy as np
import pytest

from edgesmith.convert.onnx.passes.clips import fold_clips

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Lines, Parse

VALUES = np.linspace(-9, 9, 1001, dtype=np.float32)


def clipped(operator: str, *, scale: float, zero_point: int) -> str:
    """Relu6 or another activation in front of codes of some range."""
    return f"""
    g (float[1001] x) => (int8[1001] y)
    <float zero = {{0}}, float six = {{6}}, float s = {{{scale}}}, int8 z = {{{zero_point}}}>
    {{
        limited = {operator}
        y = QuantizeLinear(limited, s, z)
    }}
    """


@pytest.mark.parametrize(
    ("text", "after"),
    [
        pytest.param(
            clipped("Clip(x, zero, six)", scale=6 / 255, zero_point=-128),
            ["y = QuantizeLinear(x, s, z)"],
            id="relu6, codes of 0..6: dropped",
        ),
        pytest.param(
            clipped("Relu(x)", scale=0.01, zero_point=-128),
            ["y = QuantizeLinear(x, s, z)"],
            id="relu, codes from 0: dropped",
        ),
        pytest.param(
            clipped("Clip(x, , six)", scale=6 / 255, zero_point=-128),
            ["y = QuantizeLinear(x, s, z)"],
            id="upper bound only: dropped",
        ),
        pytest.param(
            clipped("Clip(x, zero, six)", scale=0.05, zero_point=-20),
            ["y = QuantizeLinear(x, s, z)", "y:clipped = Clip(y, y:low, y:high)"],
            id="relu6, wider codes: moved behind",
        ),
        pytest.param(
            clipped("Relu(x)", scale=0.05, zero_point=0),
            ["y = QuantizeLinear(x, s, z)", "y:clipped = Clip(y, y:low, y:high)"],
            id="relu, codes below 0: moved behind",
        ),
    ],
)
def test_clip_before_quantize(
    text: str, after: list[str], parse: "Parse", lines: "Lines", answer: "Answer"
) -> None:
    # A reader of the codes, as every lowered graph has one.
    text = text.replace("=> (int8[1001] y)", "=> (int8[1001] result)").replace(
        "z)\n    }", "z)\n        result = Identity(y)\n    }"
    )
    model = parse(text)
    before = answer(model, x=VALUES)
    assert fold_clips(model.graph) == 1
    assert lines(model)[:-1] == after
    assert np.array_equal(answer(model, x=VALUES), before)


CONCATENATION = """
g (float[1001] x) => (int8[2002] both)
<float zero = {0}, float six = {6}, float s = {0.1}, int8 z = {0}>
{
    limited = Clip(x, zero, six)
    left = QuantizeLinear(limited, s, z)
    right = QuantizeLinear(x, s, z)
    both = Concat <axis = 0> (left, right)
}
"""


def test_relu6_beside_a_wider_range_keeps_its_clip(parse: "Parse", lines: "Lines", answer: "Answer") -> None:
    """The trap: dropping it changes 39 % of these codes, without any error."""
    model = parse(CONCATENATION)
    before = answer(model, x=VALUES)
    assert fold_clips(model.graph) == 1
    assert lines(model) == [
        "left = QuantizeLinear(x, s, z)",
        "left:clipped = Clip(left, left:low, left:high)",
        "right = QuantizeLinear(x, s, z)",
        "both = Concat(left:clipped, right)",
    ]
    assert np.array_equal(answer(model, x=VALUES), before)
    assert before[:1001].min() == 0
    assert before[1001:].min() == -90


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("real = Clip(x, zero, six) y = QuantizeLinear(real, s, z)", id="also a graph output"),
        pytest.param(
            "real = Relu(x) real2 = Neg(real) y = QuantizeLinear(real2, s, z)", id="not before quantize"
        ),
        pytest.param(
            "top = Neg(x) real = Neg(x) y1 = Clip(x, zero, one) y = QuantizeLinear(y1, s, z)",
            id="computed bound",
        ),
    ],
)
def test_other_clips_stay(body: str, parse: "Parse", lines: "Lines") -> None:
    model = parse(
        "g (float[2] x, float one) => (uint8[2] y, float[2] real)"
        "<float zero = {0}, float six = {6}, float s = {0.1}, uint8 z = {0}>"
        f"{{ {body} }}"
    )
    before = lines(model)
    assert fold_clips(model.graph) == 0
    assert lines(model) == before
