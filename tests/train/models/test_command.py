import json
from pathlib import Path

import pytest

from edgesmith.cli import main


def test_table_and_json_name_the_networks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    table = capsys.readouterr().out
    assert main(["models", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)

    assert document["schema"] == "edgesmith.models/1"
    assert [line.split()[0] for line in table.splitlines()[1:]] == [
        entry["name"] for entry in document["models"]
    ]


def test_exported_network_is_converted_with_its_labels(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file, labels = tmp_path / "lite0.keras", tmp_path / "lite0.labels.txt"
    words = ["--export", "efficientnet_lite0", "--image-size", "64", "-o", str(file), "--json"]

    assert main(["models", *words]) == 0

    exported = json.loads(capfd.readouterr().out)["exported"]
    assert exported == {"name": "efficientnet_lite0", "file": str(file), "labels": str(labels)}
    convert = ["convert", str(file), "--labels", str(labels), "-o", str(tmp_path / "deploy")]
    assert main([*convert, "--precision", "float32", "--format", "tflite"]) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["--export", "resnet5"], "did you mean 'resnet50'", id="unknown network"),
        pytest.param(["--export", "vgg16"], "-o vgg16.keras", id="no file"),
        pytest.param(["--image-size", "32"], "--image-size without --export", id="nothing to export"),
        pytest.param(["--labels", "l.txt"], "--labels without --export", id="labels of nothing"),
    ],
)
def test_contradictions_are_1(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", *words]) == 1
    assert message in capsys.readouterr().err
