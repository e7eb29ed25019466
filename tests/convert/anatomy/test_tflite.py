import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.convert.anatomy import read_anatomy
from edgesmith.runtime.anatomy import Operand, Quantization
from edgesmith.runtime.errors import ModelFileError

Make = Callable[..., Path]

INPUT = {"name": "pixels", "dtype": "INT8", "shape": [1, 4, 4, 2], "scale": [0.5], "zero_point": [3]}
WEIGHTS = {
    "name": "kernel", "dtype": "INT8", "shape": [3, 1, 1, 2], "size": 6,
    "scale": [0.5, 0.25, 1.0], "zero_point": [0, 0, 0], "axis": 0,
}  # fmt: skip
BIAS = {
    "name": "bias",
    "dtype": "INT32",
    "shape": [3],
    "size": 12,
    "scale": [1.0, 1.0, 1.0],
    "zero_point": [0] * 3,
}
OUTPUT = {"name": "scores", "dtype": "INT8", "shape": [1, 4, 4, 3], "scale": [1.0], "zero_point": [-128]}


def test_a_quantized_convolution(make_tflite: Make) -> None:
    file = make_tflite([INPUT, WEIGHTS, BIAS, OUTPUT], [("CONV_2D", 3, [0, 1, 2], [3])])
    anatomy = read_anatomy(file)
    (layer,) = anatomy.layers
    assert (layer.index, layer.kind, layer.name, layer.version) == (0, "CONV_2D", "scores", 3)
    assert (layer.arithmetic, layer.why_float, layer.parameters, layer.macs) == ("int8", None, 9, 96)
    assert layer.inputs[:2] == (
        Operand(
            name="pixels",
            dtype="int8",
            shape=(1, 4, 4, 2),
            constant=False,
            quantization=Quantization(scale=(0.5,), zero_point=(3,)),
        ),
        Operand(
            name="kernel",
            dtype="int8",
            shape=(3, 1, 1, 2),
            constant=True,
            quantization=Quantization(scale=(0.5, 0.25, 1.0), zero_point=(0, 0, 0), axis=0),
        ),
    )
    assert (anatomy.format, anatomy.operators, anatomy.int8_share) == ("tflite", {"CONV_2D": 1}, 1.0)
    assert anatomy.notes == ()


def _float(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "dtype": "FLOAT32", "shape": [1, 4], **more}


def _codes(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "dtype": "INT8", "shape": [1, 4], "scale": [1.0], **more}


@pytest.mark.parametrize(
    ("tensors", "operators", "why"),
    [
        pytest.param(
            [_float("x"), _codes("w", shape=[4, 4], size=16), _float("y")],
            [("FULLY_CONNECTED", 12, [0, 1], [2])],
            "its weights are stored as int8 but its input is float32 (dynamic range)",
            id="dynamic range",
        ),
        pytest.param(
            [
                _float("x"),
                {"name": "h", "dtype": "FLOAT16", "shape": [4, 4], "size": 32},
                _float("w", shape=[4, 4]),
                _float("y"),
            ],
            [("DEQUANTIZE", 3, [1], [2]), ("FULLY_CONNECTED", 1, [0, 2], [3])],
            "its weights are stored as float16 and turned into float32 before use",
            id="float16",
        ),
        pytest.param(
            [_codes("x"), _float("a"), _float("b"), _codes("y")],
            [("DEQUANTIZE", 2, [0], [1]), ("ELU", 1, [1], [2]), ("QUANTIZE", 1, [2], [3])],
            "between DEQUANTIZE and QUANTIZE: left in float32 within an integer graph",
            id="an island",
        ),
        pytest.param(
            [_codes("x"), _float("a"), _float("y")],
            [("DEQUANTIZE", 2, [0], [1]), ("SOFTMAX", 1, [1], [2])],
            "behind DEQUANTIZE: the graph goes on in float32",
            id="the end",
        ),
        pytest.param(
            [_float("x"), _float("a"), _codes("y")],
            [("SUB", 1, [0], [1]), ("QUANTIZE", 1, [1], [2])],
            "before QUANTIZE: the graph has not reached its integers yet",
            id="the start",
        ),
        pytest.param(
            [_float("x"), _float("y")],
            [("CUSTOM:Whirl", 1, [0], [1])],
            "a custom operator that takes float32",
            id="custom",
        ),
        pytest.param(
            [_float("x"), _float("y")], [("RELU", 1, [0], [1])], "its input is float32", id="all float"
        ),
    ],
)
def test_why_an_operator_is_float(make_tflite: Make, tensors: Any, operators: Any, why: str) -> None:
    anatomy = read_anatomy(make_tflite(tensors, operators))
    (layer,) = anatomy.float_operators
    assert layer.why_float == why
    assert anatomy.int8_share == 0.0


def test_constants_are_counted_once_and_shapes_not_at_all(make_tflite: Make) -> None:
    shape = {"name": "shape", "dtype": "INT32", "shape": [2], "size": 8}
    file = make_tflite(
        [_float("x"), _float("c", size=16), _float("a"), _float("b"), shape, _float("y")],
        [("ADD", 1, [0, 1], [2]), ("MUL", 1, [2, 1], [3]), ("RESHAPE", 1, [3, 4], [5])],
    )
    assert [layer.parameters for layer in read_anatomy(file).layers] == [4, 0, 0]


def test_an_open_batch(make_tflite: Make) -> None:
    opened = {"signature": [-1, 4]}
    file = make_tflite(
        [_float("x", **opened), _float("w", shape=[4, 4], size=64), _float("y", **opened)],
        [("FULLY_CONNECTED", 1, [0, 1], [2])],
    )
    (layer,) = read_anatomy(file).layers
    assert (layer.inputs[0].shape, layer.macs) == ((None, 4), 16)


@pytest.mark.shared_data
def test_a_file_of_others(shared_models: Path) -> None:
    anatomy = read_anatomy(shared_models / "mlperf_tiny/pretrainedResnet_quant.tflite")
    assert (anatomy.parameters, anatomy.int8_macs_share) == (77_706, 1.0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "no TFL3 mark", id="empty"),
        pytest.param(
            b"\x00\x00\x00\x00TFL3 and then nothing", "not a whole TFLite file", id="a mark and no more"
        ),
        pytest.param(b"PK\x03\x04 not a model at all", "no TFL3 mark", id="another format"),
    ],
)
def test_what_is_none(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.tflite").write_bytes(content)
    with pytest.raises(ModelFileError, match=message):
        read_anatomy(tmp_path / "a.tflite")


def test_a_tensor_that_is_not_there(make_tflite: Make) -> None:
    file = make_tflite([_float("x"), _float("y")], [("RELU", 1, [-7], [1])])
    with pytest.raises(ModelFileError, match=re.escape("not a whole TFLite file: tensor -7")):
        read_anatomy(file)
