from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.engines import EngineName, available_engines, choose, open_engine
from edgesmith.runtime.errors import EngineError, MissingExtraError, ModelFileError
from edgesmith.runtime.spec import ModelFormat

Install = Callable[..., None]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Install:
    def only(*packages: str) -> None:
        monkeypatch.setattr(choose, "find_spec", lambda name: name if name in packages else None)

    return only


@pytest.mark.parametrize(
    ("packages", "model_format", "expected"),
    [
        ((), "tflite", []),
        (("ai_edge_litert", "onnxruntime"), "tflite", ["ai-edge-litert"]),
        (("tflite_runtime",), "tflite", ["tflite-runtime"]),
        (("tflite_runtime", "ai_edge_litert"), "tflite", ["ai-edge-litert", "tflite-runtime"]),
        (("ai_edge_litert", "onnxruntime"), "onnx", ["onnxruntime"]),
        (("ai_edge_litert",), "onnx", []),
        (("tensorflow",), "tflite", ["tensorflow"]),
        (("tensorflow", "ai_edge_litert"), "tflite", ["ai-edge-litert", "tensorflow"]),
    ],
    ids=str,
)
def test_installed_engines_in_order_of_preference(
    packages: tuple[str, ...], model_format: ModelFormat, expected: list[str], installed: Install
) -> None:
    installed(*packages)
    assert available_engines(model_format) == expected


@pytest.mark.parametrize(
    ("name", "engine", "package", "extra"),
    [
        ("float tflite", None, "ai-edge-litert", "litert"),
        ("float tflite", "tflite-runtime", "tflite-runtime", "tflite"),
        ("float tflite", "tensorflow", "tensorflow", "train"),
        ("float onnx", None, "onnxruntime", "onnx"),
    ],
)
def test_a_missing_engine_names_its_extra(
    name: str,
    engine: EngineName | None,
    package: str,
    extra: str,
    models: dict[str, Path],
    installed: Install,
) -> None:
    installed()
    with pytest.raises(MissingExtraError, match=f"'{package}' is not installed") as caught:
        open_engine(models[name], engine=engine)
    assert caught.value.tip == f"pip install 'edgesmith[{extra}]' brings it"


@pytest.mark.parametrize(
    ("name", "engine", "tip"),
    [
        ("float tflite", "onnxruntime", "--engine ai-edge-litert or tflite-runtime or tensorflow does"),
        ("float onnx", "ai-edge-litert", "--engine onnxruntime does"),
    ],
)
def test_an_engine_of_another_format(
    name: str, engine: EngineName, tip: str, models: dict[str, Path]
) -> None:
    with pytest.raises(EngineError, match=rf"{engine} does not run {models[name].suffix} files") as caught:
        open_engine(models[name], engine=engine)
    assert caught.value.tip == tip


@pytest.mark.parametrize("threads", [0, -1, 257, 10**9])
def test_a_number_of_threads_that_cannot_be(threads: int, model: Path) -> None:
    with pytest.raises(EngineError, match=f"{threads} threads; a whole number from 1 to 256 is needed"):
        open_engine(model, threads=threads)


@pytest.mark.parametrize(
    ("cores", "given", "expected"),
    [(2, None, 2), (64, None, 4), (64, 8, 8)],
    ids=["all of a few", "at most four", "as many as wanted"],
)
def test_threads(
    cores: int, given: int | None, expected: int, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(choose, "usable_cores", lambda: cores)
    for engine in ("onnx.OnnxEngine", "tflite.TFLiteEngine"):
        monkeypatch.setattr(
            f"edgesmith.runtime.engines.{engine}", lambda path, *, threads, **_: seen.append(threads)
        )
    open_engine(model, threads=given)
    assert seen == [expected]


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="no such model file"):
        open_engine(tmp_path / "gone.onnx")
