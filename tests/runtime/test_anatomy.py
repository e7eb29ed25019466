import json
from typing import Any

import pytest

from edgesmith.runtime.anatomy import Anatomy, OldestRuntime, Operand, OperatorSummary


def _layer(index: int, **more: Any) -> OperatorSummary:
    known: dict[str, Any] = {
        "index": index, "kind": "CONV_2D", "name": "", "version": 1, "arithmetic": "int8", "parameters": 0,
        "macs": 0, "inputs": (), "outputs": (),
    }  # fmt: skip
    return OperatorSummary(**(known | more))


def _anatomy(*layers: dict[str, Any]) -> Anatomy:
    return Anatomy(
        format="tflite",
        layers=tuple(_layer(index, **changes) for index, changes in enumerate(layers)),
        oldest_runtime=OldestRuntime(versions={"tflite-runtime": None}, because={}),
    )


@pytest.mark.parametrize(
    ("layers", "share", "macs", "macs_share"),
    [
        pytest.param([], 0.0, 0, None, id="nothing"),
        pytest.param(
            [{"macs": 30}, {"arithmetic": "float", "macs": 10}], 0.5, 40, 0.75, id="work counts by macs"
        ),
        pytest.param(
            [{}, {"arithmetic": "conversion"}, {"arithmetic": "folded"}], 1.0, 0, None, id="conversions"
        ),
        pytest.param([{}, {"arithmetic": "index"}], 1.0, 0, None, id="shapes"),
        pytest.param([{"arithmetic": "int16", "macs": 5}], 0.0, 5, 0.0, id="16 bits are not 8"),
        pytest.param([{"macs": 5}, {"macs": None}], 1.0, None, None, id="one unknown"),
    ],
)
def test_shares(layers: list[Any], share: float, macs: int | None, macs_share: float | None) -> None:
    anatomy = _anatomy(*layers)
    assert (anatomy.int8_share, anatomy.macs, anatomy.int8_macs_share) == (share, macs, macs_share)


def test_operators_are_counted_by_kind() -> None:
    anatomy = _anatomy({"kind": "ADD"}, {}, {"parameters": 3}, {"parameters": 4})
    assert list(anatomy.operators.items()) == [("CONV_2D", 3), ("ADD", 1)]
    assert anatomy.parameters == 7


def test_what_runs() -> None:
    stored = Operand(name="w", dtype="float16", shape=(2,), constant=True)
    anatomy = _anatomy(
        {}, {"arithmetic": "folded"}, {"arithmetic": "conversion", "inputs": (stored,)}, {"inputs": (stored,)}
    )
    assert [layer.index for layer in anatomy.layers if layer.runs] == [0, 3]


def test_json() -> None:
    document = _anatomy({"name": "y", "arithmetic": "float", "why_float": "its input is float32"}).to_json()
    assert document["float_operators"] == [
        {"index": 0, "name": "y", "kind": "CONV_2D", "why": "its input is float32"}
    ]
    assert document["oldest_runtime"] == {"versions": {"tflite-runtime": None}, "because": {}, "unknown": ()}
    assert json.loads(json.dumps(document))["layers"][0]["name"] == "y"
