from pathlib import Path

import pytest

from edgesmith.runtime.engines.toonew import is_too_new, too_new

# As the engines say it.
FULLY_CONNECTED_12 = (
    "Didn't find op for builtin opcode 'FULLY_CONNECTED' version '12'. An older version of this builtin might "
    "be supported. Are you using an old TFLite binary with a newer model?\nRegistration failed.\n"
)
SOFTMAX_99 = FULLY_CONNECTED_12.replace("FULLY_CONNECTED", "SOFTMAX").replace("'12'", "'99'")
CODE_250 = (
    "Op builtin_code out of range: 250. Are you using old TFLite binary with newer model?Registration failed."
)
IR_99 = (
    "[ONNXRuntimeError] : 1 : FAIL : model.cc:256 onnxruntime::Model::Model(…) Unsupported model IR version: 99, "
    "max supported IR version: 13\n"
)
OPSET_40 = (
    "[ONNXRuntimeError] : 1 : FAIL : model_load_utils.h:46 … Opset 40 is under development and support for this "
    "is limited. … Current official support for domain ai.onnx is till opset 26.\n"
)


@pytest.mark.parametrize(
    ("message", "what"),
    [
        pytest.param(FULLY_CONNECTED_12, "operator FULLY_CONNECTED version 12, which came with TensorFlow Lite 2.17.0", id="known operator"),
        pytest.param(SOFTMAX_99, "operator SOFTMAX version 99", id="unknown operator"),
        pytest.param(CODE_250, "Op builtin_code out of range: 250", id="operator code"),
        pytest.param(IR_99, "ONNX IR version 99, and it reads up to 13", id="IR version"),
        pytest.param(OPSET_40, "ONNX Opset 40, and it reads up to 26", id="opset"),
    ],
)  # fmt: skip
def test_what_the_file_needs(message: str, what: str) -> None:
    assert is_too_new(message)
    error = too_new(Path("a-dynamic.tflite"), "tflite-runtime 2.14.0", message)
    assert str(error) == f"a-dynamic.tflite: tflite-runtime 2.14.0 is too old for it: {what}"


@pytest.mark.parametrize(
    ("beside", "tip"),
    [
        pytest.param(
            (), "pip install --upgrade ai-edge-litert; or convert with --precision int8", id="nothing"
        ),
        pytest.param(("a-int8.tflite",), "use a-int8.tflite, which is beside it; or pip", id="one"),
        pytest.param(
            ("a-float32.tflite", "a-int8.tflite", "b-float16.tflite", "a-float16.onnx"),
            "use a-int8.tflite or a-float32.tflite, which is beside it; or pip",
            id="two of its own",
        ),
    ],
)
def test_what_to_use_instead(beside: tuple[str, ...], tip: str, tmp_path: Path) -> None:
    for name in beside:
        (tmp_path / name).write_bytes(b"")
    error = too_new(tmp_path / "a-dynamic.tflite", "tflite-runtime 2.14.0", FULLY_CONNECTED_12)
    assert str(error.tip).startswith(tip)


def test_not_itself(tmp_path: Path) -> None:
    (tmp_path / "a-int8.onnx").write_bytes(b"")
    assert "pip install --upgrade onnxruntime; or convert" in str(
        too_new(tmp_path / "a-int8.onnx", "onnxruntime 1.12", IR_99).tip
    )


@pytest.mark.parametrize("message", ["", "Model provided has model identifier 'xxxx'", "INVALID_PROTOBUF"])
def test_other_damage_is_not_age(message: str) -> None:
    assert not is_too_new(message)
