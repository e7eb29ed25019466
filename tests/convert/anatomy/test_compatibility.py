"""The answers, and that the tables cannot have been mistyped unnoticed."""

from pathlib import Path
from typing import Any

import onnx
import onnxruntime
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from edgesmith.convert.anatomy.compatibility import (
    oldest_onnxruntime,
    oldest_tflite_runtime,
    onnxruntime_versions,
)
from edgesmith.runtime.engines.versions import tflite_versions


@pytest.mark.parametrize(
    ("operator", "tflite_runtime", "litert"),
    [
        pytest.param(("CONV_2D", 1), "2.7.0", "1.0.1", id="old"),
        pytest.param(("CONV_2D", 6), "2.9.1", "1.0.1", id="by TensorFlow's table"),
        pytest.param(("CONV_2D", 7), "2.12.0", "1.0.1", id="later than the table says"),
        pytest.param(("FULLY_CONNECTED", 12), None, "1.0.1", id="refused by tflite-runtime"),
        pytest.param(("FULLY_CONNECTED", 14), None, "2.1.0", id="newer than the table"),
        pytest.param(("TRANSPOSE", 7), None, "1.2.0", id="between two releases"),
    ],
)
def test_of_one_operator(operator: tuple[str, int], tflite_runtime: str | None, litert: str) -> None:
    found = oldest_tflite_runtime([operator])
    assert found.versions == {"tflite-runtime": tflite_runtime, "ai-edge-litert": litert}
    assert found.unknown == ()
    name = f"{operator[0]} version {operator[1]}"
    assert found.because.get("tflite-runtime", name) == name
    assert ("tflite-runtime" in found.because) == (tflite_runtime != "2.7.0")


def test_the_newest_operator_decides() -> None:
    found = oldest_tflite_runtime([("ADD", 1), ("PACK", 4), ("CONV_2D", 6)])
    assert found.versions["tflite-runtime"] == "2.14.0"
    assert found.because == {"tflite-runtime": "PACK version 4"}


@pytest.mark.parametrize(
    "operator", [("CUSTOM:Whirl", 1), ("CONV_2D", 99), ("CONV_2D", 0), ("BROADCAST_TO", 1), ("LSTM", 1)]
)
def test_what_the_table_does_not_know_is_said(operator: tuple[str, int]) -> None:
    found = oldest_tflite_runtime([operator, ("ADD", 1)])
    assert found.unknown == (f"{operator[0]} version {operator[1]}",)
    assert found.versions["tflite-runtime"] == "2.7.0"  # a lower bound


def _onnx(**changes: Any) -> Any:
    known: dict[str, Any] = {"opset": 17, "ir_version": 8, "functions": False, "others": []}
    return oldest_onnxruntime(**(known | changes))


@pytest.mark.parametrize(
    ("changes", "version", "because"),
    [
        ({}, "1.12", "opset 17"),
        ({"opset": 11, "ir_version": 4}, "1.3", None),
        ({"opset": 13, "ir_version": 10}, "1.18", "IR version 10"),
        ({"opset": 13, "ir_version": 7, "functions": True}, "1.9", "functions"),
        ({"others": [("com.microsoft", "QLinearSoftmax")]}, "1.13", "com.microsoft.QLinearSoftmax"),
        ({"opset": 99}, None, "opset 99"),
    ],
)
def test_of_an_onnx_file(changes: dict[str, Any], version: str | None, because: str | None) -> None:
    found = _onnx(**changes)
    assert found.versions == {"onnxruntime": version}
    assert found.because == ({} if because is None else {"onnxruntime": because})


def test_domains_of_others_are_unknown() -> None:
    assert _onnx(others=[("acme", "Whirl"), ("com.microsoft", "Whirl")]).unknown == (
        "acme.Whirl",
        "com.microsoft.Whirl",
    )


def test_every_name_in_the_table_is_an_operator() -> None:
    table = tflite_versions()
    names = (
        set(table["operators"]) | set(table["tflite-runtime"]["seen"]) | set(table["ai-edge-litert"]["seen"])
    )
    assert names <= set(vars(schema.BuiltinOperator))


def test_a_newer_version_of_an_operator_is_never_in_an_older_runtime() -> None:
    for kind, versions in tflite_versions()["operators"].items():
        numbers = [tuple(map(int, version.split("."))) for version in versions if version]
        assert numbers == sorted(numbers), kind


def test_the_installed_runtime_opens_what_the_table_promises(tmp_path: Path, make_tflite: Any) -> None:
    """One model for each newest version, as the table was measured."""
    table = tflite_versions()
    tensor = {"dtype": "FLOAT32", "shape": [1, 4]}
    refused = []
    for kind, versions in table["operators"].items():
        newest = max(len(versions), *map(int, table["ai-edge-litert"]["seen"].get(kind, {"0": ""})))
        file = make_tflite([{"name": "x", **tensor}, {"name": "y", **tensor}], [(kind, newest, [0], [1])])
        try:
            Interpreter(model_path=str(file), num_threads=1)
        except ValueError as error:
            if "find op for builtin" in str(error):
                refused.append(f"{kind} version {newest}")
    assert refused == []


def test_the_installed_onnx_runtime_opens_what_the_table_promises() -> None:
    newest = onnxruntime_versions()["releases"][-1]
    graph = onnx.parser.parse_graph("g (float[1] x) => (float[1] y) { y = Abs(x) }")
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", newest["opset"])])
    model.ir_version = newest["ir"]
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    assert session.get_outputs()[0].name == "y"
