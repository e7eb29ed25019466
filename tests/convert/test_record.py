from dataclasses import replace
from pathlib import Path

from edgesmith.convert.parity import Parity
from edgesmith.convert.plan import ConversionPlan
from edgesmith.convert.quantization.input_offset import OffsetCheck
from edgesmith.convert.record import ConversionRecord, FileRecord, Settings, SourceRecord
from edgesmith.runtime.accuracy import Accuracy

PARITY = Parity(
    max_abs_difference=0.0123,
    top1_agreement=0.99,
    identical_share=0.995,
    identical_to="n-int8.tflite",
    images=200,
    images_from="evaluation",
    against="source",
)
ACCURACY = Accuracy(top1=0.9, top5=1.0, images=200, interval=(0.85, 0.93))
FILE = FileRecord(
    path="n-int8.onnx",
    format="onnx",
    precision="int8",
    bytes=2048,
    sha256="f" * 64,
    int8_share=1.0,
    parity=PARITY,
    accuracy=ACCURACY,
    seconds=1.5,
)
RECORD = ConversionRecord(
    name="n",
    source=SourceRecord(name="n", framework="keras 3", sha256="e" * 64, accuracy=ACCURACY),
    files=(FILE,),
    settings=Settings.of(ConversionPlan(model=Path("n.keras"), output=Path("deploy"), seed=3)),
    calibration_images=100,
    input_offset=OffsetCheck(offset=127.5, rounded=True, max_abs_difference=1e-3, argmax_equal=True),
    quantization=None,
    guard=None,
    warnings=(),
    seconds=9.0,
)


def test_json_holds_everything_that_was_measured() -> None:
    content = RECORD.to_json()
    assert list(content)[:2] == ["schema", "name"]
    assert content["files"][0]["parity"]["identical_share"] == 0.995
    assert content["files"][0]["accuracy"] == content["source"]["accuracy"] == ACCURACY.to_json()
    assert content["settings"]["seed"] == 3
    assert content["settings"]["scheme"]["rounding"] == "nearest"
    assert content["settings"]["io"] == "uint8"
    assert content["input_offset"] == {
        "offset": 127.5,
        "rounded": True,
        "max_abs_difference": 1e-3,
        "argmax_equal": True,
    }


def test_json_without_labelled_images() -> None:
    source = replace(RECORD.source, accuracy=None)
    content = replace(
        RECORD, files=(replace(FILE, accuracy=None),), source=source, input_offset=None
    ).to_json()
    assert content["files"][0]["accuracy"] is content["source"]["accuracy"] is content["input_offset"] is None


def test_markdown_is_a_table_of_the_files() -> None:
    text = RECORD.to_markdown()
    assert "Measured on 200 images (evaluation) with" in text
    assert "the source scores 90.0 % (85.0-93.0)" in text
    assert (
        "| n-int8.onnx | 2 | 100 % | 90.0 % (85.0-93.0) | 99.0 % | 1.2e-02 | 99.5 % of 200 |"
        in text.splitlines()
    )


def test_float_files_promise_no_identity() -> None:
    assert replace(RECORD, files=(replace(FILE, precision="float32"),)).rows()[0][-1] == "-"
