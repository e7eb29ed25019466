import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest

from edgesmith.runtime import inspect as module
from edgesmith.runtime.anatomy import Anatomy, Arithmetic, OldestRuntime, OperatorSummary
from edgesmith.runtime.engines import choose
from edgesmith.runtime.errors import MissingExtraError, ModelFileError
from edgesmith.runtime.inspect import TensorSummary, draw, inspect
from edgesmith.runtime.modelfile import read_spec

OPERATORS = {
    "float onnx": {"Cast": 1, "Sub": 1, "ReduceMean": 1, "MatMul": 1, "Softmax": 1},
    "uint8 onnx": {"Cast": 1, "Sub": 1, "ReduceMean": 1, "MatMul": 1, "Softmax": 1, "QuantizeLinear": 1},
    "float tflite": {"MEAN": 1, "FULLY_CONNECTED": 1, "SOFTMAX": 1},
}
Register = Callable[..., None]


class FakeEntry:
    """An entry point of `edgesmith.anatomy`."""

    def __init__(self, result: Callable[..., Any]) -> None:
        self._result = result

    def load(self) -> Callable[..., Any]:
        return self._result


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Register:
    def register(**functions: Callable[..., Any]) -> None:
        entries = {("edgesmith.anatomy", name): [FakeEntry(function)] for name, function in functions.items()}
        monkeypatch.setattr(module, "entry_points", lambda group, name: entries.get((group, name), []))

    return register


def _anatomy(*macs: tuple[Arithmetic, int]) -> Anatomy:
    """Convolutions on these types, with these many products."""
    layers = (
        OperatorSummary(
            index=index, kind="CONV_2D", name="", version=1, arithmetic=arithmetic, inputs=(), outputs=(),
            parameters=0, macs=count,
        )
        for index, (arithmetic, count) in enumerate(macs)
    )  # fmt: skip
    return Anatomy(
        format="onnx",
        layers=tuple(layers),
        oldest_runtime=OldestRuntime(versions={}, because={}),
        notes=("seen",),
    )


def _needs_convert(_: Path) -> Any:
    raise MissingExtraError("onnx", extra="convert")


@pytest.mark.parametrize("name", OPERATORS)
def test_a_file_of_ours(name: str, models: dict[str, Path]) -> None:
    path = models[name]
    seen = inspect(path)
    kind = "uint8" if name == "uint8 onnx" else "float32"
    assert (seen.file, seen.bytes, seen.spec) == (str(path), path.stat().st_size, read_spec(path))
    assert seen.input == TensorSummary(dtype=kind, shape=(1, 8, 8, 3))
    assert seen.output == TensorSummary(dtype=kind, shape=(1, 3))
    assert str(seen.engine).startswith("ai-edge-litert" if path.suffix == ".tflite" else "onnxruntime")
    assert seen.anatomy is not None
    assert (seen.anatomy.operators, seen.anatomy.int8_share, seen.notes) == (OPERATORS[name], 0.0, ())


def test_the_engine_is_freed(models: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    monkeypatch.setattr("edgesmith.runtime.engines.onnx.OnnxEngine.close", lambda _: closed.append(True))
    inspect(models["float onnx"])
    assert closed == [True]


def test_the_anatomy_comes_from_whoever_registered(registered: Register, models: dict[str, Path]) -> None:
    registered(read=lambda path: _anatomy(("int8", 3)))
    seen = inspect(models["float onnx"])
    assert (seen.anatomy, seen.notes) == (_anatomy(("int8", 3)), ("seen",))


def test_without_anybody_to_read_or_draw(registered: Register, models: dict[str, Path]) -> None:
    registered()
    seen = inspect(models["float onnx"])
    assert (seen.anatomy, seen.notes) == (None, ())
    assert seen.input is not None
    assert seen.to_json()["macs"] is None
    with pytest.raises(MissingExtraError) as caught:
        draw(_anatomy(), title="a")
    assert str(caught.value.tip) == "pip install 'edgesmith[convert]' brings it"


def test_drawing_is_left_to_whoever_registered(registered: Register) -> None:
    registered(draw=lambda anatomy, title: f"<svg>{title} {len(anatomy.layers)}</svg>")
    assert draw(_anatomy(("int8", 1)), title="a") == "<svg>a 1</svg>"


def test_the_convert_extra_is_absent(registered: Register, models: dict[str, Path]) -> None:
    registered(read=_needs_convert)
    seen = inspect(models["float onnx"])
    assert seen.anatomy is None
    assert seen.notes == (
        "operators: the package 'onnx' is not installed; pip install 'edgesmith[convert]' brings it",
    )


INT8: tuple[Arithmetic, int] = ("int8", 89)
FLOAT: tuple[Arithmetic, int] = ("float", 11)


@pytest.mark.parametrize(
    ("name", "work", "doubt"),
    [
        pytest.param("flowers-int8", [INT8, FLOAT], "its name says int8", id="by name"),
        pytest.param("v2_quant", [INT8, FLOAT], "its name says int8", id="another's name"),
        pytest.param("v2_full_integer_QUANTIZED", [INT8, FLOAT], "its name says int8", id="a longer name"),
        pytest.param("flowers-int8", [("int8", 91), ("float", 9)], None, id="kept"),
        pytest.param("flowers-float32", [INT8, FLOAT], None, id="promises nothing"),
        pytest.param("antiquantum", [INT8, FLOAT], None, id="another word"),
        pytest.param("flowers-int8", [], None, id="no products"),
    ],
)
def test_a_name_that_promises_integers(
    name: str,
    work: list[tuple[Arithmetic, int]],
    doubt: str | None,
    registered: Register,
    bare_onnx: bytes,
    tmp_path: Path,
) -> None:
    registered(read=lambda path: _anatomy(*work))
    (tmp_path / f"{name}.onnx").write_bytes(bare_onnx)
    seen = inspect(tmp_path / f"{name}.onnx")
    truth = ", but only 89 % of its multiply-accumulates run on 8-bit integers"
    assert seen.doubt == (None if doubt is None else doubt + truth)
    assert seen.to_json()["doubt"] == seen.doubt


def test_metadata_that_promise_integers(registered: Register, models: dict[str, Path]) -> None:
    registered(read=lambda path: _anatomy(FLOAT))
    assert str(inspect(models["uint8 onnx"]).doubt).startswith("its metadata say int8, but only 0 %")


def test_a_file_that_no_engine_takes_is_read_all_the_same(bare_onnx: bytes, tmp_path: Path) -> None:
    """No classifier has an open size, but it can be told what the file consists of."""
    model = onnx.load_from_string(bare_onnx)
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "batch"
    onnx.save(model, tmp_path / "a.onnx")
    seen = inspect(tmp_path / "a.onnx")
    assert seen.anatomy is not None
    assert (seen.engine, seen.input) == (None, None)
    assert "has the open shape ('batch', 8, 8, 3)" in seen.notes[-1]


# What `pip install 'edgesmith[onnx]'` lacks, taken away from this environment.
THIN = """
import sys
from pathlib import Path

class Without:
    absent = {"onnx", "onnx_ir", "tensorflow", "keras", "tf2onnx", "ai_edge_litert", "flatbuffers"}

    def __init__(self, finder):
        self._finder = finder

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.absent:
            return None
        return self._finder.find_spec(name, path, target)

    def find_distributions(self, *context):
        return getattr(self._finder, "find_distributions", lambda *_: ())(*context)

sys.meta_path = [Without(finder) for finder in sys.meta_path]
from edgesmith.runtime.inspect import inspect
seen = inspect(Path(sys.argv[1]))
print(seen.anatomy, seen.input is not None, *seen.notes, sep="|")
"""
OPERATORS_NOTE = "operators: the package '{}' is not installed; pip install 'edgesmith[convert]' brings it"
TENSORS_NOTE = (
    "tensors: the package 'ai-edge-litert' is not installed; pip install 'edgesmith[litert]' brings it"
)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("float onnx", ["None", "True", OPERATORS_NOTE.format("onnx")]),
        ("float tflite", ["None", "False", TENSORS_NOTE, OPERATORS_NOTE.format("ai_edge_litert")]),
    ],
)
def test_on_a_thin_install(name: str, said: list[str], models: dict[str, Path]) -> None:
    command = [sys.executable, "-c", THIN, str(models[name])]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.stdout.strip().split("|") == said, finished.stderr


def test_without_an_engine(models: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "find_spec", lambda name: None)
    seen = inspect(models["float tflite"])
    assert (seen.engine, seen.input, seen.output) == (None, None, None)
    assert seen.spec is not None
    assert seen.notes == (
        "tensors: the package 'ai-edge-litert' is not installed; pip install 'edgesmith[litert]' brings it",
    )


@pytest.mark.parametrize("suffix", ["tflite", "onnx"])
def test_a_foreign_file(suffix: str, bare_tflite: bytes, bare_onnx: bytes, tmp_path: Path) -> None:
    file = tmp_path / f"foreign.{suffix}"
    file.write_bytes(bare_tflite if suffix == "tflite" else bare_onnx)
    seen = inspect(file)
    assert seen.spec is None
    assert seen.input is not None
    assert len(seen.notes) == 1
    assert seen.notes[0].startswith(f"metadata: foreign.{suffix}: no edgesmith metadata")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.keras", b"x", "is not .tflite or .onnx"),
        ("a.tflite", b"\0\0\0\0TFL3 and then nothing", "cannot load it"),
        ("a.onnx", b"nothing at all", "cannot load it"),
    ],
)
def test_what_is_no_model(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelFileError, match=message):
        inspect(tmp_path / name)


def test_json_leaves_the_golden_answers_out(
    models: dict[str, Path], bare_onnx: bytes, tmp_path: Path
) -> None:
    document = inspect(models["float onnx"]).to_json()
    assert next(iter(document)) == "schema"
    assert document["schema"] == "edgesmith.inspect/1"
    assert document["spec"]["labels"] == ("red", "green", "blue")
    assert "golden" not in document["spec"]
    (tmp_path / "a.onnx").write_bytes(bare_onnx)
    assert inspect(tmp_path / "a.onnx").to_json()["spec"] is None
