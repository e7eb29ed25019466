import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.cli import main

Photo = Callable[[Path, str], Path]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def photos(photo: Photo, tmp_path: Path) -> Path:
    """red.png, a damaged bad.jpg, and deep/blue.png."""
    folder = tmp_path / "photos"
    photo(folder / "red.png", "red")
    photo(folder / "deep" / "blue.png", "blue")
    (folder / "bad.jpg").write_bytes(b"no picture")
    return folder


def _json(words: list[str | Path], capsys: Capture) -> tuple[int, dict[str, Any], str]:
    code = main([*map(str, words), "--json"])
    printed = capsys.readouterr()
    return code, json.loads(printed.out), printed.err


def test_one_image(model: Path, photos: Path, capsys: Capture) -> None:
    assert main(["predict", str(model), str(photos / "red.png")]) == 0
    printed = capsys.readouterr()
    share = "99.6 %" if "int8" in model.name else "100.0 %"
    assert printed.out == f"{photos / 'red.png'}: red {share}\n"
    assert printed.err == ""


def test_a_folder_with_a_damaged_image(model: Path, photos: Path, capsys: Capture) -> None:
    assert main(["predict", str(model), str(photos)]) == 1
    printed = capsys.readouterr()
    assert [line.split(" ")[:2] for line in printed.out.splitlines()] == [
        [f"{photos}/deep/blue.png:", "blue"],
        [f"{photos}/red.png:", "red"],
    ]
    assert printed.err.splitlines() == [
        f"edgesmith predict: {photos}/bad.jpg is not an image that can be read",
        "edgesmith predict: 1 of 3 images could not be classified",
    ]


def test_json_is_one_document_and_nothing_else(model: Path, photos: Path, capsys: Capture) -> None:
    files = [photos / "bad.jpg", photos / "red.png", photos / "gone.png"]
    code, document, err = _json(["predict", model, *files], capsys)
    assert code == 1
    assert list(document) == ["schema", "model", "engine", "results"]
    assert (document["schema"], document["model"]) == ("edgesmith.predict/1", str(model))
    bad, red, gone = document["results"]
    assert bad == {"file": str(files[0]), "error": f"{files[0]} is not an image that can be read"}
    assert gone == {"file": str(files[2]), "error": f"{files[2]}: no such file"}
    assert red["file"] == str(files[1])
    assert [(entry["label"], entry["index"]) for entry in red["top"]] == [("red", 0)]
    assert red["top"][0]["score"] > 0.99
    assert "2 of 3 images could not be classified" in err


@pytest.mark.parametrize("words", [[], ["--json"]], ids=["text", "JSON"])
def test_scores_that_are_no_numbers_are_an_error(
    words: list[str], models: dict[str, Path], photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    nothing = np.full(3, np.nan, np.float32)
    monkeypatch.setattr("edgesmith.runtime.engines.onnx.OnnxEngine.run", lambda *_: nothing)
    assert main(["predict", str(models["float onnx"]), str(photos / "red.png"), *words]) == 1
    printed = capsys.readouterr()
    assert "NaN" not in printed.out
    message = f"{photos / 'red.png'}: the model's scores are not numbers"
    if words:
        assert json.loads(printed.out)["results"] == [{"file": str(photos / "red.png"), "error": message}]
    else:
        assert printed.out == ""
        assert message in printed.err


def test_files_are_named_as_given(models: dict[str, Path], photos: Path, capsys: Capture) -> None:
    relative = os.path.relpath(photos / "red.png")
    _, document, _ = _json(["predict", models["float onnx"], relative], capsys)
    assert document["results"][0]["file"] == relative


@pytest.mark.parametrize(
    ("top", "count"), [(1, 1), (2, 2), (9, 3)], ids=["best", "two", "more than there are"]
)
def test_top(top: int, count: int, models: dict[str, Path], photos: Path, capsys: Capture) -> None:
    words: list[str | Path] = ["predict", models["float onnx"], photos / "red.png", "--top", str(top)]
    _, document, _ = _json(words, capsys)
    scores = [entry["score"] for entry in document["results"][0]["top"]]
    assert len(scores) == count
    assert scores == sorted(scores, reverse=True)
    main([*map(str, words)])
    assert capsys.readouterr().out.count(" %") == count


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["--top", "0"], "--top 0; at least 1 is needed", id="no classes"),
        pytest.param(["--threads", "0"], "0 threads; a whole number from 1 to 256 is needed", id="no threads"),
        pytest.param(["--engine", "ai-edge-litert"], "ai-edge-litert does not run .onnx files", id="another engine"),
        pytest.param(["--engine", "tensorrt"], "there is no engine 'tensorrt'", id="unknown engine"),
    ],
)  # fmt: skip
def test_options_that_cannot_be(
    words: list[str], message: str, models: dict[str, Path], photos: Path, capsys: Capture
) -> None:
    assert main(["predict", str(models["float onnx"]), str(photos), "--json", *words]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err


def test_an_empty_folder_is_told_before_any_work(
    models: dict[str, Path], photos: Path, capsys: Capture
) -> None:
    (photos / "empty").mkdir()
    words = ["predict", str(models["float onnx"]), str(photos / "red.png"), str(photos / "empty")]
    assert main(words) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "empty' holds no images" in printed.err


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("gone.tflite", None, "no such model file", id="missing"),
        pytest.param("a.tflite", b"short", "not a TFLite file", id="no TFLite"),
        pytest.param("a.onnx", b"\x72\xff", "not a whole ONNX file", id="no ONNX"),
        pytest.param("a.pt", b"x", "the suffix '.pt' is not .tflite or .onnx", id="another format"),
    ],
)
def test_a_bad_model(
    name: str, content: bytes | None, message: str, photos: Path, tmp_path: Path, capsys: Capture
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert main(["predict", str(tmp_path / name), str(photos)]) == 1
    assert message in capsys.readouterr().err


def test_a_file_name_that_is_no_text(models: dict[str, Path], photo: Photo, tmp_path: Path) -> None:
    name = os.fsdecode(b"r\xf6t.png")  # Latin-1, as old cameras and archives have it
    photo(tmp_path / name, "red")
    command = [sys.executable, "-m", "edgesmith", "predict", str(models["float onnx"]), str(tmp_path)]
    text = subprocess.run(command, capture_output=True, check=False)
    assert (text.returncode, text.stderr) == (0, b"")
    assert rb"r\udcf6t.png: red" in text.stdout
    listing = json.loads(subprocess.run([*command, "--json"], stdout=subprocess.PIPE, check=True).stdout)
    assert Path(listing["results"][0]["file"]) == tmp_path / name


def test_names_that_a_terminal_would_obey(
    models: dict[str, Path], photo: Photo, tmp_path: Path, capsys: Capture
) -> None:
    red = photo(tmp_path / "\x1b[2Jred\nb.png", "red")
    bad = tmp_path / "\x1b]0;title\x07bad.jpg"
    bad.write_bytes(b"no picture")
    assert main(["predict", str(models["float onnx"]), str(red), str(bad)]) == 1
    printed = capsys.readouterr()
    assert printed.out == f"{tmp_path}/\\x1b[2Jred\\nb.png: red 100.0 %\n"
    assert printed.err.splitlines()[0] == (
        f"edgesmith predict: {tmp_path}/\\x1b]0;title\\x07bad.jpg is not an image that can be read"
    )
