"""Two spellings of one model become one."""

from typing import TYPE_CHECKING

import numpy as np

from edgesmith.convert.onnx.canonical import canonicalize

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Lines, Parse

ONE = """
g (float[2] x) => (float[2] y) <float[2] two__17 = {2, 2}, float[2] three = {3, 3}>
{
    doubled__5 = Mul(x, two__17)
    tripled = Mul(x, three)
    y = Sub(doubled__5, tripled)
}
"""
OTHER = """
g (float[2] x) => (float[2] y) <float[2] drei = {3, 3}, float[2] zwei = {2, 2}>
{
    b = Mul(x, drei)
    a = Mul(x, zwei)
    unused = Neg(a)
    y = Sub(a, b)
}
"""


def test_two_spellings_become_one(parse: "Parse", lines: "Lines", answer: "Answer") -> None:
    one, other = parse(ONE), parse(OTHER)
    assert (canonicalize(one.graph), canonicalize(other.graph)) == (3, 3)
    assert (
        lines(one)
        == lines(other)
        == [
            "Mul_0:0 = Mul(x, Mul_0:input_1)",
            "Mul_1:0 = Mul(x, Mul_1:input_1)",
            "y = Sub(Mul_0:0, Mul_1:0)",
        ]
    )
    assert (
        list(one.graph.initializers) == list(other.graph.initializers) == ["Mul_0:input_1", "Mul_1:input_1"]
    )
    assert answer(one, x=np.array([1, 5], np.float32)).tolist() == [-1, -5]


def test_a_shared_initializer_stays_shared(parse: "Parse", lines: "Lines", answer: "Answer") -> None:
    model = parse("""
    g (float[2] x) => (float[2] y) <float[2] two = {2, 2}>
    { once = Mul(two, x) y = Sub(once, two) }
    """)
    canonicalize(model.graph)
    assert lines(model) == ["Mul_0:0 = Mul(Mul_0:input_0, x)", "y = Sub(Mul_0:0, Mul_0:input_0)"]
    assert answer(model, x=np.array([1, 5], np.float32)).tolist() == [0, 8]
