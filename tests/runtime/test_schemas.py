"""What the device's commands print, and what lies in model files and bundles, is what docs/schemas says."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import ValidationError

from edgesmith.cli import main
from edgesmith.runtime.modelfile import read_spec

Conforms = Callable[[Any], None]
Capture = pytest.CaptureFixture[str]
Photo = Callable[[Path, str], Path]


def _printed(capsys: Capture, *words: str | Path, code: int = 0) -> Any:
    assert main([*map(str, words), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_inside_model_files(model: Path, conforms: Conforms) -> None:
    conforms(json.loads(read_spec(model).to_json()))


def test_predict_with_answers_and_an_error(
    model: Path, photo: Photo, tmp_path: Path, conforms: Conforms, capsys: Capture
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    document = _printed(capsys, "predict", model, photo(tmp_path / "red.png", "red"), broken, code=1)

    assert [set(result) & {"top", "error"} for result in document["results"]] == [{"top"}, {"error"}]
    conforms(document)


def test_predict_never_says_both_an_answer_and_an_error(
    model: Path, photo: Photo, tmp_path: Path, conforms: Conforms, capsys: Capture
) -> None:
    document = _printed(capsys, "predict", model, photo(tmp_path / "red.png", "red"))
    document["results"][0]["error"] = "also"
    with pytest.raises(ValidationError):
        conforms(document)


def test_verify_of_sound_damaged_and_missing_files(
    models: dict[str, Path], tmp_path: Path, conforms: Conforms, capsys: Capture
) -> None:
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"\x08\x0a")
    gone = tmp_path / "gone.tflite"
    document = _printed(capsys, "verify", *models.values(), damaged, gone, code=1)

    assert len(document["results"]) == len(models) + 2
    conforms(document)


@pytest.mark.parametrize("engines", ["all", "none"])
def test_inspect(
    engines: str, model: Path, conforms: Conforms, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engines == "none":  # the thin install: nobody can take the file apart
        monkeypatch.setattr("edgesmith.runtime.inspect.entry_points", lambda **_: ())
    document = _printed(capsys, "inspect", model)

    assert (document["layers"] is None) is (engines == "none")
    conforms(document)


def test_doctor(conforms: Conforms, capsys: Capture) -> None:
    conforms(_printed(capsys, "doctor"))


def test_bundle_printed_and_inside(
    models: dict[str, Path], tmp_path: Path, conforms: Conforms, capsys: Capture
) -> None:
    archive = tmp_path / "edge.pyz"
    conforms(_printed(capsys, "bundle", models["float onnx"], "-o", archive))
    with zipfile.ZipFile(archive) as opened:
        conforms(json.loads(opened.read("bundle.json")))
