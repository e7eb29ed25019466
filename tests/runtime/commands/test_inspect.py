import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import onnx
import pytest

from edgesmith.cli import main
from edgesmith.runtime import inspect as module
from edgesmith.runtime.spec import InputSpec, ModelSpec

Capture = pytest.CaptureFixture[str]
Rows = dict[str, str]


def _rows(capsys: Capture) -> Rows:
    """The lines above the table of operators."""
    head = capsys.readouterr().out.partition("\n\n")[0]
    return {line[:11].strip(): line[12:] for line in head.splitlines()}


def test_text(models: dict[str, Path], capsys: Capture) -> None:
    path = models["uint8 onnx"]
    assert main(["inspect", str(path)]) == 0
    rows = _rows(capsys)
    engine = rows.pop("loads in")
    assert engine.startswith("onnxruntime ")
    assert rows == {
        "file": f"{path} ({path.stat().st_size:,} bytes)",
        "name": "colours, int8",
        "labels": "3: red, green, blue",
        "geometry": "8x8x3, stretch",
        "source": "test, sha256 0000000000000000…",
        "content": "intact",
        "input": "uint8 [1, 8, 8, 3]",
        "output": "uint8 [1, 3]",
        "but": "its metadata say int8, but only 0 % of its multiply-accumulates run on 8-bit integers",
        "needs": "onnxruntime ≥ 1.18 (IR version 10)",
        "operators": "1 Cast, 1 Sub, 1 ReduceMean, 1 MatMul, 1 Softmax, 1 QuantizeLinear",
        "int8 share": "0 % of operators, 0 % of multiply-accumulates",
        "parameters": "9",
        "macs": "9",
    }


def test_the_operators_follow(models: dict[str, Path], capsys: Capture) -> None:
    assert main(["inspect", str(models["float tflite"])]) == 0
    table = capsys.readouterr().out.partition("\n\n")[2].splitlines()
    assert table[0].split() == [
        "#", "operator", "computes", "in", "out", "parameters", "macs",
        "scale", "and", "zero", "point", "of", "the", "output",
    ]  # fmt: skip
    assert [line.split()[1] for line in table[1:]] == ["MEAN", "FULLY_CONNECTED", "SOFTMAX"]


def test_many_labels_are_shortened(
    bare_tflite: bytes,
    make_spec: Callable[..., ModelSpec],
    package: Callable[[Path, bytes, ModelSpec], Path],
    tmp_path: Path,
    capsys: Capture,
) -> None:
    spec = make_spec(
        labels=tuple(f"x{number}" for number in range(1000)),
        input=InputSpec(height=8, width=8, channels=3, resize="crop"),
    )
    assert main(["inspect", str(package(tmp_path / "a.tflite", bare_tflite, spec))]) == 0
    rows = _rows(capsys)
    assert rows["labels"] == "1000: x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, …"
    assert rows["geometry"] == "8x8x3, crop"


def test_a_foreign_file_without_operators(
    bare_tflite: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(module, "entry_points", lambda group, name: [])
    (tmp_path / "a.tflite").write_bytes(bare_tflite)
    assert main(["inspect", str(tmp_path / "a.tflite")]) == 0
    rows = _rows(capsys)
    assert list(rows) == ["file", "input", "output", "loads in", "note"]
    assert rows["note"].startswith("metadata: a.tflite: no edgesmith metadata")


def test_json(model: Path, capsys: Capture) -> None:
    assert main(["inspect", str(model), "--json"]) == 0
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert list(document) == [
        "schema", "file", "bytes", "spec", "content", "input", "output", "engine", "doubt", "operators", "int8_share",
        "parameters", "macs", "int8_macs_share", "oldest_runtime", "float_operators", "layers", "notes",
    ]  # fmt: skip
    assert document["schema"] == "edgesmith.inspect/1"
    assert document["input"]["shape"] == [1, 8, 8, 3]
    assert document["spec"]["labels"] == ["red", "green", "blue"]
    assert sum(document["operators"].values()) == len(document["layers"])
    assert printed.err == ""


def test_the_graph_is_drawn(model: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["inspect", str(model), "--json", "--graph", str(tmp_path / "a.svg")]) == 0
    json.loads(capsys.readouterr().out)
    root = ElementTree.parse(tmp_path / "a.svg").getroot()  # noqa: S314 - drawn here
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root[0].text == model.name


def test_the_graph_is_an_svg(model: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["inspect", str(model), "--graph", str(tmp_path / "a.png")]) == 1
    assert "tip: name a file that ends in .svg" in capsys.readouterr().err
    assert not (tmp_path / "a.png").exists()


def test_nobody_here_can_draw(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(module, "entry_points", lambda group, name: [])
    assert main(["inspect", str(model), "--graph", str(tmp_path / "a.svg")]) == 1
    assert "pip install 'edgesmith[convert]'" in capsys.readouterr().err


def test_a_flipped_weight_is_shown(models: dict[str, Path], tmp_path: Path, capsys: Capture) -> None:
    data = bytearray(models["float tflite"].read_bytes())
    data[data.index(np.float32(0.05).tobytes())] ^= 1
    (tmp_path / "a.tflite").write_bytes(data)
    assert main(["inspect", str(tmp_path / "a.tflite")]) == 0
    rows = _rows(capsys)
    assert rows["content"] == "damaged"
    assert "SHA-256" in rows["note"]
    assert "operators" not in rows


def test_a_damaged_file(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "a.onnx").write_bytes(b"nothing")
    assert main(["inspect", str(tmp_path / "a.onnx")]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "edgesmith inspect: a.onnx: onnxruntime" in printed.err
    assert "tip: copy or convert it again" in printed.err


def test_names_in_a_file_of_strangers_that_a_terminal_would_obey(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = onnx.parser.parse_graph("g (float[1,4] x) => (float[1,4] y) { y = Abs(x) }")
    graph.node[0].op_type = "\x1b[2JWhirl"
    graph.node[0].domain = "acme\nb"
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("acme\nb", 1)])
    file = tmp_path / "\x1b[2Ja.onnx"
    onnx.save(model, file)
    main(["inspect", str(file)])
    printed = capsys.readouterr()
    assert "\x1b" not in printed.out + printed.err
    assert f"{tmp_path}/\\x1b[2Ja.onnx" in printed.out + printed.err
