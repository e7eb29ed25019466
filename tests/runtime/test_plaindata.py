"""Files that would make an engine do more than compute, and sound ones that look a little like them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import onnx
import pytest
from ai_edge_litert import schema_py_generated as schema
from onnx import TensorProto, helper, numpy_helper

from edgesmith.runtime import modelfile, plaindata
from edgesmith.runtime.engines import open_engine
from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.modelfile import read_spec
from edgesmith.runtime.plaindata import require_plain

PASSWD = "../" * 20 + "etc/passwd"


def test_our_files_are_plain(model: Path) -> None:
    require_plain(model)


def test_a_label_may_be_called_location(
    make_spec: Callable[..., Any], package: Callable[..., Path], bare_onnx: bytes, tmp_path: Path
) -> None:
    require_plain(package(tmp_path / "a.onnx", bare_onnx, make_spec(labels=("location", "b", "c"))))


@pytest.mark.parametrize("suffix", ["tflite", "onnx"])
def test_a_file_too_large(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"a.{suffix}").write_bytes(bytes(101))
    monkeypatch.setattr(modelfile, "MAX_MODEL_BYTES", 100)
    for reader in (require_plain, read_spec):
        with pytest.raises(ModelFileError, match=rf"a\.{suffix}: 101 bytes are more than the 100 allowed"):
            reader(tmp_path / f"a.{suffix}")


class TestTFLite:
    @pytest.mark.parametrize("name", ["FlexReadFile", "\x1b[2J"], ids=["Flex", "escapes"])
    def test_custom_operators_are_refused(self, name: str, bare_tflite: bytes, tmp_path: Path) -> None:
        (tmp_path / "a.tflite").write_bytes(_with_custom_operator(bare_tflite, name))
        with pytest.raises(ModelFileError, match=r"custom operators \(.*are code, not data") as caught:
            open_engine(tmp_path / "a.tflite")
        assert ascii(name) in str(caught.value)
        assert "\x1b" not in str(caught.value)

    def test_a_custom_operator_behind_the_newer_field(self, bare_tflite: bytes, tmp_path: Path) -> None:
        (tmp_path / "a.tflite").write_bytes(_with_custom_operator(bare_tflite, "Evil", old_builtin=0))
        with pytest.raises(ModelFileError, match="'Evil'"):
            require_plain(tmp_path / "a.tflite")

    @pytest.mark.parametrize(
        "data",
        [b"", b"\0", b"\xff" * 40, b"\x10\0\0\0TFL3" + bytes(8) + b"\xff" * 8, bytes(64)],
        ids=["empty", "a byte", "far offsets", "a table before the file", "zeros"],
    )
    def test_damage(self, data: bytes, tmp_path: Path) -> None:
        (tmp_path / "a.tflite").write_bytes(data)
        try:
            require_plain(tmp_path / "a.tflite")
        except ModelFileError as error:
            assert "not a whole TFLite file" in str(error)  # noqa: PT017 - zeros have no operators

    def test_millions_of_operator_kinds(self, bare_tflite: bytes, tmp_path: Path) -> None:
        model = _unpack(bare_tflite)
        model.operatorCodes = [schema.OperatorCodeT() for _ in range(5000)]
        (tmp_path / "a.tflite").write_bytes(_pack(model))
        with pytest.raises(ModelFileError, match="5000 kinds of operators"):
            require_plain(tmp_path / "a.tflite")


def _unpack(data: bytes) -> Any:
    return schema.ModelT.InitFromPackedBuf(data, 0)


def _pack(model: Any) -> bytes:
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _with_custom_operator(data: bytes, name: str, *, old_builtin: int = 32) -> bytes:
    model = _unpack(data)
    code = model.operatorCodes[0]
    code.deprecatedBuiltinCode, code.builtinCode, code.customCode = old_builtin, 32, name.encode()
    return _pack(model)


def _external(location: str) -> TensorProto:
    tensor = numpy_helper.from_array(np.zeros((3, 3), np.float32), "weights")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", location
    return tensor


def _initializer(model: onnx.ModelProto, tensor: TensorProto) -> None:
    model.graph.initializer.append(tensor)


def _constant_node(model: onnx.ModelProto, tensor: TensorProto) -> None:
    model.graph.node.append(helper.make_node("Constant", [], ["c"], value=tensor))


def _in_a_subgraph(model: onnx.ModelProto, tensor: TensorProto) -> None:
    inner = helper.make_graph([], "inner", [], [], [tensor])
    model.graph.node.append(helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner))


def _sparse(model: onnx.ModelProto, tensor: TensorProto) -> None:
    model.graph.sparse_initializer.add().values.CopyFrom(tensor)


def _in_a_function(model: onnx.ModelProto, tensor: TensorProto) -> None:
    model.functions.add(name="f").node.append(helper.make_node("Constant", [], ["c"], value=tensor))


class TestOnnx:
    @pytest.mark.parametrize(
        "put",
        [_initializer, _constant_node, _in_a_subgraph, _sparse, _in_a_function],
        ids=lambda f: f.__name__,
    )
    @pytest.mark.parametrize("location", [PASSWD, "/etc/passwd", "weights.bin"])
    def test_external_data_are_refused(
        self,
        put: Callable[[onnx.ModelProto, TensorProto], None],
        location: str,
        bare_onnx: bytes,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        model = onnx.load_from_string(bare_onnx)
        put(model, _external(location))
        (tmp_path / "a.onnx").write_bytes(model.SerializeToString())
        (tmp_path / "weights.bin").write_bytes(bytes(36))
        monkeypatch.setattr("onnxruntime.InferenceSession", lambda *_, **__: pytest.fail("it was loaded"))
        with pytest.raises(ModelFileError, match=r"a\.onnx: a tensor lies in another file"):
            open_engine(tmp_path / "a.onnx")

    def test_operators_of_a_strange_domain_are_refused_by_the_engine(
        self, bare_onnx: bytes, tmp_path: Path
    ) -> None:
        model = onnx.load_from_string(bare_onnx)
        model.graph.node[0].domain = "evil.example"
        model.opset_import.append(helper.make_opsetid("evil.example", 1))
        (tmp_path / "a.onnx").write_bytes(model.SerializeToString())
        with pytest.raises(ModelFileError, match="cannot load it"):
            open_engine(tmp_path / "a.onnx")

    def test_damage_beside_a_location(self, tmp_path: Path) -> None:
        (tmp_path / "a.onnx").write_bytes(b"\x3a\x7flocation")
        with pytest.raises(ModelFileError, match="not a whole ONNX file: it ends inside a field"):
            require_plain(tmp_path / "a.onnx")

    def test_a_million_messages(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(plaindata, "_MAX_MESSAGES", 10)
        (tmp_path / "a.onnx").write_bytes(b"\x3a\x00" * 20 + b"\x12\x08location")
        with pytest.raises(ModelFileError, match="more than 10 messages"):
            require_plain(tmp_path / "a.onnx")
