from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.convert.anatomy import read_anatomy
from edgesmith.convert.anatomy.macs import macs_of
from edgesmith.runtime.anatomy import Operand


@pytest.mark.parametrize(
    ("kind", "inputs", "output", "expected"),
    [
        ("CONV_2D", [(1, 8, 8, 3), (16, 3, 3, 3)], (1, 4, 4, 16), 4 * 4 * 16 * 3 * 3 * 3),
        ("DEPTHWISE_CONV_2D", [(1, 8, 8, 16), (1, 5, 5, 16)], (1, 8, 8, 16), 8 * 8 * 16 * 5 * 5),
        ("FULLY_CONNECTED", [(1, 64), (10, 64)], (1, 10), 640),
        ("TRANSPOSE_CONV", [(4,), (8, 3, 3, 16), (1, 4, 4, 16)], (1, 8, 8, 8), 4 * 4 * 16 * 8 * 3 * 3),
        ("CONV_3D", [(1, 4, 4, 4, 2), (3, 3, 3, 2, 5)], (1, 2, 2, 2, 5), 8 * 5 * 27 * 2),
        ("BATCH_MATMUL", [(2, 5, 7), (2, 7, 3)], (2, 5, 3), 2 * 5 * 3 * 7),
        ("Conv", [(1, 16, 8, 8), (16, 1, 3, 3)], (1, 16, 8, 8), 16 * 8 * 8 * 9),
        ("QLinearConv", [(1, 3, 8, 8), (), (), (16, 3, 3, 3)], (1, 16, 4, 4), 16 * 16 * 27),
        ("ConvTranspose", [(1, 16, 4, 4), (16, 8, 3, 3)], (1, 8, 8, 8), 16 * 16 * 8 * 9),
        ("Gemm", [(1, 64), (64, 10)], (1, 10), 640),
        ("ADD", [(1, 4), (1, 4)], (1, 4), 0),
    ],
)
def test_from_shapes(
    kind: str, inputs: list[Any], output: Any, expected: int, operand: Callable[..., Operand]
) -> None:
    operands = [operand("x", shape=shape) for shape in inputs]
    assert macs_of(kind, operands, [operand("y", shape=output)]) == expected


def test_a_transposed_matrix(operand: Callable[..., Operand]) -> None:
    inputs = [operand("a", shape=(64, 1)), operand("b", shape=(64, 10))]
    assert macs_of("Gemm", inputs, [operand("y", shape=(1, 10))], first_transposed=True) == 640


@pytest.mark.parametrize(
    ("inputs", "output", "expected"),
    [
        pytest.param([(None, 64), (10, 64)], (None, 10), 640, id="an open batch is one image"),
        pytest.param([(1, 64), (10, 64)], (1, None), None, id="an open size"),
        pytest.param([(1, 64), (10, 64)], None, None, id="an unknown rank"),
        pytest.param([(1, 64)], (1, 10), None, id="no weights"),
    ],
)
def test_open_shapes(
    inputs: list[Any], output: Any, expected: int | None, operand: Callable[..., Operand]
) -> None:
    operands = [operand("x", shape=shape) for shape in inputs]
    assert macs_of("FULLY_CONNECTED", operands, [operand("y", shape=output)]) == expected


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("file", "expected"),
    [
        # Howard et al. 2017, table 7: 0.25 MobileNet-128 has 14 M.
        ("coral_tflite/mobilenet_v1_0.25_128_quant.tflite", 13_570_304),
        # Sandler et al. 2018, table 4: 300 M.
        ("coral_tflite/tf2_mobilenet_v2_1.0_224_ptq.tflite", 300_775_552),
    ],
)
def test_as_published(file: str, expected: int, shared_models: Path) -> None:
    assert read_anatomy(shared_models / file).macs == expected
