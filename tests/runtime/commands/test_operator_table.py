from typing import Any

from edgesmith.runtime.anatomy import Anatomy, OldestRuntime, Operand, OperatorSummary, Quantization
from edgesmith.runtime.commands.operator_table import operator_table


def _operand(dtype: str, *shape: int | None, **more: Any) -> Operand:
    known: dict[str, Any] = {"name": "t", "dtype": dtype, "shape": shape, "constant": False}
    return Operand(**(known | more))


def _layer(index: int, kind: str, **more: Any) -> OperatorSummary:
    known: dict[str, Any] = {
        "name": "", "version": 1, "arithmetic": "int8", "parameters": 0, "macs": 0, "inputs": (), "outputs": (),
    }  # fmt: skip
    return OperatorSummary(index=index, kind=kind, **(known | more))


def _lines(*layers: OperatorSummary) -> list[str]:
    anatomy = Anatomy(format="onnx", layers=layers, oldest_runtime=OldestRuntime(versions={}, because={}))
    return list(operator_table(anatomy))


def test_one_aligned_line_for_each_operator() -> None:
    codes = Quantization(scale=(0.5,), zero_point=(-128,))
    channels = Quantization(scale=(0.5, 1.0), zero_point=(0, 0), axis=1)
    pixels, weights = _operand("int8", 1, 4), _operand("int8", 4, 4, constant=True)
    lines = _lines(
        _layer(
            9, "DENSE", inputs=(pixels, weights), outputs=(_operand("int8", 1, None, quantization=codes),),
            parameters=16, macs=1600,
        ),
        _layer(10, "ADD", inputs=(pixels, pixels), outputs=(_operand("int8", quantization=channels),)),
        _layer(11, "LOST", arithmetic="index", outputs=(_operand("int8", shape=None),), macs=None),
    )  # fmt: skip
    assert lines == [
        " #  operator  computes  in                   out       parameters   macs  scale and zero point of the output",
        " 9  DENSE     int8      int8 1x4             int8 1x?          16  1,600  0.5, -128",
        "10  ADD       int8      int8 1x4 + int8 1x4  int8                         2 of each, along axis 1",
        "11  LOST      index                          int8 ?                    ?",
    ]


def test_what_does_not_run_is_counted_below() -> None:
    weights = _operand("int8", 4, constant=True)
    lines = _lines(
        _layer(0, "DequantizeLinear", arithmetic="conversion", inputs=(weights,)),
        _layer(1, "Relu", arithmetic="folded"),
        _layer(2, "Clip", arithmetic="folded"),
        _layer(3, "Clip", arithmetic="folded"),
    )
    assert lines[1:] == [
        "",
        "folded into these when the file is loaded: 2 Clip, 1 Relu",
        "conversions of stored weights: 1 DequantizeLinear",
    ]


def test_why_some_run_in_float() -> None:
    lines = _lines(
        _layer(0, "Conv"),
        *(_layer(n, "Conv", arithmetic="float", why_float="of one thing") for n in (1, 2)),
        _layer(3, "Add", arithmetic="float", why_float="of one thing"),
        _layer(4, "Add", arithmetic="float", why_float="of another"),
    )
    assert lines[-4:] == ["", "in float:", "  2 Conv, 1 Add: of one thing", "  1 Add: of another"]


def test_a_network_without_integers_needs_no_reasons() -> None:
    assert len(_lines(_layer(0, "Conv", arithmetic="float", why_float="its input is float32"))) == 2


def test_weights_stored_as_integers_are_told_of() -> None:
    lines = _lines(
        _layer(0, "Conv", arithmetic="float", why_float="its weights are stored as int8"),
        _layer(1, "Add", arithmetic="float", why_float="its input is float32"),
    )
    assert lines[-3:] == [
        "in float:",
        "  1 Conv: its weights are stored as int8",
        "  1 Add: its input is float32",
    ]
