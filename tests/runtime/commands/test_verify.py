import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgesmith.cli import main
from edgesmith.runtime.modelfile import read_spec
from edgesmith.runtime.spec import ModelSpec

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def tampered(
    models: dict[str, Path], package: Callable[[Path, bytes, ModelSpec], Path], tmp_path: Path
) -> Path:
    """A float file whose golden answers are those of another model."""
    source = models["float onnx"]
    spec = read_spec(source)
    outputs = tuple(row[::-1] for row in spec.golden.outputs)
    changed = dataclasses.replace(spec, golden=dataclasses.replace(spec.golden, outputs=outputs))
    return package(tmp_path / "tampered.onnx", source.read_bytes(), changed)


def test_sound_files(models: dict[str, Path], capsys: Capture) -> None:
    assert main(["verify", *map(str, models.values())]) == 0
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert [line.split(":")[0] for line in lines] == [str(path) for path in models.values()]
    assert all(": identical on " in line and "best class equal on 4 of 4)" in line for line in lines)
    assert printed.err == ""


def test_json(models: dict[str, Path], capsys: Capture) -> None:
    assert main(["verify", *map(str, models.values()), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "edgesmith.verify/1"
    assert [result["file"] for result in document["results"]] == [str(path) for path in models.values()]
    assert {result["outcome"] for result in document["results"]} == {"identical"}


@pytest.mark.parametrize("words", [[], ["--json"]], ids=["text", "JSON"])
def test_a_different_file_ends_in_3_and_all_are_reported(
    words: list[str], tampered: Path, models: dict[str, Path], capsys: Capture
) -> None:
    assert main(["verify", str(tampered), str(models["float tflite"]), *words]) == 3
    out = capsys.readouterr().out
    if words:
        assert [result["outcome"] for result in json.loads(out)["results"]] == ["different", "identical"]
    else:
        assert "tampered.onnx: different on onnxruntime" in out
        assert "colours-float32.tflite: identical" in out


@pytest.fixture
def flipped(models: dict[str, Path], tmp_path: Path) -> Path:
    """A file with one bit of a weight changed."""
    data = bytearray(models["float tflite"].read_bytes())
    data[data.index(np.float32(0.05).tobytes())] ^= 1
    (tmp_path / "flipped.tflite").write_bytes(data)
    return tmp_path / "flipped.tflite"


def test_a_damaged_weight_ends_in_3(flipped: Path, capsys: Capture) -> None:
    assert main(["verify", str(flipped)]) == 3
    assert "flipped.tflite: different: the content is damaged" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["--json"]], ids=["text", "JSON"])
def test_a_bad_file_does_not_stop_the_others(
    words: list[str], flipped: Path, models: dict[str, Path], capsys: Capture
) -> None:
    assert main(["verify", "gone.onnx", str(flipped), str(models["float onnx"]), *words]) == 1
    printed = capsys.readouterr()
    assert "edgesmith verify: 'gone.onnx': no such model file" in printed.err
    if words:
        gone, damaged, sound = json.loads(printed.out)["results"]
        assert gone == {"file": "gone.onnx", "error": "'gone.onnx': no such model file"}
        assert (damaged["outcome"], sound["outcome"]) == ("different", "identical")
    else:
        assert [line.split(": ")[1].split()[0] for line in printed.out.splitlines()] == [
            "different",
            "identical",
        ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["gone.onnx"], "gone.onnx': no such model file"),
        (["gone.onnx", "--engine", "onnx"], "there is no engine 'onnx'"),
    ],
    ids=["no file", "no engine"],
)
def test_what_cannot_be_verified(words: list[str], message: str, capsys: Capture) -> None:
    assert main(["verify", *words]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err


def test_names_that_a_terminal_would_obey(
    models: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "\x1b[2Ja.onnx"
    copy.write_bytes(models["float onnx"].read_bytes())
    assert main(["verify", str(copy), str(tmp_path / "\x1b[2Jgone.onnx")]) == 1
    printed = capsys.readouterr()
    assert printed.out.startswith(f"{tmp_path}/\\x1b[2Ja.onnx: identical on onnxruntime")
    assert "\x1b" not in printed.err
