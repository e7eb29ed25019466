from typing import TYPE_CHECKING

import numpy as np
import pytest

from edgesmith.convert.onnx.quantized import (
    Quantization,
    add_constant,
    constant,
    dequantized_activation,
    is_a,
    only_reader,
    quantization,
    replace_reads,
)

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Lines, Parse

TEXT = """
g (uint8[2] codes) => (uint8[2] result, float[2] real)
<float s = {0.5}, uint8 z = {3}, uint8[2] stored = {1, 2}>
{
    real = DequantizeLinear(codes, s, z)
    other = DequantizeLinear(stored, s, z)
    total = Add(real, other)
    result = QuantizeLinear(total, s, z)
}
"""


def steps(scale: float, zero_point: int, dtype: type = np.uint8) -> Quantization:
    return Quantization(np.array(scale, np.float32), np.asarray(zero_point, dtype))


@pytest.mark.parametrize(
    ("other", "equal"),
    [
        (steps(0.5, 3), True),
        (steps(0.25, 3), False),
        (steps(0.5, 4), False),
        (steps(0.5, 3, np.int8), False),
        ("something else", False),
    ],
    ids=["same", "scale", "zero point", "type of the codes", "another thing"],
)
def test_equality_is_of_what_codes_mean(other: object, equal: bool) -> None:
    assert (steps(0.5, 3) == other) is equal


@pytest.mark.parametrize(
    ("real", "code"),
    [(0.0, 10), (6.0, 22), (0.25, 10), (0.75, 12), (-99.0, 0), (999.0, 255), (np.inf, 255), (-np.inf, 0)],
    ids=["zero", "six", "half to even, down", "half to even, up", "low", "high", "infinity", "-infinity"],
)
def test_code_rounds_and_saturates(real: float, code: int) -> None:
    assert steps(0.5, 10).code(real) == code


def test_reading_nodes(parse: "Parse") -> None:
    graph = parse(TEXT).graph
    real, other, total, result = graph
    assert is_a(result, "QuantizeLinear", "Add")
    assert not is_a(result, "Add")
    assert not is_a(None, "Add")
    assert quantization(result) == steps(0.5, 3)
    assert dequantized_activation(total.inputs[0]) is real
    assert dequantized_activation(total.inputs[1]) is None  # a constant's
    assert dequantized_activation(result.inputs[0]) is None
    assert constant(other.inputs[0]).tolist() == [1, 2]  # type: ignore[union-attr]  # None would fail the test
    assert constant(real.inputs[0]) is None
    assert constant(None) is None


def test_only_reader_is_none_for_graph_outputs_and_for_several(parse: "Parse") -> None:
    graph = parse(TEXT).graph
    real, other, total, result = graph
    assert only_reader(total.outputs[0]) is result
    assert only_reader(real.outputs[0]) is None  # a graph output
    assert only_reader(other.outputs[0]) is total
    assert only_reader(graph.initializers["s"]) is None  # three readers


def test_a_scale_that_is_computed_is_refused(parse: "Parse") -> None:
    (node,) = parse("""
    g (uint8[2] codes, float s) => (float[2] real) <uint8 z = {3}>
    { real = DequantizeLinear(codes, s, z) }
    """).graph
    with pytest.raises(ValueError, match="scale and zero point are not constants"):
        quantization(node)


def test_add_constant_and_replace_reads(parse: "Parse", lines: "Lines") -> None:
    model = parse(TEXT)
    fresh = add_constant(model.graph, "z2", np.uint8(9))
    replace_reads(model.graph.initializers["z"], fresh)
    assert lines(model) == [
        "real = DequantizeLinear(codes, s, z2)",
        "other = DequantizeLinear(stored, s, z2)",
        "total = Add(real, other)",
        "result = QuantizeLinear(total, s, z2)",
    ]
    with pytest.raises(ValueError, match="'z2' already"):
        add_constant(model.graph, "z2", np.uint8(1))
