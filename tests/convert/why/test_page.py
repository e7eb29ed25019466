"""The page holds what was measured, escapes names, and loads nothing from elsewhere."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from edgesmith.convert.onnx.deviations import Deviation
from edgesmith.convert.parity import Parity
from edgesmith.convert.plan import ConversionPlan
from edgesmith.convert.quantization.errors import QuantizationErrors
from edgesmith.convert.quantization.operator_error import OperatorError
from edgesmith.convert.record import ConversionRecord, FileRecord, Settings, SourceRecord
from edgesmith.convert.why.page import readable_name, render_page, verdict

GOOD = OperatorError(
    output="stem/Relu6;stem/bn/FusedBatchNormV3;stem/Conv2D#12",
    kind="CONV_2D",
    snr_db=31.0,
    alone_snr_db=35.0,
    rounding_snr_db=40.0,
    shift_share=0.1,
    weight_range=(-1.0, 1.5),
    activation_range=(0.0, 6.0),
    outlier_channels=(),
    advice=None,
)
BAD = replace(
    GOOD,
    output="<b>dw#3",
    kind="DEPTHWISE_CONV_2D",
    alone_snr_db=4.0,
    outlier_channels=(7,),
    advice="help it",
)
RECORD = ConversionRecord(
    name="<flowers>",
    source=SourceRecord(name="n", framework="keras 3", sha256="e" * 64, accuracy=None),
    files=(
        FileRecord(
            path="n-int8.onnx",
            format="onnx",
            precision="int8",
            bytes=2048,
            sha256="f" * 64,
            int8_share=1.0,
            parity=Parity(
                max_abs_difference=0.01,
                top1_agreement=0.985,
                identical_share=0.99,
                identical_to="n-int8.tflite",
                images=200,
                images_from="evaluation",
                against="source",
            ),
            accuracy=None,
            seconds=1.0,
            deviations=(Deviation(operator=4, kind="LEAKY_RELU", max_steps=1, share=0.11),),
        ),
    ),
    settings=Settings.of(ConversionPlan(model=Path("n.keras"), output=Path("deploy"), seed=3)),
    calibration_images=100,
    input_offset=None,
    quantization=QuantizationErrors(operators=(GOOD, BAD), divergence=0.02, agreement=0.98, images=20),
    guard=None,
    warnings=("look out",),
    seconds=9.0,
)


def test_summary_names_identity_deviation_and_the_worst_operator() -> None:
    assert list(verdict(RECORD)) == [
        "int8 has the original's best class on 98.5 % of 200 images (evaluation)",
        "n-int8.onnx answers with the bytes of n-int8.tflite on 198 of 200 images",
        "In n-int8.onnx, LEAKY_RELU (operator 4) differs from the .tflite by up to 1 steps, in 11 % of its values",
        "Most is lost in DEPTHWISE_CONV_2D <b>dw: help it",
    ]


def test_nothing_to_help() -> None:
    fine = QuantizationErrors(operators=(GOOD,), divergence=0.0, agreement=1.0, images=20)
    *_, last = verdict(replace(RECORD, quantization=fine))
    assert last.startswith("No operator loses much by itself, all keep at least 20 dB")
    assert last.endswith("together they leave 31 dB at the output")


def test_every_operator_has_a_row_and_the_bad_one_is_marked() -> None:
    page = render_page(RECORD)
    assert page.count('<th scope="row" class="text" title=') == 2
    assert page.count('<span class="alarm small">help it</span>') == 1
    assert "Warning: look out" in page


def test_names_are_escaped_and_nothing_comes_from_elsewhere() -> None:
    page = render_page(RECORD)
    assert "<b>dw" not in page
    assert "<flowers>" not in page
    assert not re.search(r"(?:src|href)=\"(?!data:)", page)
    assert "<script" not in page


@pytest.mark.parametrize(
    ("output", "name"),
    [("a/Relu6;b/Conv2D#12", "a/Relu6"), ("x", "x"), (";x#3", "x"), ("Identity#5:probabilities", "Identity")],
)
def test_names_are_those_of_the_first_fused_operator(output: str, name: str) -> None:
    assert readable_name(output) == name


def test_the_deployed_page_has_the_operators_of_convert_json(deployed: Path) -> None:
    operators = json.loads((deployed / "convert.json").read_bytes())["quantization"]["operators"]
    page = (deployed / "convert.html").read_text()
    assert page.count('<th scope="row" class="text" title=') == len(operators) > 5
