from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from edgesmith.runtime import cpu
from edgesmith.runtime.engines import EngineOptions
from edgesmith.runtime.engines.onnx import OnnxEngine
from edgesmith.runtime.errors import EngineError, ModelFileError

Value = tuple[str, int, list[Any]]
PIXELS: Value = ("pixels", TensorProto.FLOAT, [1, 8, 8, 3])
SCORES: Value = ("scores", TensorProto.FLOAT, [1, 8, 8, 3])


def _write(path: Path, inputs: list[Value], outputs: list[Value], *nodes: tuple[str, str, str]) -> Path:
    """A model of one-in, one-out operators (kind, input, output)."""
    graph = helper.make_graph(
        [helper.make_node(kind, [source], [target], **_attributes(kind)) for kind, source, target in nodes],
        "test",
        [helper.make_tensor_value_info(*value) for value in inputs],
        [helper.make_tensor_value_info(*value) for value in outputs],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    path.write_bytes(model.SerializeToString())
    return path


def _attributes(kind: str) -> dict[str, Any]:
    return {"to": TensorProto.STRING} if kind == "Cast" else {}


def test_what_it_says_of_itself(models: dict[str, Path]) -> None:
    engine = OnnxEngine(models["uint8 onnx"], threads=1)
    assert engine.name == f"onnxruntime {onnxruntime.__version__}"
    assert (engine.input_shape, engine.output_shape) == ((1, 8, 8, 3), (1, 3))
    assert (engine.input_dtype.name, engine.output_dtype.name) == ("uint8", "uint8")


def test_a_row_is_the_callers(models: dict[str, Path]) -> None:
    engine = OnnxEngine(models["float onnx"], threads=2)
    black, red = np.zeros((1, 8, 8, 3), np.float32), np.zeros((1, 8, 8, 3), np.float32)
    red[..., 0] = 255
    first = engine.run(black)
    kept = first.copy()
    engine.run(red)
    assert first.shape == (3,)
    np.testing.assert_allclose(first, [1 / 3] * 3, rtol=1e-6)
    np.testing.assert_array_equal(first, kept)


@pytest.mark.parametrize("saturates", [True, False], ids=["x86 without VNNI", "elsewhere"])
def test_exact_products_where_they_would_saturate(
    saturates: bool, models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    make = onnxruntime.InferenceSession

    def remember(path: str, options: Any, **rest: Any) -> Any:
        seen.append(options)
        return make(path, options, **rest)

    monkeypatch.setattr(cpu, "saturates_int8", lambda: saturates)
    monkeypatch.setattr(onnxruntime, "InferenceSession", remember)
    OnnxEngine(models["uint8 onnx"], threads=3)
    options = seen[0]
    assert options.intra_op_num_threads == 3
    if saturates:
        assert options.get_session_config_entry("session.x64quantprecision") == "1"
    else:
        with pytest.raises(RuntimeError, match="does not have configuration"):
            options.get_session_config_entry("session.x64quantprecision")


@pytest.mark.parametrize("chosen", [True, False])
def test_memory_and_spinning_are_choices(
    chosen: bool, models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    make = onnxruntime.InferenceSession

    def remember(path: str, options: Any, **rest: Any) -> Any:
        seen.append(options)
        return make(path, options, **rest)

    monkeypatch.setattr(onnxruntime, "InferenceSession", remember)
    OnnxEngine(models["float onnx"], threads=1, options=EngineOptions(memory_arena=chosen, spinning=chosen))
    assert seen[0].enable_cpu_mem_arena is chosen
    assert seen[0].get_session_config_entry("session.intra_op.allow_spinning") == str(int(chosen))


def test_a_file_newer_than_the_engine(bare_onnx: bytes, tmp_path: Path) -> None:
    model = onnx.load_from_string(bare_onnx)
    model.ir_version = 99
    (tmp_path / "a.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(
        EngineError, match=r"is too old for it: ONNX IR version 99, and it reads up to \d+$"
    ) as caught:
        OnnxEngine(tmp_path / "a.onnx", threads=1)
    assert "pip install --upgrade onnxruntime" in str(caught.value.tip)


Make = Callable[[Path], Path]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(
            lambda path: _write(path, [PIXELS, ("more", TensorProto.FLOAT, [1])], [SCORES], ("Exp", "pixels", "scores")),
            "2 inputs and 1 outputs; a classifier has one of each",
            id="two inputs",
        ),
        pytest.param(
            lambda path: _write(
                path, [PIXELS], [SCORES, ("more", TensorProto.FLOAT, [1, 8, 8, 3])],
                ("Exp", "pixels", "scores"), ("Neg", "pixels", "more"),
            ),
            "1 inputs and 2 outputs",
            id="two outputs",
        ),
        pytest.param(
            lambda path: _write(
                path, [("pixels", TensorProto.FLOAT, ["batch", 8, 8, 3])],
                [("scores", TensorProto.FLOAT, ["batch", 8, 8, 3])], ("Exp", "pixels", "scores"),
            ),
            r"pixels has the open shape \('batch', 8, 8, 3\); fixed sizes are needed",
            id="an open batch",
        ),
        pytest.param(
            lambda path: _write(
                path, [PIXELS], [("scores", TensorProto.STRING, [1, 8, 8, 3])], ("Cast", "pixels", "scores")
            ),
            r"scores is a tensor\(string\), not an image or scores",
            id="text for scores",
        ),
        pytest.param(
            lambda path: _write(
                path, [("pixels", TensorProto.INT64, [1, 8])], [("scores", TensorProto.INT64, [1, 8])],
                ("Neg", "pixels", "scores"),
            ),
            r"pixels is a tensor\(int64\)",
            id="tokens for an image",
        ),
    ],
)  # fmt: skip
def test_what_is_no_classifier(make: Make, message: str, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=f"a.onnx: {message}") as caught:
        OnnxEngine(make(tmp_path / "a.onnx"), threads=1)
    assert "one output [1, classes]" in str(caught.value.tip)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.97], ids=["empty", "half", "nearly whole"])
def test_a_damaged_file(share: float, bare_onnx: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_bytes(bare_onnx[: int(share * len(bare_onnx))])
    with pytest.raises(ModelFileError, match=r"a\.onnx: onnxruntime \S+ cannot load it: ") as caught:
        OnnxEngine(tmp_path / "a.onnx", threads=1)
    assert "\n" not in str(caught.value)
    assert "copy or convert it again" in str(caught.value.tip)


def test_a_failing_inference_names_file_and_engine(models: dict[str, Path]) -> None:
    engine = OnnxEngine(models["float onnx"], threads=1)
    with pytest.raises(
        EngineError, match=r"colours-float32\.onnx: onnxruntime \S+ failed to run it: "
    ) as caught:
        engine.run(np.zeros((1, 9, 9, 3), np.float32))
    assert "edgesmith verify" in str(caught.value.tip)


def test_the_providers_are_not_tried_again(
    models: dict[str, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a defect of the file")

    monkeypatch.setattr(onnxruntime.InferenceSession, "_create_inference_session", fail)
    with pytest.raises(ModelFileError, match="a defect of the file"):
        OnnxEngine(models["float onnx"], threads=1)
    assert capsys.readouterr().out == ""
