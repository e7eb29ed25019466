"""Counting operators, and which of them compute on 8-bit integers."""

from collections.abc import Callable
from pathlib import Path

import onnx
import pytest

from edgesmith.convert.census import count_operators
from edgesmith.runtime.errors import ModelFileError


@pytest.mark.parametrize(
    ("name", "share", "expected"),
    [
        ("colours-float32.tflite", 0.0, {"CONV_2D": 2, "DEPTHWISE_CONV_2D": 1, "SOFTMAX": 1}),
        ("colours-int8.tflite", 1.0, {"CONV_2D": 2, "DEPTHWISE_CONV_2D": 1, "QUANTIZE": 2}),
        ("colours-float32.onnx", 0.0, {"Conv": 3, "Softmax": 1}),
        ("colours-int8.onnx", 1.0, {"Conv": 3, "Gemm": 1}),
    ],
)
def test_of_written_files(deployed: Path, name: str, share: float, expected: dict[str, int]) -> None:
    operators, found = count_operators(deployed / name)
    assert found == share
    assert {kind: operators[kind] for kind in expected} == expected
    assert list(operators.values()) == sorted(operators.values(), reverse=True)


HALF_QUANTIZED = """
<ir_version: 8, opset_import: ["": 17]>
g (uint8[4] x) => (float[4] y) <float s = {0.5}, uint8 z = {3}>
{
    first = DequantizeLinear(x, s, z)
    fused = Relu(first)
    codes = QuantizeLinear(fused, s, z)
    second = DequantizeLinear(codes, s, z)
    y = Relu(second)
}
"""


def test_conversions_are_listed_but_not_in_the_share(tmp_path: Path) -> None:
    """One Relu stands between the codes and fuses; the other one's result stays float."""
    file = tmp_path / "half.onnx"
    onnx.save(onnx.parser.parse_model(HALF_QUANTIZED), file)
    assert count_operators(file) == ({"DequantizeLinear": 2, "Relu": 2, "QuantizeLinear": 1}, 0.5)


def truncate(data: bytes) -> bytes:
    return data[: len(data) // 3]


def scramble(data: bytes) -> bytes:
    return data[:8] + bytes(byte ^ 0xA5 for byte in data[8:400]) + data[400:]


@pytest.mark.parametrize("suffix", ["tflite", "onnx"])
@pytest.mark.parametrize("damage", [truncate, scramble])
def test_damaged_file_is_a_clear_error(
    deployed: Path, tmp_path: Path, suffix: str, damage: Callable[[bytes], bytes]
) -> None:
    file = tmp_path / f"broken.{suffix}"
    file.write_bytes(damage((deployed / f"colours-int8.{suffix}").read_bytes()))
    with pytest.raises(ModelFileError, match=rf"broken\.{suffix}: not a whole"):
        count_operators(file)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.txt").touch()
    with pytest.raises(ModelFileError, match="suffix"):
        count_operators(tmp_path / "model.txt")
