from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import interpreter
from ai_edge_litert import schema_py_generated as schema

from edgesmith.runtime.engines import EngineOptions
from edgesmith.runtime.engines.tflite import TFLiteEngine, TFLitePackage
from edgesmith.runtime.errors import EngineError, ModelFileError

Change = Callable[[Any], object]


def _changed(flatbuffer: bytes, change: Change) -> bytes:
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    change(model)
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _open(path: Path) -> TFLiteEngine:
    return TFLiteEngine(path, threads=1, package="ai-edge-litert")


def test_what_it_says_of_itself(models: dict[str, Path]) -> None:
    engine = _open(models["float tflite"])
    assert engine.name == f"ai-edge-litert {version('ai-edge-litert')}"
    assert (engine.input_shape, engine.output_shape) == ((1, 8, 8, 3), (1, 3))
    assert (engine.input_dtype.name, engine.output_dtype.name) == ("float32", "float32")
    assert all(type(size) is int for size in engine.input_shape + engine.output_shape)


def test_a_row_is_the_callers(models: dict[str, Path]) -> None:
    engine = _open(models["float tflite"])
    black, red = np.zeros((1, 8, 8, 3), np.float32), np.zeros((1, 8, 8, 3), np.float32)
    red[..., 0] = 255
    first = engine.run(black)
    kept = first.copy()
    second = engine.run(red)
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_allclose(first, [1 / 3] * 3, rtol=1e-6)
    assert second[0] > 0.99


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            lambda model: setattr(model.operatorCodes[2], "version", 99),
            "is too old for it: operator SOFTMAX version 99",
            id="a newer version of an operator",
        ),
        pytest.param(
            lambda model: setattr(model.operatorCodes[2], "builtinCode", 250),
            "is too old for it: Op builtin_code out of range: 250",
            id="an operator of the future",
        ),
    ],
)
def test_a_file_newer_than_the_engine(
    change: Change, message: str, bare_tflite: bytes, tmp_path: Path
) -> None:
    (tmp_path / "a.tflite").write_bytes(_changed(bare_tflite, change))
    with pytest.raises(EngineError) as caught:
        _open(tmp_path / "a.tflite")
    assert message in str(caught.value)
    assert "pip install --upgrade ai-edge-litert" in str(caught.value.tip)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda model: model.subgraphs[0].outputs.append(4), "1 inputs and 2 outputs", id="two outputs"),
        pytest.param(lambda model: setattr(model.subgraphs[0], "inputs", []), "0 inputs and 1 outputs", id="no input"),
    ],
)  # fmt: skip
def test_what_is_no_classifier(change: Change, message: str, bare_tflite: bytes, tmp_path: Path) -> None:
    def with_lists(model: Any) -> None:
        model.subgraphs[0].outputs = list(model.subgraphs[0].outputs)
        change(model)

    (tmp_path / "a.tflite").write_bytes(_changed(bare_tflite, with_lists))
    with pytest.raises(
        ModelFileError, match=rf"a\.tflite: {message}; a classifier has one of each"
    ) as caught:
        _open(tmp_path / "a.tflite")
    assert "one output [1, classes]" in str(caught.value.tip)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.97])
def test_a_truncated_file(share: float, bare_tflite: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.tflite").write_bytes(bare_tflite[: int(share * len(bare_tflite))])
    with pytest.raises(ModelFileError, match=r"a\.tflite: ai-edge-litert \S+ cannot load it: ") as caught:
        _open(tmp_path / "a.tflite")
    assert caught.value.tip == "copy or convert it again"


def test_a_failing_inference_names_file_and_engine(models: dict[str, Path]) -> None:
    engine = _open(models["float tflite"])
    with pytest.raises(EngineError, match=r"colours-float32\.tflite: ai-edge-litert \S+ failed to run it: "):
        engine.run(np.zeros((1, 9, 9, 3), np.float32))


def test_a_failed_inference_does_not_spoil_the_next(models: dict[str, Path]) -> None:
    engine = _open(models["float tflite"])
    with pytest.raises(EngineError) as caught:
        engine.run(np.zeros((1, 8, 8, 1), np.uint8))
    assert "for an input float32 (1, 8, 8, 3)" in str(caught.value)
    # While the exception lives: a view of the tensor in its frames would make the interpreter refuse.
    assert engine.run(np.zeros((1, 8, 8, 3), np.uint8)).shape == (3,)


@pytest.mark.parametrize("package", ["ai-edge-litert", "tensorflow"])
@pytest.mark.parametrize("xnnpack", [True, False])
def test_packages_and_kernels_agree(package: TFLitePackage, xnnpack: bool, models: dict[str, Path]) -> None:
    engine = TFLiteEngine(
        models["float tflite"], threads=1, package=package, options=EngineOptions(xnnpack=xnnpack)
    )
    assert engine.name == f"{package} {version(package)}"
    red = np.full((1, 8, 8, 3), (255, 0, 0), np.uint8)
    np.testing.assert_allclose(engine.run(red), _open(models["float tflite"]).run(red), atol=1e-6)


@pytest.mark.parametrize(
    ("xnnpack", "resolver"), [(True, "AUTO"), (False, "BUILTIN_WITHOUT_DEFAULT_DELEGATES")]
)
def test_xnnpack_is_a_choice(
    xnnpack: bool, resolver: str, models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    class Remembering(interpreter.Interpreter):  # type: ignore[misc]  # LiteRT is untyped
        def __init__(self, **options: Any) -> None:
            seen.append(options["experimental_op_resolver_type"].name)
            super().__init__(**options)

    monkeypatch.setattr(interpreter, "Interpreter", Remembering)
    TFLiteEngine(
        models["float tflite"], threads=1, package="ai-edge-litert", options=EngineOptions(xnnpack=xnnpack)
    )
    assert seen == [resolver]
