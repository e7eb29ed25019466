from collections.abc import Callable
from typing import Any

import pytest

from edgesmith.convert.anatomy.drawing_text import box_text, headline
from edgesmith.runtime.anatomy import Anatomy, Operand, OperatorSummary, Quantization


def test_a_convolution(layer: Callable[..., OperatorSummary], operand: Callable[..., Operand]) -> None:
    per_channel = Quantization(scale=(0.5,) * 16, zero_point=(0,) * 16, axis=0)
    weights = operand("w", shape=(16, 3, 3, 3), constant=True, quantization=per_channel)
    output = operand("y", shape=(1, None, 16), quantization=Quantization(scale=(0.0235,), zero_point=(-128,)))
    text = box_text(
        layer(
            7,
            "",
            "",
            kind="CONV_2D",
            name="stem",
            inputs=(operand("x"), weights),
            outputs=(output,),
            macs=10_838_016,
            why_float="for no reason",
        )
    )
    assert (text.kind, text.output) == ("CONV_2D", "int8 1×?×16")
    assert text.work == "weights int8 16×3×3×3 per channel · 10.8 M MACs"
    assert text.codes == "scale 0.0235, zero point −128"
    assert text.full.splitlines() == [
        "7 CONV_2D, version 1",
        "stem",
        "reads int8 1×4 x",
        "reads int8 16×3×3×3 w 16 scales along axis 0",
        "writes int8 1×?×16 y scale 0.0235, zero point −128",
        "in float: for no reason",
    ]


def test_an_operator_without_output(layer: Callable[..., OperatorSummary]) -> None:
    text = box_text(layer(0, "", "", kind="x" * 100))
    assert (text.output, text.work, text.codes) == ("", "", "")
    assert len(text.kind) == 40


@pytest.mark.parametrize(
    ("layers", "lines"),
    [
        pytest.param(
            [{"macs": 999}, {"macs": 1, "arithmetic": "float", "parameters": 4_631_000}],
            [
                "4.63 M parameters, 1 k multiply-accumulates.",
                "50 % of operators and 100 % of multiply-accumulates on 8-bit integers.",
            ],
            id="half",
        ),
        pytest.param(
            [{"macs": None}],
            [
                "0 parameters, an unknown number of multiply-accumulates.",
                "100 % of operators on 8-bit integers.",
            ],
            id="open shapes",
        ),
    ],
)
def test_headline(
    layers: list[dict[str, Any]],
    lines: list[str],
    layer: Callable[..., OperatorSummary],
    anatomy: Callable[..., Anatomy],
) -> None:
    found = headline(anatomy(*(layer(n, "a", "b", **changes) for n, changes in enumerate(layers))))
    assert found[:2] == lines
