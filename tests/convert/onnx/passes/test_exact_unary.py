"""LeakyRelu and HardSwish against LiteRT's kernels, on every code."""

from typing import TYPE_CHECKING

import numpy as np
import pytest

from edgesmith.convert.onnx.functions import define_functions
from edgesmith.convert.onnx.litert_unary import litert_table
from edgesmith.convert.onnx.passes.exact_unary import make_unaries_exact, xnnpack_slopes
from edgesmith.convert.onnx.quantized import Quantization

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Lines, Parse

CODES = np.arange(256, dtype=np.uint8)
ALPHA = 0.3
Parameters = tuple[float, int, float, int]
# Source and target scales and zero points under which ONNX Runtime's own kernels round otherwise.
CASES: list[Parameters] = [(0.1270, 174, 0.1394, 87), (0.0779, 153, 0.0488, 130), (0.0336, 1, 0.0287, 45)]
IDS = ["wider", "finer", "positive"]


def unary(op_type: str, parameters: Parameters) -> str:
    scale, zero, target_scale, target_zero = parameters
    attributes = f"<alpha = {ALPHA}>" if op_type == "LeakyRelu" else ""
    return f"""
    g (uint8[256] x) => (uint8[256] y)
    <float s = {{{scale!r}}}, uint8 z = {{{zero}}}, float s2 = {{{target_scale!r}}}, uint8 z2 = {{{target_zero}}}>
    {{
        real = DequantizeLinear(x, s, z)
        result = {op_type} {attributes} (real)
        y = QuantizeLinear(result, s2, z2)
    }}
    """


def quantizations(parameters: Parameters) -> tuple[Quantization, Quantization]:
    scale, zero, target_scale, target_zero = parameters
    return (
        Quantization(np.asarray(scale, np.float32), np.asarray(zero, np.uint8)),
        Quantization(np.asarray(target_scale, np.float32), np.asarray(target_zero, np.uint8)),
    )


@pytest.mark.parametrize("parameters", CASES, ids=IDS)
def test_leaky_relu_gets_the_slopes_of_xnnpack(
    parameters: Parameters, parse: "Parse", lines: "Lines", answer: "Answer"
) -> None:
    model = parse(unary("LeakyRelu", parameters))
    wanted = litert_table("LEAKY_RELU", *quantizations(parameters), alpha=ALPHA)
    assert not np.array_equal(answer(model, x=CODES), wanted)  # else there is nothing to show
    assert make_unaries_exact(model.graph) == 1
    assert np.array_equal(answer(model, x=CODES), wanted)
    assert lines(model)[-3:] == [
        "result:operand = DequantizeLinear(x, result:scale, z)",
        "result = LeakyRelu(result:operand)",
        "y = QuantizeLinear(result, result:one, z2)",
    ]


def test_slopes_are_in_256ths() -> None:
    assert xnnpack_slopes(*quantizations((0.1, 0, 0.2, 0)), 0.25) == (128, 32)


@pytest.mark.parametrize("parameters", CASES, ids=IDS)
def test_hard_swish_becomes_a_table(
    parameters: Parameters, parse: "Parse", lines: "Lines", answer: "Answer"
) -> None:
    model = parse(unary("HardSwish", parameters))
    assert make_unaries_exact(model.graph) == 1
    define_functions(model)
    wanted = litert_table("HARD_SWISH", *quantizations(parameters))
    assert np.array_equal(answer(model, x=CODES), wanted)
    assert lines(model)[-1] == "y = CodesByTable(x, y:table)"


def test_table_keeps_the_shape_of_the_codes(parse: "Parse", answer: "Answer") -> None:
    text = unary("HardSwish", CASES[0]).replace("[256]", "[2,4,8,4]")
    model = parse(text)
    make_unaries_exact(model.graph)
    define_functions(model)
    wanted = litert_table("HARD_SWISH", *quantizations(CASES[0]))
    assert np.array_equal(answer(model, x=CODES.reshape(2, 4, 8, 4)), wanted.reshape(2, 4, 8, 4))


def test_a_leaky_relu_that_is_exact_already_stays(parse: "Parse", lines: "Lines") -> None:
    """Slope 1 right of zero and none left of it: nothing to round."""
    model = parse(unary("LeakyRelu", (0.5, 128, 0.5, 128)).replace(str(ALPHA), "0.0"))
    before = lines(model)
    assert make_unaries_exact(model.graph) == 0
    assert lines(model) == before


@pytest.mark.parametrize("op_type", ["HardSwish", "LeakyRelu"])
def test_float_ones_stay(op_type: str, parse: "Parse", lines: "Lines") -> None:
    model = parse(f"g (float[2] x) => (float[2] y) {{ y = {op_type}(x) }}")
    before = lines(model)
    assert make_unaries_exact(model.graph) == 0
    assert lines(model) == before
