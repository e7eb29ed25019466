"""Tiny model files, written out by hand, and the operators that anatomies are made of.

Makers are fixtures that return functions, since test modules cannot import each other in pytest's importlib
mode.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import flatbuffers
import onnx
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgesmith.runtime.anatomy import Anatomy, OldestRuntime, Operand, OperatorSummary

TFLiteMaker = Callable[..., Path]
OnnxMaker = Callable[[str], Path]


def _tensor(stored: list[Any], name: str, dtype: str, shape: Sequence[int], **more: Any) -> Any:
    """`more`: `size` bytes stored for it, `scale`, `zero_point`, `axis`, `signature`."""
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type = name.encode(), list(shape), getattr(schema.TensorType, dtype)
    tensor.buffer = 0
    if "size" in more:
        buffer = schema.BufferT()
        buffer.data = [1] * more["size"]
        stored.append(buffer)
        tensor.buffer = len(stored) - 1
    if "scale" in more:
        quantization = schema.QuantizationParametersT()
        quantization.scale, quantization.zeroPoint = more["scale"], more.get("zero_point", [0])
        quantization.quantizedDimension = more.get("axis", 0)
        tensor.quantization = quantization
    if "signature" in more:
        tensor.shapeSignature = list(more["signature"])
    return tensor


def _tflite(tensors: Sequence[dict[str, Any]], operators: Sequence[tuple[Any, ...]]) -> bytes:
    """`operators`: builtin name (`CUSTOM:<code>`), version, input tensors, output tensors, by number."""
    model, subgraph = schema.ModelT(), schema.SubGraphT()
    model.version, model.buffers, model.operatorCodes = 3, [schema.BufferT()], []
    subgraph.tensors = [_tensor(model.buffers, **tensor) for tensor in tensors]
    subgraph.operators = []
    for number, (kind, version, inputs, outputs) in enumerate(operators):
        name, _, custom = kind.partition(":")
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, name)
        code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), version
        code.customCode = custom.encode() or None
        model.operatorCodes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex, operator.inputs, operator.outputs = number, list(inputs), list(outputs)
        subgraph.operators.append(operator)
    subgraph.inputs, subgraph.outputs = [0], [len(tensors) - 1]
    model.subgraphs = [subgraph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


@pytest.fixture
def make_tflite(tmp_path: Path) -> TFLiteMaker:
    """Write a `.tflite` of these tensors and operators."""

    def make(tensors: Sequence[dict[str, Any]], operators: Sequence[tuple[Any, ...]]) -> Path:
        file = tmp_path / "model.tflite"
        file.write_bytes(_tflite(tensors, operators))
        return file

    return make


@pytest.fixture
def make_onnx(tmp_path: Path) -> OnnxMaker:
    """Write a `.onnx` from ONNX's text syntax."""

    def make(text: str) -> Path:
        file = tmp_path / "model.onnx"
        model = onnx.parser.parse_model(text)
        onnx.checker.check_model(model)
        onnx.save(model, file)
        return file

    return make


def _operand(name: str, **more: Any) -> Operand:
    return Operand(**{"name": name, "dtype": "int8", "shape": (1, 4), "constant": False, **more})


def _layer(index: int, reads: str, writes: str, **more: Any) -> OperatorSummary:
    """An operator between tensors named by single letters."""
    known: dict[str, Any] = {
        "index": index, "kind": "ADD", "name": writes, "version": 1, "arithmetic": "int8", "parameters": 0,
        "macs": 0, "inputs": tuple(map(_operand, reads)), "outputs": tuple(map(_operand, writes)),
    }  # fmt: skip
    return OperatorSummary(**(known | more))


@pytest.fixture
def operand() -> Callable[..., Operand]:
    return _operand


@pytest.fixture
def layer() -> Callable[..., OperatorSummary]:
    return _layer


@pytest.fixture
def anatomy() -> Callable[..., Anatomy]:
    """Of layers."""

    def make(*layers: OperatorSummary) -> Anatomy:
        return Anatomy(format="tflite", layers=layers, oldest_runtime=OldestRuntime(versions={}, because={}))

    return make


@pytest.fixture(scope="session")
def shared_models() -> Path:
    """Models that others quantized, where this checkout has them beside it."""
    folder = Path(__file__).parents[4] / "shared/data/models"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    return folder
