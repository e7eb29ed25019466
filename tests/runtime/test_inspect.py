import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime import inspect as module
from edgesmith.runtime.engines import choose
from edgesmith.runtime.errors import MissingExtraError, ModelFileError
from edgesmith.runtime.inspect import TensorSummary, inspect
from edgesmith.runtime.modelfile import read_spec

OPERATORS = {
    "float onnx": {"Cast": 1, "ReduceMean": 1, "MatMul": 1, "Softmax": 1},
    "uint8 onnx": {"Cast": 1, "ReduceMean": 1, "MatMul": 1, "Softmax": 1, "QuantizeLinear": 1},
    "float tflite": {"MEAN": 1, "FULLY_CONNECTED": 1, "SOFTMAX": 1},
}


class FakeEntry:
    """An entry point of `edgesmith.operators`."""

    def __init__(self, result: Callable[[Path], Any]) -> None:
        self._result = result

    def load(self) -> Callable[[Path], Any]:
        return self._result


@pytest.fixture
def operators_by(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def register(*functions: Callable[[Path], Any]) -> None:
        entries = [FakeEntry(function) for function in functions]
        monkeypatch.setattr(
            module, "entry_points", lambda group: entries if group == "edgesmith.operators" else []
        )

    return register


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
    assert (seen.operators, seen.int8_share, seen.notes) == (OPERATORS[name], 0.0, ())


def test_the_engine_is_freed(models: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    monkeypatch.setattr("edgesmith.runtime.engines.onnx.OnnxEngine.close", lambda _: closed.append(True))
    inspect(models["float onnx"])
    assert closed == [True]


def test_operators_come_from_whoever_registered(
    operators_by: Callable[..., None], models: dict[str, Path]
) -> None:
    operators_by(lambda path: ({path.suffix: 7}, 0.75))
    seen = inspect(models["float onnx"])
    assert (seen.operators, seen.int8_share) == ({".onnx": 7}, 0.75)


@pytest.mark.parametrize(
    ("functions", "notes"),
    [
        pytest.param([], (), id="nobody registered"),
        pytest.param(
            [_needs_convert],
            (
                "operators and int8_share: the package 'onnx' is not installed; "
                "pip install 'edgesmith[convert]' brings it",
            ),
            id="the convert extra is absent",
        ),
    ],
)
def test_without_operators(
    functions: list[Any], notes: tuple[str, ...], operators_by: Callable[..., None], models: dict[str, Path]
) -> None:
    operators_by(*functions)
    seen = inspect(models["float onnx"])
    assert (seen.operators, seen.int8_share, seen.notes) == (None, None, notes)
    assert seen.input is not None


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
print(seen.operators, seen.input is not None, *seen.notes, sep="|")
"""
OPERATORS_NOTE = (
    "operators and int8_share: the package '{}' is not installed; pip install 'edgesmith[convert]' brings it"
)
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
