"""What `convert` and `explain` write is what docs/schemas says, in every branch that a file can have."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.cli import main
from edgesmith.runtime.modelfile import read_spec

Conforms = Callable[[Any], None]
Capture = pytest.CaptureFixture[str]


def test_convert_json_and_what_lies_in_the_files(deployed: Path, conforms: Conforms) -> None:
    document = json.loads((deployed / "convert.json").read_text())
    conforms(document)
    assert document["quantization"]["operators"]
    for file in document["files"]:
        conforms(json.loads(read_spec(deployed / file["path"]).to_json()))


def test_with_a_guard(run_folder: Path, tmp_path: Path, conforms: Conforms, capfd: Capture) -> None:
    words = [str(run_folder), "-o", str(tmp_path / "out"), "--format", "tflite", "--max-drop", "100"]
    assert main(["convert", *words, "--json"]) == 0
    document = json.loads(capfd.readouterr().out)

    assert document["guard"]["ladder"]
    conforms(document)


def test_float_alone_of_a_keras_file(
    colour_file: Path, photos: Path, tmp_path: Path, conforms: Conforms, capfd: Capture
) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("blue\ngreen\nred\n")
    words = ["--precision", "float32", "--format", "onnx", "--labels", str(labels)]
    data = ["--evaluate", str(photos)]
    assert main(["convert", str(colour_file), "-o", str(tmp_path / "out"), *words, *data, "--json"]) == 0
    document = json.loads(capfd.readouterr().out)

    assert (document["quantization"], document["guard"]) == (None, None)
    conforms(document)


def test_explain_of_a_deployed_file(
    deployed: Path, photos: Path, tmp_path: Path, conforms: Conforms, capfd: Capture
) -> None:
    model, picture = next(deployed.glob("*-int8.tflite")), photos / "test" / "red" / "0.png"
    assert main(["explain", str(model), str(picture), "-o", str(tmp_path / "out"), "--json"]) == 0

    conforms(json.loads(capfd.readouterr().out))
    conforms(json.loads((tmp_path / "out" / "explain.json").read_text()))


def test_explain_of_two_files(
    deployed: Path, photos: Path, tmp_path: Path, conforms: Conforms, capfd: Capture
) -> None:
    first, second = next(deployed.glob("*-float32.tflite")), next(deployed.glob("*-int8.tflite"))
    picture = str(photos / "test" / "red" / "0.png")
    words = [str(first), str(second), picture, "--compare", "-o", str(tmp_path / "out"), "--json"]
    assert main(["explain", *words]) == 0
    document = json.loads(capfd.readouterr().out)

    assert document["comparison"]["layers"]
    conforms(document)
