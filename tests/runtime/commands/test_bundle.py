import json
from pathlib import Path

import pytest

from edgesmith.cli import main

Capture = pytest.CaptureFixture[str]


def test_text(models: dict[str, Path], tmp_path: Path, capsys: Capture) -> None:
    output = tmp_path / "edge.pyz"
    assert main(["bundle", str(models["float onnx"]), "-o", str(output)]) == 0
    assert (
        capsys.readouterr().out == f"{output}: {output.stat().st_size:,} bytes, with colours-float32.onnx\n"
    )


def test_json(models: dict[str, Path], tmp_path: Path, capsys: Capture) -> None:
    output = tmp_path / "edge.pyz"
    assert main(["bundle", str(models["float onnx"]), "-o", str(output), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (next(iter(document)), document["schema"]) == ("schema", "edgesmith.bundle/1")
    assert document["models"][0]["file"] == "colours-float32.onnx"


def test_what_cannot_be_bundled(tmp_path: Path, capsys: Capture) -> None:
    assert main(["bundle", str(tmp_path / "gone.onnx"), "-o", str(tmp_path / "edge.pyz")]) == 1
    assert "no such model file" in capsys.readouterr().err
