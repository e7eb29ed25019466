"""Adds: the fixed-point formula against a real LiteRT kernel, and ONNX Runtime made to agree with it."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgesmith.convert.onnx.functions import define_functions
from edgesmith.convert.onnx.passes.exact_add import (
    AddParameters,
    exact_scales,
    make_adds_exact,
    onnxruntime_add_arm,
    xnnpack_add,
)

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Lines, Parse

# Scales and zero points of Adds in mini_XCEPTION and ResNet8, and simple ones.
REAL = AddParameters(
    scales=(0.11006268113851547, 0.05815785750746727, 0.10163462162017822), zero_points=(127, 139, 90)
)
OTHER = AddParameters(
    scales=(0.04090045765042305, 0.009771464392542839, 0.025947637856006622), zero_points=(146, 186, 110)
)
SECOND = AddParameters(
    scales=(0.027680013328790665, 0.08626613765954971, 0.04067661240696907), zero_points=(0, 135, 0)
)
# The second Add of a MobileNetV2 0.35: three pairs lie on a half, one of them opposite to another.
MIRRORED = AddParameters(
    scales=(0.2889908254146576, 0.28804460167884827, 0.4457315504550934), zero_points=(129, 146, 138)
)
HALVES = AddParameters(scales=(0.5, 0.25, 0.75), zero_points=(128, 0, 255))
ROWS, COLUMNS = (grid.astype(np.uint8) for grid in np.meshgrid(np.arange(256), np.arange(256), indexing="ij"))


def limits(scale: float, zero_point: int) -> tuple[float, float]:
    """The real values of the codes 0 and 255."""
    return -zero_point * scale, (255 - zero_point) * scale


def litert_add(parameters: AddParameters) -> tuple[NDArray[np.uint8], AddParameters]:
    """All 65,536 sums in a model of one int8 ADD, and the scales that its file really has."""
    bounds = [limits(*pair) for pair in zip(parameters.scales, parameters.zero_points, strict=True)]

    def fake_quantize(values: Any, place: int) -> Any:
        return tf.quantization.fake_quant_with_min_max_vars(values, *bounds[place], num_bits=8)

    module = tf.Module()
    spec = tf.TensorSpec((1, 256, 256, 1), tf.float32)
    module.add = tf.function(
        lambda a, b: fake_quantize(fake_quantize(a, 0) + fake_quantize(b, 1), 2),
        input_signature=[spec, spec],
        autograph=False,
    )
    converter = tf.lite.TFLiteConverter.from_concrete_functions([module.add.get_concrete_function()], module)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    interpreter = Interpreter(model_content=converter.convert())
    interpreter.allocate_tensors()
    inputs = sorted(interpreter.get_input_details(), key=lambda tensor: str(tensor["name"]))
    (output,) = interpreter.get_output_details()
    for tensor, codes in zip(inputs, (ROWS, COLUMNS), strict=True):
        interpreter.set_tensor(tensor["index"], (codes.astype(int) - 128).astype(np.int8)[None, :, :, None])
    interpreter.invoke()
    total = (interpreter.get_tensor(output["index"])[0, :, :, 0].astype(int) + 128).astype(np.uint8)
    quantizations = [tensor["quantization"] for tensor in (*inputs, output)]
    scales = tuple(float(scale) for scale, _ in quantizations)
    zero_points = tuple(int(zero_point) + 128 for _, zero_point in quantizations)
    return total, AddParameters(
        scales=(scales[0], scales[1], scales[2]),
        zero_points=(zero_points[0], zero_points[1], zero_points[2]),
    )


@pytest.mark.parametrize("parameters", [REAL, OTHER, HALVES], ids=["real", "lopsided", "halves"])
def test_formula_equals_litert_on_all_pairs(parameters: AddParameters) -> None:
    total, stored = litert_add(parameters)
    assert stored.zero_points == parameters.zero_points
    assert stored.scales == pytest.approx(parameters.scales, rel=1e-6)
    assert np.array_equal(xnnpack_add(stored), total)
    assert len(np.unique(total)) > 80


def adding(parameters: AddParameters) -> str:
    (a, b, total), (za, zb, zt) = parameters.scales, parameters.zero_points
    return f"""
    g (uint8[256,256] a, uint8[256,256] b) => (uint8[256,256] y)
    <float sa = {{{a!r}}}, float sb = {{{b!r}}}, float st = {{{total!r}}},
     uint8 za = {{{za}}}, uint8 zb = {{{zb}}}, uint8 zt = {{{zt}}}>
    {{
        left = DequantizeLinear(a, sa, za)
        right = DequantizeLinear(b, sb, zb)
        sum = Add(left, right)
        y = QuantizeLinear(sum, st, zt)
    }}
    """


@pytest.mark.parametrize("parameters", [REAL, SECOND], ids=["first", "second"])
def test_onnx_runtime_is_made_exact(
    parameters: AddParameters, parse: "Parse", lines: "Lines", answer: "Answer"
) -> None:
    model = parse(adding(parameters))
    wanted = xnnpack_add(parameters)
    assert not np.array_equal(answer(model, a=ROWS, b=COLUMNS), wanted)  # else there is nothing to show
    assert make_adds_exact(model.graph) == 1
    assert np.array_equal(answer(model, a=ROWS, b=COLUMNS), wanted)
    assert lines(model)[-4:] == [
        "sum:operand_0 = DequantizeLinear(a, sum:scale_0, za)",
        "sum:operand_1 = DequantizeLinear(b, sum:scale_1, zb)",
        "sum = Add(sum:operand_0, sum:operand_1)",
        "y = QuantizeLinear(sum, sum:scale_sum, zt)",
    ]


def test_arm_formula_gives_the_code_seen_there() -> None:
    """LiteRT and x86 have 141 for the codes 89 and 190, an emulated Cortex-A72 140."""
    found = onnxruntime_add_arm((0.6483523845672607, 0.6462293863296509, 1.0), MIRRORED.zero_points)
    assert np.argwhere(found != xnnpack_add(MIRRORED)).tolist() == [[89, 190]]
    assert found[89, 190] == 140


@pytest.mark.parametrize("parameters", [REAL, SECOND, OTHER], ids=["first", "second", "lopsided"])
def test_scales_are_exact_on_arm_too(parameters: AddParameters) -> None:
    scales = exact_scales(parameters)
    assert scales is not None
    assert np.array_equal(onnxruntime_add_arm(scales, parameters.zero_points), xnnpack_add(parameters))


def test_halves_up_and_away_from_zero() -> None:
    halves = AddParameters(scales=(0.5, 0.5, 1.0), zero_points=(128, 128, 128))
    xnnpack, arm = xnnpack_add(halves), onnxruntime_add_arm(halves.scales, halves.zero_points)
    assert (xnnpack[133, 128], xnnpack[123, 128]) == (131, 126)  # 2.5 to 3, -2.5 to -2
    assert (arm[133, 128], arm[123, 128]) == (131, 125)


def test_opposite_halves_need_a_table(parse: "Parse", lines: "Lines", answer: "Answer") -> None:
    assert exact_scales(MIRRORED) is None
    model = parse(adding(MIRRORED))
    assert make_adds_exact(model.graph) == 1
    assert lines(model)[-1] == "y = SumByTable(a, b, sum:table)"
    define_functions(model)
    assert np.array_equal(answer(model, a=ROWS, b=COLUMNS), xnnpack_add(MIRRORED))


def test_search_is_deterministic() -> None:
    assert exact_scales(REAL) == exact_scales(REAL) != REAL.scales


def test_an_add_that_is_exact_already_stays(parse: "Parse", lines: "Lines") -> None:
    model = parse(adding(OTHER))
    before = lines(model)
    assert exact_scales(OTHER) == OTHER.scales
    assert make_adds_exact(model.graph) == 0
    assert lines(model) == before


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("g (float[2] a) => (float[2] y) { y = Add(a, a) }", id="float"),
        pytest.param(
            """
            g (float[2] a, float[2] b) => (uint8[2] y) <float s = {0.5}, uint8 z = {3}>
            { sum = Add(a, b) y = QuantizeLinear(sum, s, z) }
            """,
            id="float operands",
        ),
    ],
)
def test_other_adds_stay(text: str, parse: "Parse", lines: "Lines") -> None:
    model = parse(text)
    before = lines(model)
    assert make_adds_exact(model.graph) == 0
    assert lines(model) == before
